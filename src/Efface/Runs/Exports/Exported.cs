using Efface.Auditing;
using Efface.Interchange;
using Efface.Records;

namespace Efface.Runs.Exports;

/// <summary>What is being exported: a network of Efface's own, or an eraser with or without a user's model before it.</summary>
internal abstract class Exported : IDisposable
{
    /// <summary>The run that made it.</summary>
    public abstract RunFolder Folder { get; }

    /// <summary>Writes the file.</summary>
    public abstract OnnxDraft Write();

    /// <summary>Runs the file, and compares.</summary>
    /// <param name="draft">What was written.</param>
    /// <param name="cancel">Checked while it runs.</param>
    public abstract Comparing Compare(OnnxDraft draft, CancellationToken cancel);

    /// <summary>What the run's audit examined, as ONNX Runtime gives it.</summary>
    /// <param name="draft">What was written.</param>
    /// <param name="settings">Of the audit.</param>
    /// <param name="cancel">Checked while it runs.</param>
    public abstract AuditSubject Subject(OnnxDraft draft, AuditSettings settings, CancellationToken cancel);

    /// <inheritdoc/>
    public abstract void Dispose();
}

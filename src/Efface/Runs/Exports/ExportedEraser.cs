using Efface.Auditing;
using Efface.Data;
using Efface.Data.Vectors;
using Efface.Erasing;
using Efface.Interchange;
using Efface.Records;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Runs.Exports;

/// <summary>An eraser; behind the user's own model, if it was fitted on what that makes of images.</summary>
internal sealed class ExportedEraser : Exported
{
    private const int MostOfHead = 20_000;

    private readonly Eraser _eraser;
    private readonly VectorTable _table;
    private readonly ImageVectors? _images;
    private readonly ExportOptions _options;

    private ExportedEraser(RunFolder folder, ExportOptions options, Eraser eraser, VectorTable table, ImageVectors? images) =>
        (Folder, _options, _eraser, _table, _images) = (folder, options, eraser, table, images);

    /// <inheritdoc/>
    public override RunFolder Folder { get; }

    /// <summary>Loads the eraser, and reads the vectors that it was fitted on.</summary>
    /// <exception cref="InvalidInputException">Something is missing or has changed.</exception>
    public static ExportedEraser Open(RunFolder folder, ExportOptions options, IReadingObserver? observer, CancellationToken cancel)
    {
        var (config, settings) = (folder.Run.Config, new AuditSettings());
        var eraser = Eraser.Load(folder.Path);
        ImageVectors? images = null;
        VectorTable? table = null;
        try
        {
            if (options.HasTaskHead && (eraser.IsCode || eraser.Description.Task is null))
                throw new InvalidInputException(
                    "`ExportOptions.HasTaskHead`",
                    eraser.IsCode ? "reads vectors, and this eraser gives codes" : "needs a task, and the eraser was fitted without",
                    "Leave it out"
                );
            images = config.Extractor is null ? null : ImageVectors.Read(config, settings, observer, cancel);
            table = images?.Table ?? CheckedVectors.Read(config.Vectors!, settings, observer, cancel);
            if (images is not null && images.Model.File.Hash != config.Extractor!.ExtractorHash)
                throw new InvalidInputException(
                    images.Model.File.Path,
                    "is another file than the eraser was fitted for",
                    "Bring back the model, or fit the eraser again"
                );
            if (table.Fingerprint != folder.Run.Data.Fingerprint)
                throw new InvalidInputException(
                    folder.Path,
                    "its vectors have changed since the eraser was fitted",
                    "Bring back the files, or fit the eraser again"
                );
            return new ExportedEraser(folder, options, eraser, table, images);
        }
        catch
        {
            eraser.Dispose();
            (images ?? (IDisposable?)table)?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override OnnxDraft Write()
    {
        using var scope = NewDisposeScope();
        var head = _options.HasTaskHead ? Head() : null;
        var draft = _images?.Model is { } model
            ? OnnxExport.Of(model.File, model.Output, _eraser, $"`ExtractorOptions.Extractor` {model.File.Path}", head)
            : OnnxExport.Of(_eraser, head);
        if (_images is not null)
            draft.Tell(OnnxExtractor.PreprocessKey, _images.Model.Preprocess);
        if (_eraser.Description.Task is { } task)
        {
            draft.Tell("efface.task", task.Name);
            draft.Tell(OnnxExport.ClassesKey, string.Join(',', task.Classes));
        }
        return draft;
    }

    /// <inheritdoc/>
    public override Comparing Compare(OnnxDraft draft, CancellationToken cancel)
    {
        var compared = new Comparing();
        int[] rows = [.. _table.Rows(Part.Test).Take(Comparing.MostRows)];
        compared.Add(rows.Length);
        using var scope = NewDisposeScope();
        using var vectors = _table.Gather(rows);
        if (_images is null)
        {
            using var session = new OnnxSession(draft.ToBytes());
            Compare(compared, vectors, session.Run(vectors.flatten(1), cancel)[0]);
            return compared;
        }
        using var behind = new OnnxSession(draft.ToBytesWithBefore());
        var outputs = behind.Run(_images.Model.Input(_images.Images.Gather(rows), cancel), cancel);
        // Fold and noise hang on the last bit: the erasure is compared on what really enters it.
        var entered = outputs[^1].view(vectors.shape);
        compared.Numbers(vectors, entered);
        Compare(compared, entered, outputs[0]);
        return compared;
    }

    /// <inheritdoc/>
    public override AuditSubject Subject(OnnxDraft draft, AuditSettings settings, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var session = new OnnxSession(OnnxExport.Of(_eraser).ToBytes());
        var erased = session.Run(_table.Values.flatten(1), cancel)[0];
        using var table = new VectorTable(
            _table.Name,
            _eraser.IsCode ? erased : erased.view(_table.Values.shape),
            _table.Columns,
            _table.Parts
        )
        {
            Groups = _table.Groups,
            Identity = _table.Identity,
        };
        return AuditSubject.Of(table, _eraser.Description.Task?.Name, budget: settings.Budget);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _eraser.Dispose();
        if (_images is null)
            _table.Dispose();
        else
            _images.Dispose();
    }

    private void Compare(Comparing compared, Tensor vectors, Tensor there)
    {
        using var noGradient = no_grad();
        if (_eraser.IsCode)
            compared.Choices(_eraser.Network.call(vectors.flatten(1)), there);
        else
            compared.Numbers(_eraser.Apply(vectors), there);
    }

    private OnnxExport.TaskHead Head()
    {
        var task = _table[_eraser.Description.Task!.Name];
        int[] rows = [.. _table.Rows(Part.Train).Take(MostOfHead)];
        var labels = torch.tensor([.. rows.Select(row => (long)task.Labels[row])]);
        var counts = Enumerable.Repeat(1, task.Classes.Count).ToArray();
        using var probe = LinearProbe.Fit(_eraser.Apply(_table.Gather(rows)).flatten(1), labels, counts);
        var (weight, bias) = probe.Layer();
        return new OnnxExport.TaskHead(task.Name, weight, bias);
    }
}

using Efface.Auditing;
using Efface.Data;
using Efface.Erasing;

namespace Efface.Runs;

/// <summary>Receives the progress of a run on vectors.</summary>
public interface IErasingObserver : IReadingObserver
{
    /// <summary>A step of fitting.</summary>
    void OnErasing(ErasingProgress progress);

    /// <summary>An attack of one of the audits.</summary>
    void OnAudit(AuditProgress progress);
}

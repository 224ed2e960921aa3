using Efface.Models;

namespace Efface.Training;

/// <summary>
/// A fresh look during training at what h still tells on validation: the heads that train along are fooled by what they train with.
/// </summary>
internal interface IProbe
{
    /// <summary>Looks after this epoch (from 1); null when it is not due.</summary>
    ProbeReading? Read(int epoch);

    /// <summary>What it remembers from look to look.</summary>
    void Exchange(Snapshot snapshot);
}

/// <summary>What a probe found.</summary>
/// <param name="Leaks">By attribute: balanced accuracy beyond what y tells.</param>
/// <param name="Factor">What λ3 is multiplied with from now on.</param>
internal sealed record ProbeReading(IReadOnlyDictionary<string, double> Leaks, double Factor);

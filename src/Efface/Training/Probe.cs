using Efface.Models;

namespace Efface.Training;

/// <summary>
/// A fresh measurement during training of what h still reveals on validation: the heads trained along with the extractor are fooled by it.
/// </summary>
internal interface IProbe
{
    /// <summary>Measures after this epoch (from 1); null if it is not due.</summary>
    ProbeReading? Read(int epoch);

    /// <summary>Its state between probes.</summary>
    void Exchange(Snapshot snapshot);
}

/// <summary>The result of a probe.</summary>
/// <param name="Leaks">By attribute: balanced accuracy beyond what y reveals.</param>
/// <param name="Factor">The factor on λ3 from now on.</param>
internal sealed record ProbeReading(IReadOnlyDictionary<string, double> Leaks, double Factor);

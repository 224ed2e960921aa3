using Efface.Detachment;
using Efface.Reporting;

namespace Efface.Unlearning;

/// <summary>What flags say, as recipes need it.</summary>
internal static class UserValues
{
    /// <summary>λ; null where the user gave none.</summary>
    public static LossWeights? Weights(this RunConfig config) =>
        config.Lambda is [var reconstruction, var task, var forgetting] ? new LossWeights(reconstruction, task, forgetting) : null;

    /// <summary>The objective; null where the user gave none.</summary>
    public static AttributeObjective? AttributeObjective(this RunConfig config) =>
        config.Objective is { } name ? Enum.Parse<AttributeObjective>(name, ignoreCase: true) : null;
}

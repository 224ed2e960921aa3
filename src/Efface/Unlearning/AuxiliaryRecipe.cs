using Efface.Detachment;
using Efface.Records;
using Efface.Training;

namespace Efface.Unlearning;

/// <summary>
/// A way to forget with an auxiliary network beside the extractor, which estimates information and steers it (Guo et al., section 3.2).
/// </summary>
/// <param name="Settings">λ, objective and heads of the auxiliary network; of the last one if there are several.</param>
public abstract record AuxiliaryRecipe(AuxiliarySettings Settings) : Recipe
{
    /// <summary>
    /// λ of the first auxiliary network if there are several: early blocks keep more of the image and leave forgetting to later ones. λ
    /// changes linearly from there to the last (as in InfoPro, Wang et al., ICLR 2021).
    /// </summary>
    public LossWeights FirstBlock { get; init; } = UsualFirstBlock;

    /// <inheritdoc/>
    public override LossWeights Weights => Settings.Weights;

    internal static LossWeights UsualFirstBlock { get; } = new(5, 1, 0);

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Uses => [nameof(RecipeSettings.Lambda), nameof(RecipeSettings.Objective)];

    /// <inheritdoc/>
    public override Recipe With(RecipeSettings asked) =>
        this with
        {
            Settings = Settings with { Weights = asked.Weights ?? Settings.Weights, Objective = asked.Objective ?? Settings.Objective },
        };

    /// <inheritdoc/>
    public override BlockMaker Blocks(BlockParts parts) => new AuxiliaryBlocks(parts, Settings, FirstBlock);
}

using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing;

/// <summary>
/// What attackers on vectors see of a map: averages over a grid, and each channel's deviation and maximum over all positions, which
/// show what stands somewhere, or averages to nothing.
/// </summary>
public static class VectorFeatures
{
    private const int Grid = 4;

    /// <summary>f32 [N, F] from f32 [N, D] (as it is) or [N, C, H, W].</summary>
    public static Tensor Of(Tensor values)
    {
        if (values.dim() < 4) return values;
        using var scope = NewDisposeScope();
        long[] grid = [Math.Min(Grid, values.shape[2]), Math.Min(Grid, values.shape[3])];
        var positions = values.flatten(2);
        return torch.cat([
            functional.adaptive_avg_pool2d(values, grid).flatten(1),
            positions.std(2, unbiased: false),
            positions.amax([2]),
        ], 1).MoveToOuterDisposeScope();
    }

    /// <summary>F for one image of such a problem.</summary>
    public static long Count(AttackProblem problem) => problem.IsMap
        ? problem.Shape[0] * (Math.Min(Grid, problem.Shape[1]) * Math.Min(Grid, problem.Shape[2]) + 2)
        : problem.Shape[0];
}

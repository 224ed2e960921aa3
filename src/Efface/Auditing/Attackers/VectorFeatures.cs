using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing;

/// <summary>
/// What attackers on vectors see of a map: averages over all and over a grid, and each channel's deviation and maximum over all positions, which
/// show what stands somewhere, or averages to nothing.
/// </summary>
public static class VectorFeatures
{
    private const int Grid = 4, Most = 2048;

    /// <summary>f32 [N, F] from f32 [N, D] (as it is) or [N, C, H, W].</summary>
    public static Tensor Of(Tensor values)
    {
        if (values.dim() < 4) return values;
        using var scope = NewDisposeScope();
        var positions = values.flatten(2);
        return torch.cat([
            positions.mean([2]),
            functional.adaptive_avg_pool2d(values, Cells(values.shape[1..])).flatten(1),
            positions.std(2, unbiased: false),
            positions.amax([2]),
        ], 1).MoveToOuterDisposeScope();
    }

    /// <summary>F for one image of such a problem.</summary>
    public static long Count(AttackProblem problem)
    {
        if (!problem.IsMap) return problem.Shape[0];
        var cells = Cells(problem.Shape);
        return problem.Shape[0] * (1 + cells[0] * cells[1] + 2);
    }

    // A coarser grid where there are many channels: what grows with the square or cube of F must stay affordable.
    private static long[] Cells(long[] shape)
    {
        var side = Grid;
        while (side > 1 && shape[0] * (1 + side * side + 2) > Most) side--;
        return [Math.Min(side, shape[1]), Math.Min(side, shape[2])];
    }
}

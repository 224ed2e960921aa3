using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing.Attacks;

/// <summary>
/// What vector attackers see of a map: averages over the whole and over a grid, and each channel's deviation and maximum over all
/// positions, which show local patterns and those that average to nothing.
/// </summary>
internal static class VectorFeatures
{
    private const int Grid = 4,
        Most = 2048;

    /// <summary>f32 [N, F] from f32 [N, D] (as it is) or [N, C, H, W].</summary>
    public static Tensor Of(Tensor values)
    {
        if (values.dim() < 4)
            return values;
        using var scope = NewDisposeScope();
        var positions = values.flatten(2);
        return torch
            .cat(
                [
                    positions.mean([2]),
                    functional.adaptive_avg_pool2d(values, Cells(values.shape[1..])).flatten(1),
                    Deviations(positions),
                    positions.amax([2]),
                ],
                1
            )
            .MoveToOuterDisposeScope();
    }

    /// <summary>The part of patterns [K, C, H, W] that none of the averages sees; empty where each position is its own cell.</summary>
    public static Tensor BeyondAverages(Tensor patterns)
    {
        using var scope = NewDisposeScope();
        var cells = Cells(patterns.shape[1..]);
        var averages = torch.cat([
            torch.kron(Areas(patterns.shape[2], cells[0]), Areas(patterns.shape[3], cells[1])),
            torch.ones(1, patterns.shape[2] * patterns.shape[3]),
        ]);
        var flat = patterns.flatten(2);
        return (flat - flat.matmul(averages.t()).matmul(linalg.pinv(averages.t()))).view(patterns.shape).MoveToOuterDisposeScope();
    }

    // [cells, side]: which positions adaptive pooling averages together.
    private static Tensor Areas(long side, long cells) =>
        torch.tensor(
            [
                .. from cell in Enumerable.Range(0, (int)cells)
                from position in Enumerable.Range(0, (int)side)
                select position >= cell * side / cells && position < ((cell + 1) * side + cells - 1) / cells ? 1f : 0,
            ],
            [cells, side]
        );

    // In multiples of the largest number: the square of a huge one overflows.
    private static Tensor Deviations(Tensor positions)
    {
        var largest = positions.abs().amax([2], keepdim: true).clamp(min: 1e-38);
        return (positions / largest).std(2, unbiased: false) * largest.squeeze(2);
    }

    /// <summary>F of one image of this problem.</summary>
    public static long Count(AttackProblem problem)
    {
        if (!problem.IsMap)
            return problem.Shape[0];
        var cells = Cells(problem.Shape);
        return problem.Shape[0] * (1 + cells[0] * cells[1] + 2);
    }

    // A coarser grid for many channels: costs that grow with the square or cube of F must stay affordable.
    private static long[] Cells(long[] shape)
    {
        var side = Grid;
        while (side > 1 && shape[0] * (1 + side * side + 2) > Most)
            side--;
        return [Math.Min(side, shape[1]), Math.Min(side, shape[2])];
    }
}

using static TorchSharp.torch;

namespace Efface.Benchmarks;

/// <summary>What a representation tells of a fair sign, and how much at most.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Leak">By how much the best possible reader's accuracy is above a half.</param>
/// <param name="Shape">Of one image: [D] or [C, H, W].</param>
/// <param name="Prepare">
/// Draws what is the same for all images (a rotation, a pattern), and gives what writes signs [N] of ±1 into representations [N, ...].
/// </param>
public sealed record Trace(string Name, double Leak, long[] Shape, Func<Draws, Func<Draws, Tensor, Tensor>> Prepare);

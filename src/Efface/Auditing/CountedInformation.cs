using Efface.Detachment;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Auditing;

/// <summary>
/// I(c; z | y) of released codes, counted on images that the extractor was trained on and on others; compared with the soft value that
/// training reports, it shows the cost of sharpening the codes and of leaving the training images.
/// </summary>
/// <param name="Training">On the extractor's training images that the audit uses.</param>
/// <param name="Test">On test images.</param>
public sealed record CountedInformation(InformationEstimate Training, InformationEstimate Test);

/// <summary>A count on some images, in bits.</summary>
/// <param name="Bits">The plug-in estimate: too large on average.</param>
/// <param name="Bias">Its mean where z is permuted among images of one y: there nothing is revealed.</param>
/// <param name="N">Images.</param>
public sealed record InformationEstimate(double Bits, double Bias, int N)
{
    private const int Permutations = 50;

    /// <summary>Counts.</summary>
    /// <param name="symbols">c, [N].</param>
    /// <param name="task">y, [N]; null if there is none: then it is I(c; z).</param>
    /// <param name="attribute">z, [N].</param>
    public static InformationEstimate Of(int[] symbols, int[]? task, int[] attribute)
    {
        var random = new Random(0);
        return new InformationEstimate(
            Count(symbols, task, attribute),
            Enumerable.Range(0, Permutations).Average(_ => Count(symbols, task, Permutation.Within(task, attribute, random))),
            symbols.Length
        );
    }

    private static double Count(int[] symbols, int[]? task, int[] attribute)
    {
        using var scope = NewDisposeScope();
        var joint = new double[symbols.Max() + 1, (task?.Max() ?? 0) + 1, attribute.Max() + 1];
        for (var i = 0; i < symbols.Length; i++)
            joint[symbols[i], task?[i] ?? 0, attribute[i]] += 1.0 / symbols.Length;
        return Information.Conditional(torch.tensor(joint)).ToDouble() * Information.BitsPerNat;
    }
}

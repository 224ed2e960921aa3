using TorchSharp;

namespace Efface.Data.Drawn;

/// <summary>How many faces to draw, and how their factors are correlated.</summary>
public sealed record DrawnFacesOptions
{
    /// <summary>Images of the training part.</summary>
    public int Train { get; init; } = 4000;

    /// <summary>Images of the validation part.</summary>
    public int Validation { get; init; } = 1000;

    /// <summary>Images of the test part.</summary>
    public int Test { get; init; } = 2000;

    /// <summary>Height and width of an image in pixels, 16 to 512.</summary>
    public int Size { get; init; } = 64;

    /// <summary>The same seed draws the same faces; any number.</summary>
    public int Seed { get; init; }

    /// <summary>Pairs of correlated factors; every other pair is independent.</summary>
    public IReadOnlyList<FactorCorrelation> Correlations { get; init; } = [];
}

/// <summary>Two correlated factors.</summary>
/// <param name="First">A name from <see cref="DrawnFaces.Factors"/>.</param>
/// <param name="Second">Another one.</param>
/// <param name="Value">In [-1, 1]. Two factors of two classes have exactly this correlation (Pearson, that is phi) in expectation, and so
/// agree with probability (1 + value) / 2. For more classes it is the monotone analogue: at 1 the higher class of one factor goes with the
/// higher class of the other as far as the numbers of classes allow, at -1 with the lower.</param>
public sealed record FactorCorrelation(string First, string Second, double Value);

/// <summary>
/// Portraits that Efface draws itself, each from a seed, with known factors: a data set that needs no download, with ground truth for
/// tests. Everything else about a face (its place, size and shape, hair style, mouth, clothes, colours, noise) varies at random.
/// </summary>
public static class DrawnFaces
{
    /// <summary>The columns of the table, in order, with their classes, all equally frequent. Left and right are the viewer's.</summary>
    public static IReadOnlyList<(string Name, string[] Classes)> Factors => DrawnLook.Factors;

    /// <summary>
    /// Draws the table <c>faces</c>, u8 [N, 3, size, size], with one column for each factor; train comes first, then validation, then test.
    /// An image depends only on the seed, its position and its factors, whatever the number of threads; another processor may round a few
    /// pixels differently. Mirroring would swap left and right in <c>pose</c> and <c>light</c>, so flips are not allowed.
    /// </summary>
    /// <exception cref="InvalidInputException">A size or a correlation is impossible: all such faults at once.</exception>
    public static ImageTable Draw(DrawnFacesOptions options) => Draw(options, threads: -1);

    internal static ImageTable Draw(DrawnFacesOptions options, int threads)
    {
        List<Problem> problems = [.. SizeProblems(options), .. DrawnFactors.Problems(options.Correlations)];
        if (problems.Count > 0)
            throw new InvalidInputException(problems);

        var count = options.Train + options.Validation + options.Test;
        var labels = DrawnFactors.Sample(count, options.Correlations, new Random(ImageSeed(options.Seed, -1)));
        var bytes = 3 * options.Size * options.Size;
        var pixels = new byte[(long)count * bytes];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
            DrawnPortrait.Draw(DrawnLook.Of(labels[i]), ImageSeed(options.Seed, i), options.Size, pixels.AsSpan(i * bytes, bytes))
        );

        return new ImageTable(
            "faces",
            torch.tensor(pixels, [count, 3, options.Size, options.Size]),
            [.. Factors.Select((factor, k) => new Column(factor.Name, factor.Classes, [.. labels.Select(row => row[k])]))],
            [
                .. Enumerable.Repeat(Part.Train, options.Train),
                .. Enumerable.Repeat(Part.Validation, options.Validation),
                .. Enumerable.Repeat(Part.Test, options.Test),
            ],
            flips: false
        );
    }

    private static IEnumerable<Problem> SizeProblems(DrawnFacesOptions options)
    {
        var count = (long)options.Train + options.Validation + options.Test;
        foreach (var (name, value) in new[] { ("train", options.Train), ("validation", options.Validation), ("test", options.Test) })
            if (value < 0)
                yield return new Problem($"{name} images", $"{value:N0} is negative", "Ask for 0 or more");
        if (count < 1)
            yield return new Problem("images", "there are none", "Ask for at least one");
        if (options.Size is < 16 or > 512)
            yield return new Problem("image size", $"{options.Size:N0} pixels is out of range 16 to 512", "64 is usual");
        else if (3L * options.Size * options.Size * count > Array.MaxLength)
            yield return new Problem("images", $"{count:N0} of {options.Size:N0} pixels are over 2 GiB", "Ask for fewer or smaller ones");
    }

    /// <summary>A seed for each image: neighbours must not look alike, so the bits of both numbers are mixed (SplitMix64).</summary>
    private static int ImageSeed(int seed, int image)
    {
        var mixed = ((ulong)(uint)seed << 32 | (uint)image) + 0x9E3779B97F4A7C15;
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
        return (int)(mixed ^ mixed >> 31);
    }
}

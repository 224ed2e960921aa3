namespace Efface.Auditing;

/// <summary>
/// Certificates from a sample that was used neither for training nor for choosing; conditional on the sample's own table of y and z.
/// </summary>
/// <param name="symbols">The released symbol of each image, [N]; from 0.</param>
/// <param name="number">How many symbols there can be.</param>
/// <param name="task">y, [N]; null if there is none.</param>
/// <param name="attribute">z, [N].</param>
/// <param name="classes">K, the classes of z.</param>
/// <param name="sampling">How the images were drawn; 1 - its confidence is δ.</param>
internal sealed class Certification(int[] symbols, int number, int[]? task, int[] attribute, int classes, Sampling sampling)
{
    private const double Clearly = 0.8,
        MostOfDelta = 0.9;

    private readonly double[] _ofClass = Count(attribute, classes);
    private (double Accuracy, double Balanced)[]? _bias;

    /// <summary>The number of permutations of z that measure the price of many symbols.</summary>
    internal int Permutations { get; init; } = 100;

    /// <summary>Bounds on accuracy and balanced accuracy, for attackers that see the symbol, and for those that know y too.</summary>
    /// <param name="symbol"><c>c</c> or <c>ŷ</c>.</param>
    /// <param name="confidence">1 - δ; null takes the sampling's.</param>
    public IReadOnlyList<Certificate> Certificates(string symbol, double? confidence = null)
    {
        var known = task is null ? symbols : Joined(symbols, task);
        var (delta, bias) = (1 - (confidence ?? sampling.Confidence), _bias ??= Bias([symbols, known]));
        var (floor, floorBalanced) = Best(Table(task ?? new int[attribute.Length], attribute));
        var share = ShareOfSquares(delta, floorBalanced);
        var chi = share == 0 ? double.PositiveInfinity : floorBalanced + Squares(share * delta).Leak(symbols);
        var bounds = new List<Certificate>();
        foreach (var (seen, knows, which) in new[] { (symbols, symbol, 0), (known, $"{symbol},y", 1) }.Take(task is null ? 1 : 2))
        {
            var (accuracy, balanced) = Best(Table(seen, attribute));
            var bound = Bound(
                Certificate.OfAccuracy,
                knows,
                accuracy,
                PlugIn(accuracy, _ => 1.0 / attribute.Length, delta),
                floor,
                bias[which].Accuracy,
                delta
            );
            bounds.Add(bound with { BitsAtMost = Entropy() + Math.Log2(bound.Value) });
            var plugIn = PlugIn(balanced, OfImage, (1 - share) * delta);
            var bounded = Bound(
                Certificate.OfBalancedAccuracy,
                knows,
                balanced,
                Math.Min(plugIn, chi),
                floorBalanced,
                bias[which].Balanced,
                delta
            );
            bounds.Add(bounded with { By = chi < plugIn ? Certificate.ByChiSquare : Certificate.ByPlugIn });
        }
        return bounds;
    }

    /// <summary>
    /// The symbol at which one class, with all taken as equally frequent, is significantly more often right than the best guess from y, and
    /// exceeds its chance given y most; null if there is none.
    /// </summary>
    /// <param name="confidence">Joint confidence of the intervals of all symbols, with each y, and classes.</param>
    public WorstSymbol? Told(double confidence)
    {
        var known = task ?? new int[attribute.Length];
        var told = new BalancedTask(known, attribute);
        var cells = Enumerable.Range(0, symbols.Length).GroupBy(i => (symbols[i], known[i])).Select(of => of.ToArray()).ToArray();
        var each = 1 - (1 - confidence) / (cells.Length * Present);
        return cells
            .SelectMany(images =>
            {
                double[] weights = [.. images.Select(told.Weight)];
                return images
                    .Select(i => attribute[i])
                    .Distinct()
                    .Select(z =>
                        (
                            Best: told.Best(images[0]),
                            Symbol: new WorstSymbol(
                                symbols[images[0]],
                                z,
                                Measured.Share([.. images.Select(i => attribute[i] == z)], weights, each),
                                told.Chance(images[0], z)
                            )
                        )
                    );
            })
            .Where(one => one.Symbol.Share.Low > one.Best)
            .Select(one => one.Symbol)
            .MaxBy(symbol => symbol.Share.Low - symbol.Expected);
    }

    /// <summary>The symbol whose images most certainly share one class beyond what y reveals.</summary>
    public WorstSymbol Worst()
    {
        var (known, joint, ofTask) = Known();
        var worst = Enumerable
            .Range(0, symbols.Length)
            .GroupBy(i => symbols[i])
            .SelectMany(images =>
                Enumerable
                    .Range(0, classes)
                    .Where(z => _ofClass[z] > 0)
                    .Select(z => new WorstSymbol(
                        images.Key,
                        z,
                        Measured.Share([.. images.Select(i => attribute[i] == z)], sampling.Select([.. images])),
                        images.Average(i => joint[known[i], z] / (double)ofTask[known[i]])
                    ))
            );
        return worst.MaxBy(one => one.Share.Low - one.Expected)!;
    }

    private Certificate Bound(string metric, string knows, double estimate, double value, double floor, double bias, double delta) =>
        new()
        {
            Metric = metric,
            Knows = knows,
            Estimate = estimate,
            Slack = value - estimate,
            Floor = new Measured(floor, floor, floor, attribute.Length),
            Bias = bias,
            Delta = delta,
            N = attribute.Length,
            Assumptions =
            [
                task is null
                    ? "classes of the attribute are as frequent as in the sample"
                    : "classes of the attribute are as frequent in each class of the task as in the sample",
                .. sampling.Groups is null
                    ?
                    [
                        "given their labels the symbols of the sample's images are independent of each other, and alike where the "
                            + "labels are",
                    ]
                    : new[]
                    {
                        "groups are independent of each other, given their sizes and labels; within a group symbols may go together in "
                            + "any way",
                        "a group counts by its images: what is bounded is the mean over images, of groups as large as those of the sample",
                    },
                "who attacks sees images drawn as those of the sample were, each with a symbol of its own",
                "neither the extractor nor anything about it was chosen by looking at the sample",
            ],
        };

    private int Present => _ofClass.Count(count => count > 0);

    private double Entropy() =>
        -_ofClass.Where(count => count > 0).Sum(count => count / attribute.Length * Math.Log2(count / attribute.Length));

    private double OfImage(int i) => 1 / (Present * _ofClass[attribute[i]]);

    private ChiSquareBound Squares(double delta) => new(number, task ?? new int[attribute.Length], attribute, _ofClass, delta);

    // Two bounds on one number share the error probability. Most of it goes to the one that would be smaller if symbols were drawn blindly,
    // all equally often: this depends on labels and sizes alone.
    private double ShareOfSquares(double delta, double floor)
    {
        if (sampling.Groups is not null || Squares(delta) is not { Speaks: true } squares)
            return 0;
        var random = new Random(0);
        int[] blind = [.. attribute.Select(_ => random.Next(number))];
        var plugIn = PlugIn(Best(Table(task is null ? blind : Joined(blind, task), attribute)).Balanced, OfImage, delta) - floor;
        return (squares.Expected / plugIn) switch
        {
            < Clearly => MostOfDelta,
            > 1 / Clearly => 0,
            _ => 0.5,
        };
    }

    // The largest contribution of one image, or of one group, to the hits.
    private double PlugIn(double estimate, Func<int, double> weight, double delta)
    {
        var n = attribute.Length;
        List<(double Weight, int Count)> weights =
        [
            .. Enumerable
                .Range(0, n)
                .GroupBy(i => sampling.Groups?[i] ?? i)
                .CountBy(group => group.Sum(weight))
                .Select(alike => (alike.Key, alike.Value)),
        ];
        return sampling.Groups is null && weights.Count == 1
            ? BernoulliSum.Share((int)Math.Round(estimate * n), n, delta)
            : BernoulliSum.Mean(estimate, weights, delta);
    }

    // An attacker that knew the sample's table would name the class of the largest entry of a row.
    private (double Accuracy, double Balanced) Best(int[,] table) => Best(table, (counts, row, label) => counts[row, label]);

    // The same from p(symbol, y) p(z | y).
    private (double Accuracy, double Balanced) WithoutLeak(int[] seen)
    {
        var (known, joint, ofTask) = Known();
        return Best(Table(seen, known), (table, row, z) =>
            Enumerable.Range(0, ofTask.Length).Sum(y => table[row, y] == 0 ? 0 : table[row, y] * joint[y, z] / (double)ofTask[y])
        );
    }

    private (double Accuracy, double Balanced) Best(int[,] table, Func<int[,], int, int, double> weight)
    {
        var (accuracy, balanced) = (0.0, 0.0);
        for (var row = 0; row < table.GetLength(0); row++)
        {
            var (most, mostOfClass) = (0.0, 0.0);
            for (var z = 0; z < classes; z++)
            {
                if (_ofClass[z] == 0)
                    continue;
                var count = weight(table, row, z);
                (most, mostOfClass) = (Math.Max(most, count), Math.Max(mostOfClass, count / _ofClass[z]));
            }
            (accuracy, balanced) = (accuracy + most, balanced + mostOfClass);
        }
        return (accuracy / attribute.Length, balanced / Present);
    }

    private (int[] Task, int[,] Joint, int[] OfTask) Known()
    {
        var known = task ?? new int[attribute.Length];
        var joint = Table(known, attribute);
        return (
            known,
            joint,
            [.. Enumerable.Range(0, joint.GetLength(0)).Select(y => Enumerable.Range(0, joint.GetLength(1)).Sum(z => joint[y, z]))]
        );
    }

    // What the best possible decisions reach on average where z is permuted among images of one y, less what they would reach in truth.
    private (double Accuracy, double Balanced)[] Bias(IReadOnlyList<int[]> kinds)
    {
        var (random, sums) = (new Random(0), new (double Accuracy, double Balanced)[kinds.Count]);
        for (var permutation = 0; permutation < Permutations; permutation++)
        {
            var z = Permutation.Within(task, attribute, random);
            for (var kind = 0; kind < kinds.Count; kind++)
            {
                var (accuracy, balanced) = Best(Table(kinds[kind], z));
                sums[kind] = (sums[kind].Accuracy + accuracy / Permutations, sums[kind].Balanced + balanced / Permutations);
            }
        }
        return [.. sums.Zip(kinds.Select(WithoutLeak), (mean, truth) => (mean.Accuracy - truth.Accuracy, mean.Balanced - truth.Balanced))];
    }

    private static int[] Joined(int[] symbols, int[] task)
    {
        var tasks = task.Max() + 1;
        return [.. symbols.Zip(task, (symbol, y) => symbol * tasks + y)];
    }

    private static double[] Count(int[] labels, int classes)
    {
        var counts = new double[classes];
        foreach (var label in labels)
            counts[label]++;
        return counts;
    }

    private static int[,] Table(int[] rows, int[] columns)
    {
        var table = new int[rows.Max() + 1, columns.Max() + 1];
        for (var i = 0; i < rows.Length; i++)
            table[rows[i], columns[i]]++;
        return table;
    }
}

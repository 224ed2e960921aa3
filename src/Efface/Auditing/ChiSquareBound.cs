namespace Efface.Auditing;

/// <summary>
/// A bound on what symbols reveal about z beyond y, without the price of many symbols in its centre. Each class of z is compared with the
/// most frequent one of the same y; fair coins decide from which of the two the next image is taken; for each symbol the difference of the
/// two counts is squared. docs/certificate.md has the proof. Everything that depends on the labels alone is fixed before a symbol is seen.
/// </summary>
internal sealed class ChiSquareBound
{
    private const double Reach = 1.5;
    private const int Smallest = 6,
        Scales = 40;

    private readonly List<Pair> _pairs = [];
    private readonly double _log,
        _scale,
        _untold,
        _most;

    /// <summary>Fixes images, coins and scale.</summary>
    /// <param name="symbols">How many symbols there can be.</param>
    /// <param name="task">y, [N].</param>
    /// <param name="attribute">z, [N].</param>
    /// <param name="ofClass">Images of each class of z.</param>
    /// <param name="delta">The probability that the leak exceeds the bound.</param>
    public ChiSquareBound(int symbols, int[] task, int[] attribute, double[] ofClass, double delta)
    {
        _log = Math.Log(1 / delta);
        var present = ofClass.Count(count => count > 0);
        var random = new Random(0);
        var candidates = new List<Pair>();
        foreach (var y in Enumerable.Range(0, task.Length).GroupBy(i => task[i]).OrderBy(y => y.Key))
        {
            var classes = y.GroupBy(i => attribute[i])
                .OrderBy(z => z.Key)
                .Select(z => (Images: Shuffled(z, random), Weight: z.Count() / (present * ofClass[z.Key])))
                .OrderByDescending(z => z.Weight)
                .ThenByDescending(z => z.Images.Length)
                .ToList();
            foreach (var z in classes.Skip(1))
                candidates.Add(Pair.Of(z.Images, classes[0].Images, z.Weight, 1.0 / (classes.Count - 1), random));
        }
        var expected = candidates
            .Where(pair => pair.Draws > 0)
            .Select(pair => (Pair: pair, Usual: Math.Max(1, pair.Draws / symbols)))
            .Select(one => (one.Pair, one.Usual, Terms: new SymbolTerms(one.Usual)))
            .ToList();
        double Usually((Pair Pair, int Usual, SymbolTerms Terms) one, double scale)
        {
            if (one.Pair.Rate(scale) is not (< 1 and var rate))
                return double.PositiveInfinity;
            var (t, constant) = one.Terms.At(rate);
            return one.Pair.Share * one.Pair.Draws / one.Usual * (t * one.Usual + constant);
        }
        (_scale, Expected) = Enumerable
            .Range(Smallest, Scales)
            .Select(k => Math.Pow(2, k / 3.0))
            .Select(scale => (scale, (_log + expected.Sum(one => Math.Min(scale * one.Pair.Weight, Usually(one, scale)))) / scale))
            .MinBy(one => one.Item2);
        _pairs.AddRange(expected.Where(one => Usually(one, _scale) < _scale * one.Pair.Weight).Select(one => one.Pair));
        _most = candidates.Sum(pair => pair.Weight);
        _untold = _most - _pairs.Sum(pair => pair.Weight);
        Expected = Math.Min(_most, Expected + _most - expected.Sum(one => one.Pair.Weight));
    }

    /// <summary>Whether there are enough images for any pair of classes.</summary>
    public bool Speaks => _pairs.Count > 0;

    /// <summary>The approximate bound if symbols reveal nothing and are equally frequent.</summary>
    public double Expected { get; }

    /// <summary>The most that an attacker that sees symbol and y gains in balanced accuracy over one that knows only y.</summary>
    /// <param name="symbols">The symbol of each image, [N].</param>
    public double Leak(int[] symbols) =>
        Math.Min(_most, _untold + (_log + _pairs.Sum(pair => pair.Share * pair.Sum(symbols, pair.Rate(_scale)))) / _scale);

    private static int[] Shuffled(IEnumerable<int> images, Random random)
    {
        int[] order = [.. images];
        random.Shuffle(order);
        return order;
    }

    // Two classes of one y, with as many images of each as fair coins ask for.
    private sealed record Pair(int[] One, int[] Other, double Weight, double Share)
    {
        public int Draws => One.Length + Other.Length;

        public static Pair Of(int[] one, int[] other, double weight, double share, Random random)
        {
            // Three standard deviations of the coins' sum stay below the number available.
            var fewest = Math.Min(one.Length, other.Length);
            var draws = (int)Math.Pow(Math.Sqrt(Reach * Reach + 2 * fewest) - Reach, 2);
            var heads = Enumerable.Range(0, draws).Count(_ => random.Next(2) == 0);
            return heads > fewest || draws - heads > fewest
                ? new Pair([], [], weight, share)
                : new Pair(one[..heads], other[..(draws - heads)], weight, share);
        }

        public double Rate(double scale) => scale * Weight / (Share * Draws);

        public double Sum(int[] symbols, double rate)
        {
            var counts = new Dictionary<int, (int Count, int Difference)>();
            foreach (var (images, sign) in new[] { (One, 1), (Other, -1) })
            foreach (var image in images)
            {
                var (count, difference) = counts.GetValueOrDefault(symbols[image]);
                counts[symbols[image]] = (count + 1, difference + sign);
            }
            return counts
                .Values.GroupBy(one => one.Count)
                .Sum(alike =>
                {
                    var (t, constant) = new SymbolTerms(alike.Key).At(rate);
                    return alike.Sum(one => t * one.Difference * one.Difference + constant);
                });
        }
    }
}

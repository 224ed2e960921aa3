namespace Efface.Auditing.Attacks;

/// <summary>
/// Grows one tree after the other on the same features. The leaf whose split gains most is split first (Shi 2007), from sums over ranges of
/// each feature.
/// </summary>
/// <param name="features">The features of N images.</param>
/// <param name="leaves">The largest number of leaves.</param>
/// <param name="rate">The factor on every leaf's value.</param>
internal sealed class TreeGrower(BinnedFeatures features, int leaves, double rate)
{
    // One image at p = 1/2 has a curvature of a quarter.
    private const double Penalty = 1;

    private readonly int _fewest = Math.Clamp(features.Count / 100, 1, 20);
    private readonly int[] _order = new int[features.Count],
        _spare = new int[features.Count];
    private readonly Sums[] _gathered = new Sums[features.Count];

    private record struct Sums(double Slope, double Curvature, double Images)
    {
        public readonly double Worth => Slope * Slope / (Curvature + Penalty);

        public static Sums operator +(Sums one, Sums other) =>
            new(one.Slope + other.Slope, one.Curvature + other.Curvature, one.Images + other.Images);

        public static Sums operator -(Sums one, Sums other) =>
            new(one.Slope - other.Slope, one.Curvature - other.Curvature, one.Images - other.Images);
    }

    private readonly record struct Split(double Gain, int Feature, int Range);

    private sealed record Leaf(int Start, int End, Sums Total, Sums[] Ranges, Split Best)
    {
        // The index of the parent node.
        public int Parent { get; init; } = -1;

        public bool IsLeft { get; init; }
    }

    /// <summary>A tree for slopes and curvatures [N], whose values it adds to scores [N]; null where no split gains anything.</summary>
    public RegressionTree? Grow(double[] slopes, double[] curvatures, int[] allowed, double[] scores)
    {
        for (var i = 0; i < _order.Length; i++)
            _order[i] = i;
        var (open, nodes) = (new List<Leaf>(), new List<RegressionTree.Node>());
        open.Add(LeafOf(0, _order.Length, slopes, curvatures, allowed));
        while (open.Count < leaves && open.MaxBy(leaf => leaf.Best.Gain) is { Best.Gain: > 0 } leaf)
        {
            open.Remove(leaf);
            var middle = Divide(leaf);
            Point(nodes, leaf, nodes.Count);
            nodes.Add(new RegressionTree.Node(leaf.Best.Feature, features.End(leaf.Best.Feature, leaf.Best.Range), 0, 0));
            // The sums of the larger half are what the smaller one leaves.
            var leftIsSmaller = middle - leaf.Start <= leaf.End - middle;
            var smaller = leftIsSmaller
                ? LeafOf(leaf.Start, middle, slopes, curvatures, allowed)
                : LeafOf(middle, leaf.End, slopes, curvatures, allowed);
            var larger = leftIsSmaller ? Rest(leaf, smaller, middle, leaf.End, allowed) : Rest(leaf, smaller, leaf.Start, middle, allowed);
            open.Add(smaller with { Parent = nodes.Count - 1, IsLeft = leftIsSmaller });
            open.Add(larger with { Parent = nodes.Count - 1, IsLeft = !leftIsSmaller });
        }
        if (nodes.Count == 0)
            return null;
        var values = new double[open.Count];
        foreach (var (number, leaf) in open.Index())
        {
            Point(nodes, leaf, ~number);
            values[number] = -rate * leaf.Total.Slope / (leaf.Total.Curvature + Penalty);
            foreach (var i in _order.AsSpan(leaf.Start..leaf.End))
                scores[i] += values[number];
        }
        return new RegressionTree([.. nodes], values);
    }

    private static void Point(List<RegressionTree.Node> nodes, Leaf leaf, int child)
    {
        if (leaf.Parent >= 0)
            nodes[leaf.Parent] = leaf.IsLeft ? nodes[leaf.Parent] with { Left = child } : nodes[leaf.Parent] with { Right = child };
    }

    private Leaf LeafOf(int start, int end, double[] slopes, double[] curvatures, int[] allowed)
    {
        var total = new Sums();
        for (var i = start; i < end; i++)
        {
            var image = _order[i];
            _gathered[i] = new Sums(slopes[image], curvatures[image], 1);
            total += _gathered[i];
        }
        var ranges = new Sums[allowed.Length * BinnedFeatures.Most];
        for (var at = 0; at < allowed.Length; at++)
        {
            var bins = features.Bins(allowed[at]);
            var own = ranges.AsSpan(at * BinnedFeatures.Most, BinnedFeatures.Most);
            for (var i = start; i < end; i++)
            {
                ref var sums = ref own[bins[_order[i]]];
                ref var one = ref _gathered[i];
                sums.Slope += one.Slope;
                sums.Curvature += one.Curvature;
                sums.Images += 1;
            }
        }
        return new Leaf(start, end, total, ranges, Best(total, ranges, allowed));
    }

    private Leaf Rest(Leaf whole, Leaf part, int start, int end, int[] allowed)
    {
        var ranges = whole.Ranges;
        for (var i = 0; i < ranges.Length; i++)
            ranges[i] -= part.Ranges[i];
        var total = whole.Total - part.Total;
        return new Leaf(start, end, total, ranges, Best(total, ranges, allowed));
    }

    private Split Best(Sums total, Sums[] ranges, int[] allowed)
    {
        var (best, worth) = (new Split(), total.Worth);
        for (var at = 0; at < allowed.Length; at++)
        {
            var left = new Sums();
            for (var range = 0; range < features.Ranges(allowed[at]) - 1; range++)
            {
                left += ranges[at * BinnedFeatures.Most + range];
                if (left.Images < _fewest || total.Images - left.Images < _fewest)
                    continue;
                var gain = left.Worth + (total - left).Worth - worth;
                if (gain > best.Gain + 1e-12)
                    best = new Split(gain, allowed[at], range);
            }
        }
        return best;
    }

    // Images of the left half first; returns where the right half starts.
    private int Divide(Leaf leaf)
    {
        var bins = features.Bins(leaf.Best.Feature);
        var (left, right) = (leaf.Start, 0);
        for (var i = leaf.Start; i < leaf.End; i++)
            if (bins[_order[i]] <= leaf.Best.Range)
                _order[left++] = _order[i];
            else
                _spare[right++] = _order[i];
        _spare.AsSpan(0, right).CopyTo(_order.AsSpan(left));
        return left;
    }
}

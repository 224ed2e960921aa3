using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Auditing.Attacks;

/// <summary>
/// k-nearest neighbours: the prediction for an image is the class-balanced vote of the most similar images. It chooses k, and whether
/// similarity is measured on standardised features or in the whitened directions of most variance. An attacker that knows y searches only
/// among images of the same y.
/// </summary>
internal sealed class NearestNeighboursAttacker : ChoosingAttacker
{
    private const int Directions = 64,
        FewestOfTask = 50;
    private const long BlockNumbers = 8L << 20;

    private static readonly int[] Neighbours = [3, 10, 30, 100, 300];

    /// <inheritdoc/>
    public override string Name => "knn";

    private protected override IEnumerable<IFittedAttacker> Candidates(
        AttackProblem problem,
        AttackSet fit,
        AttackSet choose,
        Start start,
        int seed,
        CancellationToken cancel
    )
    {
        using var all = Whitening.Of(fit.Values);
        foreach (var whitening in new[] { all.AsStandardised(), all.First(Directions) })
        {
            var reader = new Reader(
                problem,
                whitening,
                whitening.Apply(fit.Values).to_type(ScalarType.Float32).DetachFromDisposeScope(),
                fit
            );
            var selection = new Selection<int>();
            var neighbours = reader.Nearest(choose);
            foreach (var k in Neighbours.Where(k => k <= Math.Max(Neighbours[0], fit.Count / 2)))
                selection.Offer(k, start.Judge(reader.Votes(neighbours, k)));
            reader.K = selection.Kept;
            yield return reader;
        }
    }

    private sealed class Reader(AttackProblem problem, Whitening whitening, Tensor known, AttackSet fit) : IFittedAttacker
    {
        private readonly double[] _prior = fit.Prior(problem.AttributeClasses);

        public int K { get; set; }

        public double[,] Read(AttackSet set) => Votes(Nearest(set), K);

        // Rows of the images nearest to each, nearest first.
        public int[][] Nearest(AttackSet set)
        {
            using var scope = NewDisposeScope();
            var queries = whitening.Apply(set.Values).to_type(ScalarType.Float32);
            if (!problem.KnowsTask)
                return Nearest(queries, known, [.. Enumerable.Range(0, fit.Count)]);
            var result = new int[set.Count][];
            foreach (var group in Enumerable.Range(0, set.Count).GroupBy(i => set.Task[i]))
            {
                int[] rows = [.. group],
                    alike = [.. Enumerable.Range(0, fit.Count).Where(i => fit.Task[i] == group.Key)];
                if (alike.Length < FewestOfTask)
                    alike = [.. Enumerable.Range(0, fit.Count)];
                var nearest = Nearest(queries[Index(rows)], known[Index(alike)], alike);
                for (var i = 0; i < rows.Length; i++)
                    result[rows[i]] = nearest[i];
            }
            return result;
        }

        // Votes count as if classes were equally frequent; one more vote is spread over all.
        public double[,] Votes(int[][] neighbours, int k)
        {
            var classes = problem.AttributeClasses;
            var opinions = new double[neighbours.Length, classes];
            for (var i = 0; i < neighbours.Length; i++)
            {
                var votes = Enumerable.Repeat(1.0 / classes, classes).ToArray();
                foreach (var row in neighbours[i].AsSpan(0, Math.Min(k, neighbours[i].Length)))
                    votes[fit.Attribute[row]] += 1 / (classes * _prior[fit.Attribute[row]]);
                for (var z = 0; z < classes; z++)
                    opinions[i, z] = Math.Log(votes[z] / votes.Sum());
            }
            return opinions;
        }

        public void Dispose()
        {
            whitening.Dispose();
            known.Dispose();
        }

        private static int[][] Nearest(Tensor queries, Tensor among, int[] rowsOf)
        {
            var (most, block) = (Math.Min(Neighbours[^1], rowsOf.Length), (int)Math.Max(1, BlockNumbers / rowsOf.Length));
            var result = new int[queries.shape[0]][];
            // |q - a|² without |q|², which is the same for all a.
            var squares = among.square().sum([1L]);
            var twice = among.t() * -2;
            for (var start = 0; start < result.Length; start += block)
            {
                using var scope = NewDisposeScope();
                var end = Math.Min(start + block, result.Length);
                var nearest = (queries[start..end].matmul(twice) + squares).topk(most, 1, largest: false).indexes;
                using var data = nearest.contiguous().data<long>();
                var flat = data.ToArray();
                for (var i = start; i < end; i++)
                    result[i] = [.. flat.AsSpan((i - start) * most, most).ToArray().Select(at => rowsOf[at])];
            }
            return result;
        }

        private static Tensor Index(int[] rows) => torch.tensor(rows.Select(row => (long)row).ToArray());
    }
}

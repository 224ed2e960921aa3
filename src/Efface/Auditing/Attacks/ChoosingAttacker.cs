using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Auditing.Attacks;

/// <summary>
/// An attacker with settings: tries them in turn, and keeps the one that reads best on the set it chooses on. It starts from what is known
/// without h, and stays there unless the images it chooses on show that h adds something; one scale says how much, and calibrates it too.
/// Implementations see prepared values, and only classes that occur among the images they are fitted on.
/// </summary>
internal abstract class ChoosingAttacker : IAttacker
{
    // A class that was never seen is not impossible.
    private const double Unseen = 1e-6;

    /// <summary>
    /// It departs from what is known without h only if it gains more than this, in nats. Noise does so in one try of fifty; a trace of 5
    /// points gains six with 1,200 images to choose on.
    /// </summary>
    internal double Margin { get; init; } = 2;

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public virtual bool DependsOnSeed => false;

    /// <inheritdoc/>
    public virtual bool Reads(AttackProblem problem) => !problem.IsDiscrete;

    /// <summary>Applied to h once, before anything else; for a map, <see cref="VectorFeatures"/>.</summary>
    protected virtual Tensor Prepare(Tensor values) => VectorFeatures.Of(values);

    /// <summary>
    /// Threads per operation for this many numbers: small operations gain nothing from a second thread, and lose by it on a busy machine.
    /// </summary>
    protected virtual int? Threads(long numbers) => numbers < 2_000_000 ? 1 : null;

    /// <summary>Fitted attackers, one for each setting, each offered as soon as it is fitted.</summary>
    private protected abstract IEnumerable<IFittedAttacker> Candidates(
        AttackProblem problem,
        AttackSet fit,
        AttackSet choose,
        Start start,
        int seed,
        CancellationToken cancel
    );

    /// <inheritdoc/>
    public IFittedAttacker Fit(AttackProblem problem, AttackSet fit, AttackSet choose, int seed, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        int[] present = [.. fit.Attribute.Distinct().Order()];
        var known = problem with { AttributeClasses = present.Length };
        (fit, choose) = (Known(fit, present), Known(choose, present));
        var start = new Start(known, fit, choose);
        if (present.Length < 2)
            return new Reader(this, problem, present, start, null, 0);
        return Threaded(fit.Values.numel(), () =>
        {
            var selection = new Selection<IFittedAttacker?>();
            selection.Offer(null, start.Judge(start.Read(choose)));
            foreach (var candidate in Candidates(known, fit, choose, start, seed, cancel))
            {
                cancel.ThrowIfCancellationRequested();
                var (before, quality) = (selection.Kept, start.Judge(candidate.Read(choose)));
                var kept = quality.Gain > Margin && selection.Offer(candidate, quality);
                (kept ? before : candidate)?.Dispose();
            }
            return new Reader(this, problem, present, start, selection.Kept, selection.Quality.Scale);
        });
    }

    private TResult Threaded<TResult>(long numbers, Func<TResult> work)
    {
        var threads = torch.get_num_threads();
        torch.set_num_threads(Threads(numbers) ?? threads);
        try
        {
            return work();
        }
        finally
        {
            torch.set_num_threads(threads);
        }
    }

    private AttackSet Known(AttackSet set, int[] present)
    {
        int[] rows = [.. Enumerable.Range(0, set.Count).Where(i => Array.BinarySearch(present, set.Attribute[i]) >= 0)];
        if (rows.Length < set.Count)
            set = set.Select(rows);
        return set with { Values = Prepare(set.Values), Attribute = [.. set.Attribute.Select(z => Array.BinarySearch(present, z))] };
    }

    // If none was chosen, it says what is known without h.
    private sealed class Reader(
        ChoosingAttacker attacker,
        AttackProblem problem,
        int[] present,
        Start start,
        IFittedAttacker? chosen,
        double scale
    ) : IFittedAttacker
    {
        public double[,] Read(AttackSet set)
        {
            var opinions = start.Read(set);
            if (chosen is not null)
            {
                using var scope = NewDisposeScope();
                var prepared = set with { Values = attacker.Prepare(set.Values) };
                opinions = Quality.Blend(attacker.Threaded(prepared.Values.numel(), () => chosen.Read(prepared)), opinions, scale);
            }
            var missing = problem.AttributeClasses - present.Length;
            if (missing == 0)
                return opinions;
            var all = new double[set.Count, problem.AttributeClasses];
            for (var i = 0; i < set.Count; i++)
            {
                for (var z = 0; z < problem.AttributeClasses; z++)
                    all[i, z] = Math.Log(Unseen);
                for (var k = 0; k < present.Length; k++)
                    all[i, present[k]] = opinions[i, k] + Math.Log(1 - missing * Unseen);
            }
            return all;
        }

        public void Dispose()
        {
            start.Dispose();
            chosen?.Dispose();
        }
    }
}

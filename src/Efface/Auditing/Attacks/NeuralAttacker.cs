using Efface.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing.Attacks;

/// <summary>The settings of a network to choose from.</summary>
/// <param name="Width">A factor on the width of its layers.</param>
/// <param name="Dropout">The share of features left out in training.</param>
/// <param name="WeightDecay">The weight decay of the optimiser.</param>
internal record NeuralSettings(double Width, double Dropout, double WeightDecay);

/// <summary>
/// An attacker that learns by gradient descent: it standardises its input, weights classes equally, trains with Adam and a cosine schedule,
/// and keeps the epoch that reads best on the set it chooses on.
/// </summary>
internal abstract class NeuralAttacker : ChoosingAttacker
{
    private const int BatchSize = 256,
        MostEpochs = 40,
        Patience = 3,
        MostPrepared = 20_000_000;

    /// <inheritdoc/>
    public override bool DependsOnSeed => true;

    /// <inheritdoc/>
    public virtual bool IsCostly => false;

    /// <summary>Epochs over a large set.</summary>
    protected abstract int Epochs(Budget budget);

    /// <summary>The fewest steps: a small set is repeated until they are made.</summary>
    protected virtual int FewestSteps => 400;

    /// <summary>The largest number of images it learns from.</summary>
    protected virtual int Most(Budget budget) => int.MaxValue;

    /// <summary>Adam's largest step size.</summary>
    protected virtual double Rate => 1e-3;

    /// <summary>Each is trained; the best one is kept.</summary>
    protected abstract IReadOnlyList<NeuralSettings> Settings(Budget budget);

    /// <summary>Logits [B, K] from standardised h, with y as extra features (or planes, for maps) where it is known.</summary>
    /// <param name="problem">The problem to attack.</param>
    /// <param name="settings">One of <see cref="Settings"/>.</param>
    /// <param name="fit">The images it will learn from, standardised; only evaluated if the network starts from them.</param>
    /// <param name="random">Initialises weights, and later decides dropout.</param>
    protected abstract Module<Tensor, Tensor> Build(AttackProblem problem, NeuralSettings settings, Func<AttackSet> fit, Generator random);

    private protected override IEnumerable<IFittedAttacker> Candidates(
        AttackProblem problem,
        AttackSet fit,
        AttackSet choose,
        Start start,
        int seed,
        CancellationToken cancel
    ) => Settings(problem.Budget).Select(settings => Learn(problem, settings, fit, choose, start, seed, cancel));

    private Reader Learn(
        AttackProblem problem,
        NeuralSettings settings,
        AttackSet fit,
        AttackSet choose,
        Start start,
        int seed,
        CancellationToken cancel
    )
    {
        using var scope = NewDisposeScope();
        using var random = new Generator((ulong)seed);
        var device = Training.Compute.Device;
        if (Most(problem.Budget) is var most && fit.Count > most)
            fit = fit.Sample(most, seed);
        var standardiser = Standardiser.Of(fit.Values);
        var reader = new Reader(
            problem,
            Build(problem, settings, () => fit with { Values = standardiser.Apply(fit.Values) }, random).to(device),
            standardiser,
            device
        );
        using var optimiser = new Adam(reader.Network.parameters(), Rate, settings.WeightDecay);
        var weights = ClassWeights(fit, problem.AttributeClasses).to(device);
        var labels = torch.tensor(fit.Attribute.Select(z => (long)z).ToArray()).to(device);
        // A small set is prepared once, not at each step.
        var prepared = fit.Values.numel() <= MostPrepared ? reader.Input(fit.Values, fit.Task) : null;

        var batches = Math.Max(1, (fit.Count + BatchSize - 1) / BatchSize);
        var usual = Epochs(problem.Budget);
        var epochs = Math.Clamp(FewestSteps / batches, usual, Math.Max(usual, MostEpochs));
        var (shuffling, selection) = (new Random(seed), new Selection<int>());
        for (var (epoch, best) = (0, 0); epoch < epochs && epoch - best <= Patience; epoch++)
        {
            reader.Network.train();
            var order = Enumerable.Range(0, fit.Count).ToArray();
            shuffling.Shuffle(order);
            for (var i = 0; i < batches; i++)
            {
                cancel.ThrowIfCancellationRequested();
                using var step = NewDisposeScope();
                optimiser.Rate = Rate * Optimiser.Cosine((epoch + (double)i / batches) / epochs);
                var rows = order[(int)((long)fit.Count * i / batches)..(int)((long)fit.Count * (i + 1) / batches)];
                if (rows.Length < 2)
                    continue;
                var index = torch.tensor(rows.Select(row => (long)row).ToArray());
                var at = index.to(device);
                var input = prepared?.index_select(0, at)
                    ?? reader.Input(fit.Values.index_select(0, index), [.. rows.Select(row => fit.Task[row])]);
                functional.cross_entropy(reader.Network.call(input), labels.index_select(0, at), weights).backward();
                optimiser.Step();
            }
            if (selection.Offer(epoch, start.Judge(reader.Read(choose))))
            {
                reader.Remember();
                best = epoch;
            }
        }
        reader.Restore();
        return reader;
    }

    private static Tensor ClassWeights(AttackSet fit, int classes) =>
        torch.tensor(fit.Prior(classes).Select(share => (float)(1 / (share * classes))).ToArray());

    private sealed class Reader(AttackProblem problem, Module<Tensor, Tensor> network, Standardiser standardiser, Device device)
        : IFittedAttacker
    {
        private const int ReadSize = 1000;

        private Dictionary<string, Tensor> _best = [];

        public Module<Tensor, Tensor> Network { get; } = network;

        public Tensor Input(Tensor values, int[] task)
        {
            var standardised = standardiser.Apply(values).to(device);
            if (!problem.KnowsTask)
                return standardised;
            var known = functional
                .one_hot(torch.tensor(task.Select(y => (long)y).ToArray()), problem.TaskClasses)
                .to_type(ScalarType.Float32)
                .to(device);
            if (standardised.dim() == 4)
                known = known.unsqueeze(2).unsqueeze(3).expand(-1, -1, standardised.shape[2], standardised.shape[3]);
            return torch.cat([standardised, known], 1);
        }

        public double[,] Read(AttackSet set)
        {
            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            if (set.Count == 0)
                return new double[0, problem.AttributeClasses];
            Network.eval();
            var logits = new List<Tensor>();
            for (var start = 0; start < set.Count; start += ReadSize)
            {
                using var inner = NewDisposeScope();
                var end = Math.Min(set.Count, start + ReadSize);
                logits.Add(
                    functional.log_softmax(Network.call(Input(set.Values[start..end], set.Task[start..end])), 1).MoveToOuterDisposeScope()
                );
            }
            return Opinions.Of(torch.cat(logits));
        }

        public void Remember()
        {
            using var noGradient = no_grad();
            Forget();
            _best = Network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone().DetachFromDisposeScope());
        }

        public void Restore()
        {
            using var noGradient = no_grad();
            foreach (var (name, value) in Network.state_dict())
                value.copy_(_best[name]);
            Forget();
        }

        public void Dispose()
        {
            Forget();
            Network.Dispose();
            standardiser.Dispose();
        }

        private void Forget()
        {
            foreach (var value in _best.Values)
                value.Dispose();
            _best = [];
        }
    }
}

using Efface.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing;

/// <summary>
/// An attacker that learns by gradient: standardises its input, weighs classes equally, trains with Adam under a cosine, and keeps the
/// epoch that reads best on the set it chooses on.
/// </summary>
public abstract class NeuralAttacker : IAttacker
{
    private const int BatchSize = 256, MostEpochs = 40;

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>Epochs over a large set.</summary>
    protected abstract int Epochs { get; }

    /// <summary>A small set is seen more often, until so many steps are made.</summary>
    protected virtual int FewestSteps => 400;

    /// <summary>Adam's largest step size.</summary>
    protected virtual double Rate => 1e-3;

    /// <inheritdoc/>
    public virtual bool Reads(AttackProblem problem) => !problem.IsDiscrete;

    /// <summary>Logits [B, K] from standardised h, with y as further features (or planes, for maps) where it is known.</summary>
    protected abstract Module<Tensor, Tensor> Build(AttackProblem problem, Device device);

    /// <summary>What is done to h once, before anything else.</summary>
    protected virtual Tensor Prepare(Tensor values) => values;

    /// <summary>Threads of one operation; null leaves them as they are.</summary>
    protected virtual int? Threads => null;

    /// <inheritdoc/>
    public IFittedAttacker Fit(AttackProblem problem, AttackSet fit, AttackSet choose, int seed)
    {
        var threads = torch.get_num_threads();
        torch.set_num_threads(Threads ?? threads);
        try
        {
            return Learn(problem, fit, choose, seed);
        }
        finally
        {
            torch.set_num_threads(threads);
        }
    }

    private Reader Learn(AttackProblem problem, AttackSet fit, AttackSet choose, int seed)
    {
        torch.manual_seed(seed);
        using var scope = NewDisposeScope();
        var device = Training.Compute.Device;
        var (values, chooseValues) = (Prepare(fit.Values), Prepare(choose.Values));
        var reader = new Reader(this, problem, Build(problem, device).to(device), Standardiser.Of(values), device);
        using var optimiser = new Adam(reader.Network.parameters(), Rate, weightDecay: 1e-4);
        var weights = ClassWeights(fit, problem.AttributeClasses).to(device);
        var labels = torch.tensor(fit.Attribute.Select(z => (long)z).ToArray());

        var batches = Math.Max(1, (fit.Count + BatchSize - 1) / BatchSize);
        var epochs = Math.Clamp(FewestSteps / batches, Epochs, Math.Max(Epochs, MostEpochs));
        var (random, best) = (new Random(seed), double.NegativeInfinity);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            reader.Network.train();
            var order = Enumerable.Range(0, fit.Count).ToArray();
            random.Shuffle(order);
            for (var i = 0; i < batches; i++)
            {
                using var step = NewDisposeScope();
                optimiser.Rate = Rate * 0.5 * (1 + Math.Cos(Math.PI * (epoch + (double)i / batches) / epochs));
                var rows = order[(int)((long)fit.Count * i / batches)..(int)((long)fit.Count * (i + 1) / batches)];
                if (rows.Length < 2) continue;
                var index = torch.tensor(rows.Select(row => (long)row).ToArray());
                var input = reader.Input(values.index_select(0, index), [.. rows.Select(row => fit.Task[row])]);
                functional.cross_entropy(reader.Network.call(input), labels.index_select(0, index).to(device), weights).backward();
                optimiser.Step();
            }
            var score = new Readings(reader.ReadPrepared(chooseValues, choose.Task), fit.Prior(problem.AttributeClasses), choose.Attribute).BalancedAccuracy();
            if (score > best)
            {
                best = score;
                reader.Remember();
            }
        }
        reader.Restore();
        return reader;
    }

    private static Tensor ClassWeights(AttackSet fit, int classes)
        => torch.tensor(fit.Prior(classes).Select(share => share > 0 ? (float)(1 / (share * classes)) : 0).ToArray());

    /// <summary>Mean and deviation of each feature, or of each channel of a map.</summary>
    private sealed record Standardiser(Tensor Mean, Tensor Deviation) : IDisposable
    {
        public static Standardiser Of(Tensor values)
        {
            long[] over = values.dim() == 4 ? [0, 2, 3] : [0];
            return new Standardiser(
                values.mean(over, keepdim: true).DetachFromDisposeScope(),
                values.std(over, unbiased: false, keepdim: true).clamp(min: 1e-6).DetachFromDisposeScope());
        }

        public Tensor Apply(Tensor values) => (values - Mean) / Deviation;

        public void Dispose()
        {
            Mean.Dispose();
            Deviation.Dispose();
        }
    }

    private sealed class Reader(NeuralAttacker attacker, AttackProblem problem, Module<Tensor, Tensor> network, Standardiser standardiser, Device device) : IFittedAttacker
    {
        private Dictionary<string, Tensor> _best = [];

        public Module<Tensor, Tensor> Network { get; } = network;

        public Tensor Input(Tensor values, int[] task)
        {
            var standardised = standardiser.Apply(values).to(device);
            if (!problem.KnowsTask) return standardised;
            var known = functional.one_hot(torch.tensor(task.Select(y => (long)y).ToArray()), problem.TaskClasses).to_type(ScalarType.Float32).to(device);
            if (standardised.dim() == 4) known = known.unsqueeze(2).unsqueeze(3).expand(-1, -1, standardised.shape[2], standardised.shape[3]);
            return torch.cat([standardised, known], 1);
        }

        public double[,] Read(AttackSet set)
        {
            using var scope = NewDisposeScope();
            return ReadPrepared(attacker.Prepare(set.Values), set.Task);
        }

        public double[,] ReadPrepared(Tensor values, int[] task)
        {
            using var noGradient = no_grad();
            Network.eval();
            var result = new double[task.Length, problem.AttributeClasses];
            for (var start = 0; start < task.Length; start += 1000)
            {
                using var scope = NewDisposeScope();
                var end = Math.Min(task.Length, start + 1000);
                var logits = functional.log_softmax(Network.call(Input(values[start..end], task[start..end])), 1).cpu().to_type(ScalarType.Float64);
                using var data = logits.contiguous().data<double>();
                var flat = data.ToArray();
                Buffer.BlockCopy(flat, 0, result, start * problem.AttributeClasses * sizeof(double), flat.Length * sizeof(double));
            }
            return result;
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
            foreach (var (name, value) in Network.state_dict()) value.copy_(_best[name]);
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
            foreach (var value in _best.Values) value.Dispose();
            _best = [];
        }
    }
}

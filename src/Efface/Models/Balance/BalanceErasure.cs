using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models.Balance;

/// <summary>
/// Takes attributes out of vectors, nonlinearly: readers tell how probable each class is, each vector is moved from where its probable
/// classes lie to where all lie, and noise that depends on the vector alone covers what remains (docs/balance.md).
/// </summary>
public sealed class BalanceErasure : Module<Tensor, Tensor>
{
    /// <summary>Bytes of the secret that decides noise.</summary>
    internal const int SaltBytes = SipHash.KeyBytes;

    private readonly Tensor mean,
        into,
        back,
        spread,
        salt;
    private byte[]? _salt;

    /// <param name="shape">Its sizes.</param>
    /// <param name="random">Initialises the readers.</param>
    public BalanceErasure(BalanceShape shape, Generator random)
        : base(nameof(BalanceErasure))
    {
        Shape = shape;
        mean = Buffer(nameof(mean), torch.zeros(shape.Size));
        into = Buffer(nameof(into), torch.zeros(shape.Size, shape.Directions));
        back = Buffer(nameof(back), torch.zeros(shape.Directions, shape.Size));
        spread = Buffer(nameof(spread), torch.zeros(shape.Directions, shape.Directions));
        salt = Buffer(nameof(salt), torch.zeros(SaltBytes, dtype: ScalarType.Byte));
        FoldedReader Reader(int classes) => new(shape.Directions, classes, shape.Folds, shape.Width, random);
        TaskReader = shape is { TaskClasses: > 1, KeepsDecision: false } ? Reader(shape.TaskClasses) : null;
        Classifier = shape.KeepsDecision ? Layers.Linear(shape.Directions, shape.TaskClasses, random) : null;
        Steps =
        [
            .. shape.AttributeClasses.Select(classes =>
                (Reader(classes), new ClassTransport(shape.Directions, classes, shape.TaskClasses))
            ),
        ];
        Linear = new AffineErasure(shape.Directions);
        register_module("linear", Linear);
        if (TaskReader is not null)
            register_module("task", TaskReader);
        if (Classifier is not null)
            register_module("classifier", Classifier);
        foreach (var (step, (reader, transport)) in Steps.Index())
        {
            register_module($"reader{step}", reader);
            register_module($"transport{step}", transport);
        }
    }

    /// <summary>Its sizes.</summary>
    public BalanceShape Shape { get; }

    /// <summary>Reads ŷ; null without a task, and where a network's own classifier decides.</summary>
    internal FoldedReader? TaskReader { get; }

    /// <summary>The network's own, of directions; null where there is none.</summary>
    internal TorchSharp.Modules.Linear? Classifier { get; }

    /// <summary>For each attribute what reads it, and what moves vectors.</summary>
    internal IReadOnlyList<(FoldedReader Reader, ClassTransport Transport)> Steps { get; }

    /// <summary>Takes out what readers missed and a linear one finds.</summary>
    internal AffineErasure Linear { get; }

    /// <summary>Sets the directions, and the secret that decides noise.</summary>
    /// <param name="ofMean">[D].</param>
    /// <param name="whitening">[D, d]: from centred vectors to directions of variance 1.</param>
    /// <param name="colouring">[d, D]: back.</param>
    /// <param name="secret">16 bytes.</param>
    internal void SetDirections(Tensor ofMean, Tensor whitening, Tensor colouring, byte[] secret)
    {
        using var noGradient = no_grad();
        mean.copy_(ofMean);
        into.copy_(whitening);
        back.copy_(colouring);
        salt.copy_(torch.tensor(secret));
        _salt = null;
    }

    /// <summary>Sets the network's own classifier, after the directions.</summary>
    internal void SetClassifier(TorchSharp.Modules.Linear ofVectors)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var weight = ofVectors.weight.to(back.device);
        Classifier!.weight.copy_(weight.matmul(back.t()));
        Classifier.bias!.copy_(ofVectors.bias!.to(back.device) + weight.matmul(mean));
    }

    /// <summary>Sets the noise: standard normal numbers times this, [d, d].</summary>
    internal void SetNoise(Tensor matrix)
    {
        using var noGradient = no_grad();
        spread.copy_(matrix);
    }

    /// <summary>What readers see of rows: whitened directions f32 [B, d], and the rows' folds, int64 [B].</summary>
    internal (Tensor X, Tensor Folds, UInt128[] Keys) Enter(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var x = (rows - mean).matmul(into);
        // In double precision, so that other programs round them to the same bits.
        var leading = (rows.to_type(ScalarType.Float64) - mean).matmul(
            into[.., ..RowHash.Deciding(Shape.Directions)].to_type(ScalarType.Float64)
        );
        var keys = RowHash.Of(leading.cpu(), Shape.Directions);
        return (x.MoveToOuterDisposeScope(), RowHash.Folds(keys, Shape.Folds).to(rows.device).MoveToOuterDisposeScope(), keys);
    }

    /// <summary>One-hot ŷ, f32 [B, Y].</summary>
    internal Tensor Decide(Tensor x, Tensor folds)
    {
        using var scope = NewDisposeScope();
        if ((Classifier?.call(x) ?? TaskReader?.call(x, folds)) is not { } logits)
            return torch.ones(x.shape[0], 1, device: x.device).MoveToOuterDisposeScope();
        return functional.one_hot(logits.argmax(1), Shape.TaskClasses).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Whitened directions without the attributes, before noise, f32 [B, d].</summary>
    internal Tensor Move(Tensor x, Tensor folds)
    {
        using var scope = NewDisposeScope();
        var task = Decide(x, folds);
        foreach (var (reader, transport) in Steps)
            x = transport.call(x, transport.Shares(reader.call(x, folds)), task);
        return Decided(Linear.call(x), task).MoveToOuterDisposeScope();
    }

    /// <summary>In the directions in which a network's decisions differ, vectors at the mean of theirs; others as they are.</summary>
    /// <param name="x">After all steps, f32 [B, d].</param>
    /// <param name="task">One-hot ŷ, f32 [B, Y].</param>
    internal Tensor Decided(Tensor x, Tensor task)
    {
        if (!Shape.KeepsDecision)
            return x;
        using var scope = NewDisposeScope();
        var told = DecisionDirections();
        var away = x - task.matmul(Linear.call(Steps[^1].Transport.Goals));
        return (x - away.matmul(told.t()).matmul(told)).MoveToOuterDisposeScope();
    }

    /// <summary>From vectors as they go out to where their decision is told, f32 [D, m].</summary>
    internal Tensor ToDecision()
    {
        using var scope = NewDisposeScope();
        return into.matmul(DecisionDirections().t()).MoveToOuterDisposeScope();
    }

    /// <summary>The directions in which decisions differ, f32 [m, d], orthonormal; none without a task.</summary>
    internal Tensor DecisionDirections()
    {
        using var scope = NewDisposeScope();
        var goals = Linear.call(Steps[^1].Transport.Goals);
        var (_, _, right) = linalg.svd(goals - goals.mean([0L], keepdim: true), fullMatrices: false);
        return right[..(int)Math.Min(goals.shape[0] - 1, right.shape[1])].MoveToOuterDisposeScope();
    }

    /// <summary>Noise for directions, f32 [B, d].</summary>
    /// <param name="keys">Of the rows.</param>
    /// <param name="draw">Which of several draws; 0 is the one that is released.</param>
    internal Tensor Noise(UInt128[] keys, int draw)
    {
        using var scope = NewDisposeScope();
        return RowHash.Noise(keys, Shape.Directions, Salt(), draw).to(spread.device).matmul(spread).MoveToOuterDisposeScope();
    }

    /// <summary>From directions to vectors as they came in, f32 [B, D].</summary>
    internal Tensor Leave(Tensor x) => torch.addmm(mean, x, back, 1, 1);

    /// <summary>f32 [B, D] in and out.</summary>
    public override Tensor forward(Tensor rows) => Draw(rows, 0);

    /// <summary>The same with another draw of the noise: only an audit asks for it.</summary>
    internal Tensor Draw(Tensor rows, int draw)
    {
        using var scope = NewDisposeScope();
        var (x, folds, keys) = Enter(rows);
        return Leave(Move(x, folds) + Noise(keys, draw)).MoveToOuterDisposeScope();
    }

    /// <summary>The secret that decides noise, 16 bytes.</summary>
    internal byte[] Salt()
    {
        if (_salt is null)
        {
            using var onCpu = salt.cpu();
            using var data = onCpu.data<byte>();
            _salt = data.ToArray();
        }
        return _salt;
    }

    private Tensor Buffer(string name, Tensor tensor)
    {
        tensor.DetachFromDisposeScope();
        register_buffer(name, tensor);
        return tensor;
    }
}

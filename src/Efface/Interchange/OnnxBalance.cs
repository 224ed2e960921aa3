using Efface.Models.Balance;
using TorchSharp;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace Efface.Interchange;

/// <summary>
/// Writes a balance erasure as ONNX nodes: vectors f32 [B, D] in and out. Fold and noise come from the same integer arithmetic as in
/// <see cref="RowHash"/>, so that a row gets the same of both.
/// </summary>
/// <param name="graph">Receives the nodes.</param>
/// <param name="layers">Writes linear layers.</param>
/// <param name="erasure">Fitted.</param>
internal sealed class OnnxBalance(OnnxGraph graph, OnnxLayers layers, BalanceErasure erasure)
{
    private readonly BalanceShape _shape = erasure.Shape;

    /// <summary>The erased vectors.</summary>
    public string Write(string rows)
    {
        using var scope = NewDisposeScope();
        var x = Directions(rows);
        var (fold, noise) = new OnnxRowHash(graph, erasure).Write(rows);
        var task = Task(x, fold);
        foreach (var (reader, transport) in erasure.Steps)
            x = Transport(transport, x, Shares(transport, Read(reader, x, fold)), task);
        x = Decided(layers.Affine(x, erasure.Linear), task);
        x = graph.Node("Add", [x, graph.Node("MatMul", [noise, Constant("spread")])]);
        return graph.Node("Gemm", [x, Constant("back"), Constant("mean")]);
    }

    /// <summary>The decision alone, one-hot f32 [B, Y].</summary>
    public string Decide(string rows) => Task(Directions(rows), new OnnxRowHash(graph, erasure).Write(rows).Fold);

    private string Directions(string rows) => graph.Node("MatMul", [graph.Node("Sub", [rows, Constant("mean")]), Constant("into")]);

    // One-hot ŷ, f32 [B, Y]; without a task one column of ones, [1, 1].
    private string Task(string x, string fold)
    {
        var logits =
            erasure.Classifier is { } own ? layers.Linear(x, own.weight, own.bias)
            : erasure.TaskReader is { } reader ? Read(reader, x, fold)
            : null;
        return logits is null
            ? graph.Constant(torch.ones(1, 1))
            : layers.OneHot(graph.Node("ArgMax", [logits], ("axis", 1L)), _shape.TaskClasses);
    }

    // All folds read; each row takes what its own said.
    private string Read(FoldedReader reader, string x, string fold)
    {
        var example = new OnnxValue(x, torch.zeros(1, _shape.Directions));
        string[] logits = [.. reader.Perceptrons.Select(perceptron => layers.Write(example, [perceptron]).Name)];
        return Enumerable
            .Range(1, logits.Length - 1)
            .Aggregate(logits[0], (others, k) => graph.Node("Where", [graph.Node("Equal", [fold, graph.Integers(k)]), logits[k], others]));
    }

    // Sparsemax of the calibrated logits, f32 [B, K].
    private string Shares(ClassTransport transport, string logits)
    {
        var classes = transport.get_buffer("bias")!.shape[0];
        var scores = graph.Node("Add", [graph.Node("Mul", [logits, Constant(transport, "scale")]), Constant(transport, "bias")]);
        var sorted = graph.Nodes("TopK", [scores, graph.Integers(classes)], 2)[0];
        var excess = graph.Node("Sub", [graph.Node("CumSum", [sorted, graph.Integers(1)]), graph.Number(1)]);
        var counts = graph.Constant(torch.arange(1, classes + 1, dtype: ScalarType.Float32));
        var isIn = graph.Cast(graph.Node("Greater", [graph.Node("Mul", [sorted, counts]), excess]), DataType.Float);
        var support = graph.Node("ReduceSum", [isIn, graph.Integers(1)]);
        var last = graph.Cast(graph.Node("Sub", [support, graph.Number(1)]), DataType.Int64);
        var threshold = graph.Node("Div", [graph.Node("GatherElements", [excess, last], ("axis", 1L)), support]);
        return graph.Node("Relu", [graph.Node("Sub", [scores, threshold])]);
    }

    private string Transport(ClassTransport transport, string x, string shares, string task)
    {
        var pairs = graph.Node(
            "Reshape",
            [
                graph.Node(
                    "Mul",
                    [graph.Node("Unsqueeze", [shares, graph.Integers(2)]), graph.Node("Unsqueeze", [task, graph.Integers(1)])]
                ),
                graph.Integers(-1, transport.get_buffer("taskMeans")!.shape[0]),
            ]
        );
        var centred = graph.Node("Sub", [x, graph.Node("MatMul", [shares, Constant(transport, "means")])]);
        centred = graph.Node("Sub", [centred, graph.Node("MatMul", [pairs, Constant(transport, "taskMeans")])]);
        // [K, B, d]: each class's map, of which a row takes its share.
        var mapped = graph.Node("MatMul", [graph.Node("Unsqueeze", [centred, graph.Integers(0)]), Constant(transport, "maps")]);
        var ofClasses = graph.Node("Unsqueeze", [graph.Node("Transpose", [shares], ("perm", (long[])[1, 0])), graph.Integers(2)]);
        var moved = graph.Node("ReduceSum", [graph.Node("Mul", [mapped, ofClasses]), graph.Integers(0)], ("keepdims", 0L));
        return graph.Node("Add", [moved, graph.Node("MatMul", [task, Constant(transport, "goals")])]);
    }

    private string Decided(string x, string task)
    {
        if (!_shape.KeepsDecision)
            return x;
        var told = erasure.DecisionDirections();
        var goals = erasure.Linear.call(erasure.Steps[^1].Transport.Goals);
        var away = graph.Node("Sub", [x, graph.Node("MatMul", [task, graph.Constant(goals)])]);
        return graph.Node("Sub", [x, graph.Node("MatMul", [away, graph.Constant(told.t().matmul(told))])]);
    }

    private string Constant(string buffer) => Constant(erasure, buffer);

    private string Constant(nn.Module module, string buffer) => graph.Constant(module.get_buffer(buffer)!);
}

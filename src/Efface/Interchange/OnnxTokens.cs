using Efface.Models;
using static TorchSharp.torch;

namespace Efface.Interchange;

/// <summary>Writes the layers of transformers, and of networks in their shape.</summary>
/// <param name="graph">Receives the nodes.</param>
internal sealed class OnnxTokens(OnnxGraph graph)
{
    /// <summary>The output of a layer; null if it is of another kind.</summary>
    public string? Write(string x, nn.Module<Tensor, Tensor> module) =>
        module switch
        {
            ChannelNorm norm => Normalise(x, norm),
            LayerScale scale => graph.Node("Mul", [x, graph.Constant(scale.Factors)]),
            Permutation permutation => graph.Node("Transpose", [x], ("perm", permutation.Order.ToArray())),
            Projection projection => Project(x, projection.Weight, projection.Bias),
            SelfAttention attention => Attend(x, attention),
            PatchTokens => graph.Node("Transpose", [graph.Node("Reshape", [x, graph.Integers(0, 0, -1)])], ("perm", (long[])[0, 2, 1])),
            ClassToken token => First(x, token.Token),
            PositionEmbedding embedding => graph.Node("Add", [x, graph.Constant(embedding.Positions)]),
            FirstToken => graph.Node("Squeeze", [graph.Node("Gather", [x, graph.Integers(0)], ("axis", 1L)), graph.Integers(1)]),
            _ => null,
        };

    private string Normalise(string x, ChannelNorm norm)
    {
        var values = norm.IsOfMaps ? graph.Node("Transpose", [x], ("perm", (long[])[0, 2, 3, 1])) : x;
        var y = graph.Node(
            "LayerNormalization",
            [values, graph.Constant(norm.Weight), graph.Constant(norm.Bias)],
            ("axis", -1L),
            ("epsilon", (float)ChannelNorm.Epsilon)
        );
        return norm.IsOfMaps ? graph.Node("Transpose", [y], ("perm", (long[])[0, 3, 1, 2])) : y;
    }

    private string Project(string x, Tensor weight, Tensor bias)
    {
        using var turned = weight.detach().t();
        return graph.Node("Add", [graph.Node("MatMul", [x, graph.Constant(turned)]), graph.Constant(bias)]);
    }

    // As many copies of the token as there are examples: zeros of the batch's size, plus the token.
    private string First(string x, Tensor token)
    {
        var zeros = graph.Node("Mul", [graph.Node("Slice", [x, graph.Integers(0), graph.Integers(1), graph.Integers(1)]), graph.Number(0)]);
        return graph.Node("Concat", [graph.Node("Add", [zeros, graph.Constant(token)]), x], ("axis", 1L));
    }

    private string Attend(string x, SelfAttention attention)
    {
        var (size, heads) = (attention.InWeight.shape[1], attention.Heads);
        var all = Project(x, attention.InWeight, attention.InBias);
        var parts = graph.Nodes("Split", [all], 3, ("axis", -1L), ("num_outputs", 3L));
        string Heads(string of, long[] order) =>
            graph.Node("Transpose", [graph.Node("Reshape", [of, graph.Integers(0, 0, heads, size / heads)])], ("perm", order));
        var (queries, keys, values) = (Heads(parts[0], [0, 2, 1, 3]), Heads(parts[1], [0, 2, 3, 1]), Heads(parts[2], [0, 2, 1, 3]));
        var scores = graph.Node("Mul", [graph.Node("MatMul", [queries, keys]), graph.Number(1 / Math.Sqrt((double)size / heads))]);
        var mixed = graph.Node("MatMul", [graph.Node("Softmax", [scores], ("axis", -1L)), values]);
        var beside = graph.Node("Reshape", [graph.Node("Transpose", [mixed], ("perm", (long[])[0, 2, 1, 3])), graph.Integers(0, 0, size)]);
        return Project(beside, attention.Out.Weight, attention.Out.Bias);
    }
}

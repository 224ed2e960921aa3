using Efface.Models.Balance;
using TorchSharp;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace Efface.Interchange;

/// <summary>Writes <see cref="RowHash"/> as ONNX nodes, bit for bit.</summary>
/// <param name="graph">Receives the nodes.</param>
/// <param name="erasure">Whose rows they are.</param>
internal sealed class OnnxRowHash(OnnxGraph graph, BalanceErasure erasure)
{
    private const double Unit = 1.0 / (1 << 24);

    private readonly int _directions = erasure.Shape.Directions;

    /// <summary>The fold int64 [B, 1], and standard normal numbers f32 [B, d], of vectors f32 [B, D].</summary>
    public (string Fold, string Noise) Write(string rows)
    {
        using var scope = NewDisposeScope();
        var hashes = Hash(Words(rows));
        var fold = graph.Node("Mod", [Column(hashes, 0), graph.Constant([(ulong)erasure.Shape.Folds], 1)]);
        return (graph.Cast(fold, DataType.Int64), Noise(Column(hashes, 1)));
    }

    // The 128 bits of each row, as two columns uint64 [B, 1].
    private string[] Words(string rows)
    {
        var (bits, deciding) = (RowHash.Bits(_directions), RowHash.Deciding(_directions));
        var (mean, into) = (erasure.get_buffer("mean")!, erasure.get_buffer("into")!);
        var centred = graph.Node("Sub", [graph.Cast(rows, DataType.Double), Double(mean)]);
        var leading = graph.Node("MatMul", [centred, Double(into[.., ..deciding])]);
        var steps = graph.Node(
            "Mul",
            [graph.Node("Add", [leading, Double(torch.tensor(RowHash.Range))]), Double(torch.tensor((1 << bits) / (2 * RowHash.Range)))]
        );
        var levels = graph.Cast(
            graph.Node("Clip", [graph.Node("Floor", [steps]), Double(torch.tensor(0.0)), Double(torch.tensor((1 << bits) - 1.0))]),
            DataType.Int64
        );
        var each = 64 / bits;
        ulong[] places = [.. Enumerable.Range(0, deciding).Select(direction => 1UL << direction % each * bits)];
        var placed = graph.Node("Mul", [graph.Cast(levels, DataType.Uint64), graph.Constant(places, 1, deciding)]);
        var columns = deciding == 1 ? [placed] : graph.Nodes("Split", [placed], deciding, ("axis", 1L), ("num_outputs", (long)deciding));
        string Word(IEnumerable<string> of) => of.Aggregate(graph.Constant([0UL], 1, 1), Add);
        return [Word(columns.Take(each)), Word(columns.Skip(each))];
    }

    // SipHash with two keys at once, uint64 [B, 2]: without salt for the fold, with it for the noise.
    private string Hash(string[] words)
    {
        var (plain, salted) = (SipHash.Start(new byte[SipHash.KeyBytes]), SipHash.Start(erasure.Salt()));
        string[] v = [.. plain.Zip(salted, (one, other) => graph.Constant([one, other], 1, 2))];
        foreach (var word in words.Append(graph.Constant([SipHash.LastWord(0)], 1, 1)))
        {
            v[3] = Xor(v[3], word);
            Mix(v, SipHash.Rounds);
            v[0] = Xor(v[0], word);
        }
        v[2] = Xor(v[2], graph.Constant([SipHash.Finish], 1, 1));
        Mix(v, SipHash.LastRounds);
        return Xor(Xor(v[0], v[1]), Xor(v[2], v[3]));
    }

    private void Mix(string[] v, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            v[0] = Add(v[0], v[1]);
            v[2] = Add(v[2], v[3]);
            v[1] = Xor(Rotate(v[1], 13), v[0]);
            v[3] = Xor(Rotate(v[3], 16), v[2]);
            v[0] = Rotate(v[0], 32);
            v[2] = Add(v[2], v[1]);
            v[0] = Add(v[0], v[3]);
            v[1] = Xor(Rotate(v[1], 17), v[2]);
            v[3] = Xor(Rotate(v[3], 21), v[0]);
            v[2] = Rotate(v[2], 32);
        }
    }

    // SplitMix64 from each row's seed, uint64 [B, 1], and Box and Muller's normal numbers.
    private string Noise(string seed)
    {
        var pairs = (_directions + 1) / 2;
        ulong[] counters = [.. Enumerable.Range(1, pairs).Select(i => SplitMix.Step * (ulong)i)];
        var bits = Add(seed, graph.Constant(counters, 1, pairs));
        foreach (var (shift, factor) in SplitMix.Stages)
        {
            bits = Xor(bits, Shift(bits, shift, "RIGHT"));
            if (factor != 1)
                bits = graph.Node("Mul", [bits, graph.Constant([factor], 1)]);
        }
        var upper = graph.Cast(Shift(bits, 40, "RIGHT"), DataType.Float);
        var lower = graph.Cast(graph.Node("BitwiseAnd", [bits, graph.Constant([0xFFFFFF], 1)]), DataType.Float);
        var uniform = graph.Node("Mul", [graph.Node("Add", [upper, graph.Number(1)]), graph.Number(Unit)]);
        var radius = graph.Node("Sqrt", [graph.Node("Mul", [graph.Node("Log", [uniform]), graph.Number(-2)])]);
        var angle = graph.Node("Mul", [graph.Node("Mul", [lower, graph.Number(Unit)]), graph.Number(2 * MathF.PI)]);
        var both = graph.Node(
            "Concat",
            [graph.Node("Mul", [radius, graph.Node("Cos", [angle])]), graph.Node("Mul", [radius, graph.Node("Sin", [angle])])],
            ("axis", 1L)
        );
        return 2 * pairs == _directions
            ? both
            : graph.Node("Slice", [both, graph.Integers(0), graph.Integers(_directions), graph.Integers(1)]);
    }

    private string Column(string values, long column) => graph.Node("Gather", [values, graph.Integers(column)], ("axis", 1L));

    private string Rotate(string value, int bits) =>
        graph.Node("BitwiseOr", [Shift(value, bits, "LEFT"), Shift(value, 64 - bits, "RIGHT")]);

    private string Shift(string value, int bits, string direction) =>
        graph.Node("BitShift", [value, graph.Constant([(ulong)bits], 1)], ("direction", direction));

    private string Xor(string one, string other) => graph.Node("BitwiseXor", [one, other]);

    private string Add(string one, string other) => graph.Node("Add", [one, other]);

    private string Double(Tensor value) => graph.Constant(value.to_type(ScalarType.Float64));
}

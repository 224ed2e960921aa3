using Efface.Interchange;
using Efface.Models.Balance;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace Efface.Tests.Interchange;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class OnnxRowHashTests : IDisposable
{
    private const int Rows = 2000;

    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(33)]
    public void Fold_and_noise_of_every_row_are_those_of_this_program(int directions)
    {
        using var random = new Generator(4);
        using var erasure = new BalanceErasure(
            new BalanceShape
            {
                Size = directions,
                Directions = directions,
                Folds = 3,
                Width = 4,
                AttributeClasses = [2],
            },
            random
        );
        var mixing = torch.randn(directions, directions, generator: random);
        erasure.SetDirections(
            torch.randn(directions, generator: random),
            mixing,
            mixing,
            [.. Enumerable.Range(3, 16).Select(i => (byte)(i * 37))]
        );
        var rows = torch.randn(Rows, directions, generator: random);
        var draft = OnnxDraft.New();
        draft.Input("rows", DataType.Float, directions);
        var (fold, noise) = new OnnxRowHash(draft.Graph, erasure).Write("rows");
        draft.Output("fold", fold, DataType.Int64, 1);
        draft.Output("noise", noise, DataType.Float, directions);
        using var session = new OnnxSession(draft.ToBytes());
        var there = session.Run(rows);

        var (_, folds, keys) = erasure.Enter(rows);
        Assert.True(folds.eq(there[0].squeeze(1)).all().item<bool>());
        var here = RowHash.Noise(keys, directions, erasure.Salt(), 0);
        Assert.InRange((here - there[1]).abs().max().item<float>(), 0, 1e-5);
    }

    public void Dispose() => _scope.Dispose();
}

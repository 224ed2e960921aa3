using Efface.Erasing;
using Efface.Interchange;
using Efface.Tests.Erasing;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace Efface.Tests.Interchange;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class OnnxEraserTests(FittedErasers erasers) : IClassFixture<FittedErasers>, IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _fresh = ToyRows.Of(1000, 2).Values;

    public static TheoryData<string> Names => [.. FittedErasers.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_eraser_as_ONNX_does_to_every_row_what_it_does_here(string name)
    {
        using var session = new OnnxSession(Written(erasers[name]));
        var (here, there) = (erasers[name].Apply(_fresh), session.Run(_fresh)[0]);
        Assert.Equal(here.shape, there.shape);
        if (erasers[name].IsCode)
            Assert.True(here.eq(there).all().item<bool>());
        else
            Assert.InRange((here - there).abs().max().item<float>(), 0, 1e-4);
    }

    public void Dispose() => _scope.Dispose();

    private static byte[] Written(Eraser eraser)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var draft = OnnxDraft.New();
        draft.Input("vectors", DataType.Float, ToyRows.Size);
        var layers = new OnnxLayers(draft.Graph);
        var value = layers.Write(new OnnxValue("vectors", torch.zeros(1, ToyRows.Size)), [eraser.Network]).Name;
        if (eraser.IsCode)
            draft.Output("erased", layers.Code(value), DataType.Int64);
        else
            draft.Output("erased", value, DataType.Float, ToyRows.Size);
        return draft.ToBytes();
    }
}

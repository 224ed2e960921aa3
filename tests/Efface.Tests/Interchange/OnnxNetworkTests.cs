using Efface.Data;
using Efface.Interchange;
using Efface.Models;
using Efface.Models.Architectures;
using Efface.Tests.Models;
using Efface.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Interchange;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class OnnxNetworkTests : IDisposable
{
    private const int Side = 32;

    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Names => [.. Backbones.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_architecture_says_the_same_in_ONNX_Runtime_for_batches_of_any_size(string name)
    {
        using var model = Trained(name);
        var pixels = Pixels(11);
        using var session = new OnnxSession(OnnxExport.Of(model, ExportPart.Whole, takesPixels: true).ToBytes());
        var there = session.Outputs.Zip(session.Run(pixels)).ToDictionary(output => output.First, output => output.Second);
        using var noGradient = no_grad();
        var x = model.Description.Normalisation.Apply(pixels);
        Same(model.Network.Run(x, ..(model.Split + 1)), there["representation"]);
        Same(model.Network.call(x), there["logits"]);
        Same(model.Network.call(x[..1]), session.Run(pixels[..1])[1]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Cut_behind_any_stage_extractor_and_classifier_together_are_the_network(string name)
    {
        using var model = Trained(name);
        var x = model.Description.Normalisation.Apply(Pixels(3));
        using var noGradient = no_grad();
        var logits = model.Network.call(x);
        foreach (var stage in model.Network.Stages.SkipLast(1).Where(stage => stage.EndsLayer))
        {
            var cut = model.CutBehind(stage.Name);
            using var extractor = new OnnxSession(OnnxExport.Of(cut, ExportPart.Extractor, takesPixels: false).ToBytes());
            using var classifier = new OnnxSession(OnnxExport.Of(cut, ExportPart.Classifier, takesPixels: false).ToBytes());
            Assert.Equal(["representation"], extractor.Outputs);
            Assert.Equal(["logits"], classifier.Outputs);
            Same(logits, classifier.Run(extractor.Run(x)[0])[0]);
        }
    }

    [Fact]
    public void A_code_goes_out_as_a_number_and_comes_in_as_one()
    {
        using var random = new Generator(5);
        using var plain = Trained("resnet18");
        var model = plain.WithBottleneck(3, random);
        model.Network.eval();
        var pixels = Pixels(20);
        using var noGradient = no_grad();
        var x = model.Description.Normalisation.Apply(pixels);
        var codes = model.Network.Run(x, ..(model.Split + 1)).argmax(1);
        using var extractor = new OnnxSession(OnnxExport.Of(model, ExportPart.Extractor, takesPixels: true).ToBytes());
        Assert.Equal(["code"], extractor.Outputs);
        var there = extractor.Run(pixels)[0];
        Assert.Equal(ScalarType.Int64, there.dtype);
        Assert.True(codes.eq(there).all().item<bool>());
        using var classifier = new OnnxSession(OnnxExport.Of(model, ExportPart.Classifier, takesPixels: true).ToBytes());
        Same(model.Network.call(x), classifier.Run(there)[0]);
    }

    [Fact]
    public void A_decision_is_all_that_its_network_says()
    {
        using var plain = Trained("resnet18");
        var model = plain.ClosedWith(Closing.Decision);
        using var session = new OnnxSession(OnnxExport.Of(model, ExportPart.Extractor, takesPixels: true).ToBytes());
        Assert.Equal(["decision"], session.Outputs);
        using var noGradient = no_grad();
        var pixels = Pixels(5);
        Assert.True(
            plain.Network.call(plain.Description.Normalisation.Apply(pixels)).argmax(1).eq(session.Run(pixels)[0]).all().item<bool>()
        );
    }

    [Fact]
    public void A_linear_erasure_is_part_of_the_file()
    {
        using var plain = Trained("resnet18");
        var model = plain.ClosedWith(Closing.LinearErasure);
        var size = model.Network.LastLayer.weight.shape[1];
        using var random = new Generator(3);
        model.Erasure!.Set(torch.randn(size, generator: random), torch.eye(size) * 0.3f);
        using var session = new OnnxSession(OnnxExport.Of(model, ExportPart.Whole, takesPixels: true).ToBytes());
        using var noGradient = no_grad();
        var pixels = Pixels(5);
        Same(model.Network.call(model.Description.Normalisation.Apply(pixels)), session.Run(pixels)[1]);
    }

    [Fact]
    public void A_layer_of_an_unknown_kind_is_named_with_its_stage()
    {
        using var random = new Generator(3);
        var network = new StagedNetwork([
            new Stage("odd", nn.PixelShuffle(2)),
            new Stage(StagedNetwork.Embedding, [("pool", nn.AdaptiveAvgPool2d(1)), ("flatten", nn.Flatten())]),
            new Stage(StagedNetwork.Head, Layers.Linear(1, 2, random)),
        ]);
        using var model = new TrainedModel(network, Description("own") with { Input = [4, 8, 8] });
        var fault = Assert.Throws<InvalidInputException>(() => OnnxExport.Of(model, ExportPart.Whole, takesPixels: false));
        var problem = Assert.Single(fault.Problems);
        Assert.Equal("stage odd", problem.Subject);
        Assert.Contains("PixelShuffle", problem.Fault, StringComparison.Ordinal);
    }

    public void Dispose() => _scope.Dispose();

    // Statistics of batch norms that are far from their first values.
    private static TrainedModel Trained(string name)
    {
        using var random = new Generator(7);
        var model = TrainedModel.Create(Description(name), CPU, random);
        using var noGradient = no_grad();
        model.Network.train();
        for (var i = 0; i < 3; i++)
            model.Network.call(torch.randn([8, 3, Side, Side], generator: random) * 2 + 0.5).Dispose();
        model.Network.eval();
        return model;
    }

    private static ModelDescription Description(string name) =>
        new()
        {
            Model = name,
            Stem = Backbones.Names.Contains(name) && name != "vgg11_bn" ? "cifar" : "imagenet",
            Width = 0.125,
            Input = [3, Side, Side],
            Task = "y",
            Classes = ["a", "b", "c"],
            Normalisation = new Normalisation([0.4f, 0.5f, 0.6f], [0.2f, 0.25f, 0.3f]),
            Split = StagedNetwork.Embedding,
        };

    private static Tensor Pixels(int count)
    {
        using var random = new Generator(9);
        return torch.randint(0, 256, [count, 3, Side, Side], ScalarType.Int64, generator: random).to_type(ScalarType.Byte);
    }

    private static void Same(Tensor here, Tensor there)
    {
        Assert.Equal(here.shape, there.shape);
        Assert.InRange(((here - there).abs().max() / here.abs().max().clamp(min: 1)).item<float>(), 0, 1e-4);
    }
}

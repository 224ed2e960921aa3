using Efface.Interchange;
using Efface.Tests.Models;
using Google.Protobuf;
using Onnx;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;

namespace Efface.Tests.Interchange;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class OnnxUpgradeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    // Nodes as they were written before attributes became inputs; each reads "pixels", [N, 3, 16, 16], and writes "odd".
    public static TheoryData<string, int> Nodes =>
        new()
        {
            { "Clip min=-0.2 max=0.4", 8 },
            { "Pad pads=0,0,1,1,0,0,2,2 value=0.3", 8 },
            { "Slice starts=0,2 ends=2,9 axes=1,3", 8 },
            { "ReduceMean axes=2,3 keepdims=0", 8 },
            { "ReduceMax axes=1", 13 },
            { "ReduceSum axes=2", 11 },
            { "ReduceL2 axes=3", 17 },
            { "Unsqueeze axes=4", 11 },
            { "Dropout ratio=0.5", 8 },
            { "TopK k=2 axis=3", 9 },
            { "LogSoftmax axis=1", 13 },
        };

    [Theory]
    [MemberData(nameof(Nodes))]
    public void Nodes_of_older_versions_do_what_they_did(string node, int version)
    {
        var (model, upgraded) = (Model(node, version), Model(node, version));
        OnnxUpgrade.Apply(upgraded, "toy");
        Assert.Equal(OnnxGraph.Opset, upgraded.OpsetImport.Single().Version);
        Same(model, upgraded);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(18)]
    public void A_whole_model_does_what_it_did(int version)
    {
        var upgraded = ToyOnnx.Model(version);
        OnnxUpgrade.Apply(upgraded, "toy");
        Same(ToyOnnx.Model(version), upgraded);
    }

    [Fact]
    public void Operators_of_another_age_are_refused()
    {
        var fault = Assert.Throws<InvalidInputException>(() => OnnxUpgrade.Apply(ToyOnnx.Model(6), "toy"));
        Assert.Contains("version 6", Assert.Single(fault.Problems).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Pruning_leaves_what_a_value_needs_and_no_other_output()
    {
        var model = ToyOnnx.Model(outputs: ["features", "scores"]);
        ToyOnnx.Weight(model, "spare", 1);
        OnnxPruning.Apply(model.Graph, "features");
        Assert.Empty(model.Graph.Output);
        Assert.Empty(model.Graph.Initializer);
        Assert.DoesNotContain("scores", model.Graph.Node.SelectMany(node => node.Output));
        Assert.Equal(["pixels"], model.Graph.Input.Select(input => input.Name));
    }

    public void Dispose() => _scope.Dispose();

    private static void Same(ModelProto model, ModelProto upgraded)
    {
        using var random = new Generator(6);
        var pixels = torch.randn([4, 3, ToyOnnx.Side, ToyOnnx.Side], generator: random);
        using var before = new OnnxSession(model.ToByteArray());
        using var after = new OnnxSession(upgraded.ToByteArray());
        var (one, other) = (before.Run(pixels)[0], after.Run(pixels)[0]);
        Assert.Equal(one.shape, other.shape);
        Assert.True(one.allclose(other, atol: 1e-6));
    }

    private static ModelProto Model(string text, int version)
    {
        var words = text.Split(' ');
        var model = ToyOnnx.Model(version);
        model.Graph.Node.Clear();
        var node = ToyOnnx.Node(model, words[0], ["pixels"], "odd");
        if (words[0] == "TopK")
            node.Output.Add("places");
        node.Attribute.AddRange(words[1..].Select(Attribute));
        model.Graph.Output.Clear();
        model.Graph.Output.Add(new ValueInfoProto { Name = "odd" });
        return model;
    }

    private static AttributeProto Attribute(string word)
    {
        var (name, value) = (word.Split('=')[0], word.Split('=')[1]);
        var attribute = new AttributeProto { Name = name };
        if (value.Contains('.', StringComparison.Ordinal))
            (attribute.Type, attribute.F) = (AttributeType.Float, float.Parse(value, System.Globalization.CultureInfo.InvariantCulture));
        else if (name is "keepdims" or "axis" or "k")
            (attribute.Type, attribute.I) = (AttributeType.Int, long.Parse(value, null));
        else
        {
            attribute.Type = AttributeType.Ints;
            attribute.Ints.AddRange(value.Split(',').Select(number => long.Parse(number, null)));
        }
        return attribute;
    }
}

using Efface.Interchange;
using Efface.Tests.Models;
using Onnx;
using TorchSharp;
using Xunit;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace Efface.Tests.Interchange;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class OnnxExtractorTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly string _folder = Directory.CreateTempSubdirectory("efface-").FullName;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Vectors_are_the_models_own_for_any_batch_that_it_takes(int batch)
    {
        using var extractor = Open(ToyOnnx.Model(batch: batch), "unit");
        var pixels = Pixels(10);
        var x = pixels.to_type(ScalarType.Float32) / 255;
        var expected = torch.cat([x.mean([2L, 3L]), x.square().mean([2L, 3L])], 1);
        Assert.Equal([ToyOnnx.Size], extractor.Shape);
        Assert.True(expected.allclose(extractor.Run(pixels), atol: 1e-5));
    }

    [Fact]
    public void A_value_inside_the_graph_can_be_the_vector()
    {
        using var extractor = Open(ToyOnnx.Model(), "unit", "moments");
        Assert.Equal([3L], extractor.Shape);
    }

    [Theory]
    [InlineData("raw", 1)]
    [InlineData("unit", 1 / 255.0)]
    public void Preprocessing_is_done_as_asked(string how, double factor)
    {
        using var extractor = Open(ToyOnnx.Model(), how);
        var means = Pixels(4).to_type(ScalarType.Float32).mean([2L, 3L]) * factor;
        Assert.True(means.allclose(extractor.Run(Pixels(4))[.., ..3], rtol: 1e-4));
        using var blue = Open(ToyOnnx.Model(), how + ",bgr");
        Assert.True(means.flip(1).allclose(blue.Run(Pixels(4))[.., ..3], rtol: 1e-4));
    }

    [Fact]
    public void A_graph_of_its_own_can_preprocess()
    {
        var before = new ModelProto
        {
            IrVersion = 4,
            Graph = new GraphProto { Name = "before" },
        };
        before.OpsetImport.Add(new OperatorSetIdProto { Version = 13 });
        before.Graph.Input.Add(ToyOnnx.Model().Graph.Input[0]);
        ToyOnnx.Weight(before, "mean", 100);
        ToyOnnx.Node(before, "Sub", ["pixels", "mean"], "centred");
        before.Graph.Output.Add(new ValueInfoProto { Name = "centred", Type = before.Graph.Input[0].Type });
        using var extractor = Open(ToyOnnx.Model(), ToyOnnx.Write(_folder, before, "before.onnx"));
        var means = Pixels(4).to_type(ScalarType.Float32).mean([2L, 3L]) - 100;
        Assert.True(means.allclose(extractor.Run(Pixels(4))[.., ..3], rtol: 1e-4));
        Assert.StartsWith("before.onnx", extractor.Preprocess, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_in_another_file_of_the_folder_are_read()
    {
        var model = ToyOnnx.Model(outputs: "scores");
        External(model, "weights.bin");
        File.WriteAllBytes(Path.Combine(_folder, "weights.bin"), BitConverter.GetBytes(5f));
        using var extractor = Open(model, "unit");
        var means = Pixels(4).to_type(ScalarType.Float32).mean([2L, 3L]) * (5 / 255.0);
        Assert.True(means.allclose(extractor.Run(Pixels(4))[.., ..3], rtol: 1e-4));
    }

    [Theory]
    [InlineData("../weights.bin", "outside")]
    [InlineData("/etc/passwd", "outside")]
    [InlineData("link.bin", "outside")]
    [InlineData("missing.bin", "not there")]
    [InlineData("short.bin", "beyond the end")]
    public void Weights_elsewhere_or_cut_off_are_refused(string location, string fault)
    {
        var inner = Directory.CreateDirectory(Path.Combine(_folder, "inner")).FullName;
        var outside = Path.Combine(_folder, "weights.bin");
        File.WriteAllBytes(outside, BitConverter.GetBytes(5f));
        File.CreateSymbolicLink(Path.Combine(inner, "link.bin"), outside);
        File.WriteAllBytes(Path.Combine(inner, "short.bin"), [1, 2]);
        var model = ToyOnnx.Model(outputs: "scores");
        External(model, location);
        var problem = Fault(new ExtractorOptions { Extractor = ToyOnnx.Write(inner, model), Preprocess = "unit" });
        Assert.Contains(fault, problem.Fault, StringComparison.Ordinal);
        Assert.Contains("weight two", problem.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_outputs_need_a_name_and_a_wrong_name_lists_them()
    {
        var path = ToyOnnx.Write(_folder, ToyOnnx.Model(outputs: ["features", "scores"]));
        var several = Fault(new ExtractorOptions { Extractor = path, Preprocess = "unit" });
        Assert.Contains("features, scores", several.Fault, StringComparison.Ordinal);
        Assert.Contains("`ExtractorOptions.Output` features", several.Remedy, StringComparison.Ordinal);
        var wrong = Fault(
            new ExtractorOptions
            {
                Extractor = path,
                Preprocess = "unit",
                Output = "feature",
            }
        );
        Assert.Contains("features, scores", wrong.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void An_operator_that_nobody_knows_is_named()
    {
        var model = ToyOnnx.Model();
        model.Graph.Node[^1].OpType = "Frobnicate";
        var problem = Fault(new ExtractorOptions { Extractor = ToyOnnx.Write(_folder, Scored(model)), Preprocess = "unit" });
        Assert.Contains("Frobnicate", problem.Fault, StringComparison.Ordinal);

        static ModelProto Scored(ModelProto model)
        {
            model.Graph.Output[0].Name = "scores";
            return model;
        }
    }

    [Theory]
    [InlineData(null, "missing")]
    [InlineData("imagnet", "is no preprocessing")]
    [InlineData("unit,mean=1/2", "is no preprocessing")]
    [InlineData("unit,std=1/0/1", "is no preprocessing")]
    public void What_pixels_become_is_not_guessed(string? how, string fault)
    {
        var problem = Fault(new ExtractorOptions { Extractor = ToyOnnx.Write(_folder, ToyOnnx.Model()), Preprocess = how });
        Assert.StartsWith("`ExtractorOptions.Preprocess`", problem.Subject, StringComparison.Ordinal);
        Assert.Contains(fault, problem.Fault, StringComparison.Ordinal);
        Assert.Contains("imagenet", problem.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_file_says_of_its_input_is_taken_and_not_contradicted()
    {
        var model = ToyOnnx.Model();
        model.MetadataProps.Add(new StringStringEntryProto { Key = OnnxExtractor.PreprocessKey, Value = "unit,bgr" });
        using var extractor = Open(model, null);
        Assert.Equal("unit,bgr", extractor.Preprocess);
        var problem = Fault(new ExtractorOptions { Extractor = ToyOnnx.Write(_folder, model), Preprocess = "unit" });
        Assert.Contains("unit,bgr", problem.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_of_other_inputs_is_refused()
    {
        var flat = ToyOnnx.Model();
        flat.Graph.Input[0].Type.TensorType.Shape.Dim.RemoveAt(3);
        var whole = ToyOnnx.Model();
        whole.Graph.Input[0].Type.TensorType.ElemType = (int)DataType.Int64;
        var oblong = ToyOnnx.Model();
        oblong.Graph.Input[0].Type.TensorType.Shape.Dim[3].DimValue = 20;
        var two = ToyOnnx.Model();
        two.Graph.Input.Add(new ValueInfoProto(two.Graph.Input[0]) { Name = "more" });
        string[] faults = ["takes [any, 3, 16]", "takes Int64", "16 × 20", "2 inputs"];
        foreach (var (model, fault) in new[] { flat, whole, oblong, two }.Zip(faults))
            Assert.Contains(
                fault,
                Fault(new ExtractorOptions { Extractor = ToyOnnx.Write(_folder, model), Preprocess = "unit" }).Fault,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public void Another_size_than_the_models_is_refused()
    {
        var options = new ExtractorOptions { Extractor = ToyOnnx.Write(_folder, ToyOnnx.Model()), Preprocess = "unit" };
        var problem = Assert.Single(Assert.Throws<InvalidInputException>(() => OnnxExtractor.Open(options, 32)).Problems);
        Assert.Equal("`DataOptions.Size` 32", problem.Subject);
    }

    [Fact]
    public void A_model_that_cannot_run_on_images_is_refused_before_they_are_read()
    {
        var model = ToyOnnx.Model(outputs: "odd");
        ToyOnnx.Node(model, "MatMul", ["features", "features"], "odd");
        var problem = Fault(new ExtractorOptions { Extractor = ToyOnnx.Write(_folder, model), Preprocess = "unit" });
        Assert.Contains("cannot be run", problem.Fault, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static void External(ModelProto model, string location)
    {
        var weight = model.Graph.Initializer.Single(one => one.Name == "two");
        weight.FloatData.Clear();
        weight.DataLocation = DataLocation.External;
        weight.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        weight.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = "4" });
    }

    private OnnxExtractor Open(ModelProto model, string? how, string? output = null) =>
        OnnxExtractor.Open(
            new ExtractorOptions
            {
                Extractor = ToyOnnx.Write(_folder, model),
                Preprocess = how,
                Output = output,
            },
            null
        );

    private static Problem Fault(ExtractorOptions options) =>
        Assert.Single(Assert.Throws<InvalidInputException>(() => OnnxExtractor.Open(options, null)).Problems);

    private static Tensor Pixels(int count)
    {
        using var random = new Generator(9);
        return torch.randint(0, 256, [count, 3, ToyOnnx.Side, ToyOnnx.Side], ScalarType.Int64, generator: random).to_type(ScalarType.Byte);
    }
}

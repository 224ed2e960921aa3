using System.Globalization;
using Efface.Data;
using Efface.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Models.Weights;

/// <summary>Weights that real PyTorch reads, and writes.</summary>
[Collection(SharedTorch.Name)]
public sealed class RealTorchTests : IDisposable
{
    private readonly ToyFiles _files = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void What_PyTorch_saves_now_is_read_with_equal_numbers_and_refused_where_it_is_more_than_tensors()
    {
        PyTorch.Run("write", _files.Folder);

        foreach (var file in new[] { "protocol2.pt", "protocol3.pt", "protocol4.pt", "protocol5.pt", "before-1.6.pt" })
            TorchCheckpointTests.HasExpected(_files.Folder, file, "");
        TorchCheckpointTests.HasExpected(_files.Folder, "nested.pt", "state_dict.module.");
        TorchCheckpointTests.IsRefused(_files.Folder, "module.pt", "torch.nn.modules.linear.Linear");
    }

    [Theory]
    [InlineData("resnet18")]
    [InlineData("resnet34")]
    [InlineData("resnet50")]
    public void Torchvision_loads_a_saved_model_by_strict_names_and_computes_the_same(string name)
    {
        using var model = TrainedModel.Create(
            new ModelDescription
            {
                Model = name,
                Stem = "imagenet",
                Input = [3, 64, 64],
                Task = "y",
                Classes = ["a", "b", "c"],
                Normalisation = new Normalisation([0, 0, 0], [1, 1, 1]),
                Split = "embedding",
            },
            CPU,
            new Generator(3)
        );
        using var noGradient = no_grad();
        model.Network.call(rand(4, 3, 64, 64, generator: new Generator(1))); // Running statistics of their own.
        model.Network.eval();
        model.Save(_files.Folder);

        var there = PyTorch
            .Run("run", _files.At("model.safetensors"), name, "3")
            .Split(' ')
            .Select(logit => double.Parse(logit, CultureInfo.InvariantCulture));

        var pixels = arange(3 * 64 * 64, ScalarType.Float32).remainder(7).div(7).view(1, 3, 64, 64);
        Assert.All(there.Zip(ToyFiles.Of(model.Network.call(pixels))), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
    }
}

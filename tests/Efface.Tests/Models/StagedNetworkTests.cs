using Efface.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Tests.Models;

[Collection(SharedTorch.Name)]
public sealed class StagedNetworkTests
{
    [Fact]
    public void All_stages_together_are_the_network()
    {
        using var scope = NewDisposeScope();
        using var network = Evaluated();
        var images = randn(2, 3, 16, 16);

        Assert.True(network.call(images).equal(network.Run(images, ..)).all().ToBoolean());
    }

    [Fact]
    public void Extractor_and_classifier_at_any_split_are_the_network()
    {
        using var scope = NewDisposeScope();
        using var network = Evaluated();
        var images = randn(2, 3, 16, 16);
        var whole = network.call(images);

        for (var split = 0; split < network.Stages.Count; split++)
        {
            var h = network.Run(images, ..(split + 1));
            Assert.True(network.Run(h, (split + 1)..).equal(whole).all().ToBoolean());
        }
    }

    [Fact]
    public void A_stage_runs_its_modules_in_order()
    {
        using var network = new StagedNetwork([new Stage("only", [("shrink", Linear(3, 2)), ("grow", Linear(2, 5))])]);
        using Tensor x = randn(4, 3),
            y = network.call(x);

        Assert.Equal([4, 5], y.shape);
    }

    [Fact]
    public void Blocks_of_a_layer_are_stages_of_their_own_and_the_last_one_ends_it()
    {
        using var network = ToyNetworks.Residual();

        Assert.Equal(
            ["stem", "layer1.0", "layer1", "layer2.0", "layer2", "layer3.0", "layer3", "layer4.0", "layer4", "embedding", "head"],
            network.Stages.Select(stage => stage.Name)
        );
        Assert.Equal(
            ["stem", "layer1", "layer2", "layer3", "layer4", "embedding", "head"],
            network.Stages.Where(stage => stage.EndsLayer).Select(stage => stage.Name)
        );
    }

    [Fact]
    public void Weights_have_one_name_wherever_the_network_can_be_cut()
    {
        using var network = ToyNetworks.Residual();
        var (inside, end) = (network.Stages[network.IndexOf("layer1.0")], network.Stages[network.IndexOf("layer1")]);

        Assert.Equal(["layer1.0", "layer1.1"], new[] { inside, end }.Select(stage => Assert.Single(stage.Modules).Name));
        foreach (var stage in new[] { inside, end })
        {
            var (name, module) = stage.Modules[0];
            Assert.Equal(module.state_dict()["conv1.weight"].Handle, network.state_dict()[$"{name}.conv1.weight"].Handle);
        }
        Assert.All(network.state_dict().Keys.Where(key => key.StartsWith("layer", StringComparison.Ordinal)), key =>
            Assert.Matches(@"^layer[1-4]\.[01]\.(conv[12]|bn[12]|downsample\.[01])\.\w+$", key)
        );
    }

    [Fact]
    public void Output_shapes_are_those_of_each_stage_for_one_image()
    {
        using var network = ToyNetworks.Residual(classes: 7);

        Assert.Equal<long[]>(
            [
                [8, 8, 8],
                [8, 8, 8],
                [8, 8, 8],
                [16, 4, 4],
                [16, 4, 4],
                [32, 2, 2],
                [32, 2, 2],
                [64, 1, 1],
                [64, 1, 1],
                [64],
                [7],
            ],
            network.OutputShapes([3, 16, 16])
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Asking_for_shapes_changes_neither_mode_nor_statistics(bool training)
    {
        using var network = ToyNetworks.Small();
        network.train(training);
        var before = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        network.OutputShapes([3, 16, 16]);

        Assert.Equal(training, network.training);
        Assert.All(network.state_dict(), entry => Assert.True(entry.Value.equal(before[entry.Key]).all().ToBoolean()));
    }

    [Fact]
    public void The_parameters_of_two_ranges_are_those_of_the_network()
    {
        using var network = ToyNetworks.Residual();
        var all = network.parameters().Select(parameter => parameter.Handle);

        for (var split = 0; split < network.Stages.Count; split++)
            Assert.Equal(
                all,
                network.Parameters(..(split + 1)).Concat(network.Parameters((split + 1)..)).Select(parameter => parameter.Handle)
            );
    }

    [Fact]
    public void A_stage_is_found_by_its_name_and_an_unknown_one_is_refused_with_the_names_there_are()
    {
        using var network = ToyNetworks.Small();

        Assert.Equal(1, network.IndexOf("layer1"));
        var problem = Assert.Single(Assert.Throws<InvalidInputException>(() => network.IndexOf("layer9")).Problems);
        Assert.Contains("layer9", problem.Subject, StringComparison.Ordinal);
        Assert.Contains("stem, layer1, embedding, head", problem.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_stages_of_one_name_are_refused() =>
        Assert.Throws<ArgumentException>(() =>
            new StagedNetwork([new Stage("twice", Linear(1, 1)), new Stage("twice", "other", Linear(1, 1))])
        );

    private static StagedNetwork Evaluated()
    {
        var network = ToyNetworks.Residual();
        network.eval();
        return network;
    }
}

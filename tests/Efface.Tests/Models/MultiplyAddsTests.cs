using Efface.Models;
using Efface.Models.Architectures;
using Xunit;
using static TorchSharp.torch.nn;

namespace Efface.Tests.Models;

[Collection(SharedTorch.Name)]
public sealed class MultiplyAddsTests
{
    // He et al., CVPR 2016, table 1, in the counts that tools for torchvision give.
    [Theory]
    [InlineData("resnet18", 1.814e9)]
    [InlineData("resnet34", 3.664e9)]
    [InlineData("resnet50", 4.089e9)]
    [InlineData("vgg11_bn", 7.609e9)]
    [InlineData("mobilenet_v2", 0.301e9)]
    [InlineData("vit_s_16", 4.6e9)]
    [InlineData("convnext_tiny", 4.456e9)]
    public void Networks_cost_what_is_known_of_them(string model, double expected)
    {
        var counted = Total(
            new BackboneOptions
            {
                Model = model,
                Stem = "imagenet",
                Size = (224, 224),
                Classes = 1000,
            },
            224
        );

        Assert.InRange(counted, 0.995 * expected, 1.005 * expected);
    }

    [Fact]
    public void The_fast_stem_costs_a_quarter_of_cifars()
    {
        var ratio =
            Total(new BackboneOptions { Stem = "fast", Classes = 10 }, 32)
            / Total(new BackboneOptions { Stem = "cifar", Classes = 10 }, 32);

        Assert.InRange(ratio, 0.24, 0.26);
    }

    [Fact]
    public void Half_the_width_costs_a_quarter()
    {
        var ratio = Total(new BackboneOptions { Width = 0.5, Classes = 10 }, 32) / Total(new BackboneOptions { Classes = 10 }, 32);

        Assert.InRange(ratio, 0.24, 0.27);
    }

    [Fact]
    public void Each_stage_is_counted_by_itself()
    {
        using var network = ToyNetworks.Small();

        // Outputs × inputs of the kernel, for 16×16 pixels halved twice.
        Assert.Equal([8 * 8 * 8 * 27, 4 * 4 * 16 * 72, 64 * 16, 16 * 2], MultiplyAdds.Count(network, [3, 16, 16]));
    }

    [Fact]
    public void Counting_leaves_no_hook_and_no_mode_behind()
    {
        using var network = ToyNetworks.Small();
        network.train();

        Assert.Equal(MultiplyAdds.Count(network, [3, 16, 16]), MultiplyAdds.Count(network, [3, 16, 16]));
        Assert.True(network.training);
    }

    [Theory]
    [InlineData("resnet18", "layer2")]
    [InlineData("resnet34", "layer2")]
    [InlineData("resnet50", "layer2")]
    public void The_middle_of_a_residual_network_lies_in_its_middle_layers(string model, string expected)
    {
        using var network = Backbones.Create(
            new BackboneOptions
            {
                Model = model,
                Width = 0.125,
                Classes = 10,
            },
            new TorchSharp.torch.Generator(0)
        );
        var image = new long[] { 3, 32, 32 };

        var middle = MultiplyAdds.MiddleStage(network, image);

        Assert.Equal(expected, middle);
        Assert.Equal(
            Distances(network, image).Where((_, stage) => network.Stages[stage].EndsLayer).Min(),
            Distances(network, image)[network.IndexOf(middle)]
        );
    }

    [Fact]
    public void The_middle_is_the_stage_whose_end_is_nearest_to_half_of_the_work()
    {
        using var network = new StagedNetwork([
            new Stage("first", Linear(10, 10)),
            new Stage("second", Linear(10, 30)),
            new Stage("third", Linear(30, 2)),
        ]);

        Assert.Equal("first", MultiplyAdds.MiddleStage(network, [10]));
    }

    private static double Total(BackboneOptions options, long side)
    {
        using var network = Backbones.Create(options, new TorchSharp.torch.Generator(0));
        return MultiplyAdds.Count(network, [3, side, side]).Sum();
    }

    private static double[] Distances(StagedNetwork network, long[] image)
    {
        var counts = MultiplyAdds.Count(network, image);
        return [.. counts.Select((_, i) => Math.Abs(counts.Take(i + 1).Sum() - counts.Sum() / 2.0))];
    }
}

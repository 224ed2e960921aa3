using Efface.Models;
using Efface.Models.Architectures;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Models.Architectures;

[Collection(SharedTorch.Name)]
public sealed class BackbonesTests
{
    [Fact]
    public void Width_is_rounded_to_a_multiple_of_eight_and_never_below_eight()
    {
        using StagedNetwork narrow = Create(0.01),
            odd = Create(0.3);

        Assert.Equal<long[]>(
            [
                [8, 8, 8],
                [8, 8, 8],
                [8, 8, 8],
                [8, 4, 4],
                [8, 4, 4],
                [8, 2, 2],
                [8, 2, 2],
                [8, 1, 1],
                [8, 1, 1],
                [8],
                [2],
            ],
            narrow.OutputShapes([3, 16, 16])
        );
        Assert.All(odd.OutputShapes([3, 16, 16]).SkipLast(1), shape => Assert.Equal(0, shape[0] % 8));

        static StagedNetwork Create(double width) =>
            Backbones.Create(
                new BackboneOptions
                {
                    Stem = "fast",
                    Width = width,
                    Classes = 2,
                },
                new Generator(0)
            );
    }

    [Fact]
    public void Images_may_have_any_number_of_channels()
    {
        using var network = Backbones.Create(
            new BackboneOptions
            {
                Stem = "fast",
                Width = 0.125,
                Channels = 1,
                Classes = 2,
            },
            new Generator(0)
        );

        Assert.Equal([2], network.OutputShapes([1, 32, 32])[^1]);
    }

    [Fact]
    public void The_generators_seed_decides_the_weights()
    {
        using StagedNetwork first = ToyNetworks.Residual(3),
            again = ToyNetworks.Residual(3),
            other = ToyNetworks.Residual(4);

        Assert.True(Same(first, again));
        Assert.False(Same(first, other));

        static bool Same(StagedNetwork a, StagedNetwork b) =>
            a.state_dict().Values.Zip(b.state_dict().Values, (left, right) => left.equal(right).all().ToBoolean()).All(same => same);
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var options = new BackboneOptions
        {
            Model = "alexnet",
            Stem = "flower",
            Width = 0,
            Classes = 2,
        };

        var problems = Assert.Throws<InvalidInputException>(() => Backbones.Create(options, new Generator(0))).Problems;
        Assert.Equal(["--model alexnet", "--stem flower", "--width 0"], problems.Select(problem => problem.Subject.InFlags()));
        Assert.Contains("resnet18, resnet34, resnet50, vgg11_bn", problems[0].Remedy.InFlags(), StringComparison.Ordinal);
        Assert.Contains("cifar, imagenet, fast", problems[1].Remedy.InFlags(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(8.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_width_out_of_range_is_refused(double width) =>
        Assert.Single(Backbones.Validate(new BackboneOptions { Width = width, Classes = 2 }));

    [Fact]
    public void Small_images_get_the_stem_that_keeps_their_size_if_the_model_has_it()
    {
        long[] sides = [32, 64, 65, 224];
        Assert.Equal(["cifar", "cifar", "imagenet", "imagenet"], sides.Select(side => Backbones.DefaultStem("resnet18", side)));
        Assert.All(sides, side => Assert.Equal("imagenet", Backbones.DefaultStem("vgg11_bn", side)));
    }

    [Fact]
    public void A_stem_that_a_model_does_not_have_is_refused_with_those_that_it_has()
    {
        var problem = Assert.Single(Backbones.Validate(Options("convnext_tiny", "fast")));
        Assert.Contains("convnext_tiny has no such stem", problem.Fault, StringComparison.Ordinal);
        Assert.Equal("Choose one of cifar, imagenet", problem.Remedy);
    }

    [Theory]
    [InlineData("vgg11_bn", "imagenet", 32)]
    [InlineData("vit_s_16", "imagenet", 16)]
    [InlineData("vit_s_16", "cifar", 4)]
    [InlineData("convnext_tiny", "imagenet", 32)]
    [InlineData("convnext_tiny", "cifar", 16)]
    public void Images_too_small_for_every_stage_are_refused_and_the_smallest_are_read(string model, string stem, int smallest)
    {
        using var network = Backbones.Create(Options(model, stem) with { Size = (smallest, 2 * smallest) }, new Generator(0));
        Assert.Equal([2], network.OutputShapes([3, smallest, 2 * smallest])[^1]);
        var problem = Assert.Single(Backbones.Validate(Options(model, stem) with { Size = (smallest - 1, 2 * smallest) }));
        Assert.Contains($"{smallest} pixels or more", problem.Remedy, StringComparison.Ordinal);
    }

    private static BackboneOptions Options(string model, string stem) =>
        new()
        {
            Model = model,
            Stem = stem,
            Width = 0.125,
            Classes = 2,
        };
}

using Efface.Models;
using Efface.Models.Architectures;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Models.Architectures;

[Collection(SharedTorch.Name)]
public sealed class BackbonesTests
{
    public static TheoryData<string, string> Networks =>
        [.. Backbones.Names.SelectMany(Backbones.StemsOf, (model, stem) => new TheoryDataRow<string, string>(model, stem))];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_model_runs_with_every_stem(string model, string stem)
    {
        using var scope = NewDisposeScope();
        using var network = Backbones.Create(
            new BackboneOptions
            {
                Model = model,
                Stem = stem,
                Width = 0.125,
                Classes = 7,
            },
            new Generator(0)
        );
        network.eval();

        var logits = network.call(randn(2, 3, 32, 32));

        Assert.Equal([2, 7], logits.shape);
        Assert.True(logits.isfinite().all().ToBoolean());
        Assert.Equal(
            ["stem", "layer1", "layer2", "layer3", "layer4", "embedding", "head"],
            network.Stages.Where(stage => stage.EndsLayer).Select(stage => stage.Name)
        );
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_parameter_of_every_network_gets_a_gradient(string model, string stem)
    {
        using var scope = NewDisposeScope();
        using var network = Backbones.Create(
            new BackboneOptions
            {
                Model = model,
                Stem = stem,
                Width = 0.125,
                Classes = 2,
            },
            new Generator(0)
        );

        network.call(randn(4, 3, 32, 32)).square().sum().backward();

        Assert.All(network.named_parameters(), entry =>
            Assert.True(entry.parameter.grad is { } gradient && gradient.abs().sum().ToSingle() > 0, entry.name)
        );
    }

    // The counts of torchvision's networks.
    [Theory]
    [InlineData("resnet18", 11_689_512)]
    [InlineData("resnet34", 21_797_672)]
    [InlineData("resnet50", 25_557_032)]
    public void A_network_of_full_width_has_as_many_parameters_as_torchvisions(string model, long count)
    {
        using var network = Backbones.Create(
            new BackboneOptions
            {
                Model = model,
                Stem = "imagenet",
                Classes = 1000,
            },
            new Generator(0)
        );

        Assert.Equal(count, network.parameters().Sum(parameter => parameter.numel()));
    }

    [Theory]
    [InlineData(
        "resnet18",
        "layer1.0.conv1.weight",
        "layer2.0.downsample.0.weight",
        "layer2.0.downsample.1.running_var",
        "layer4.1.bn2.bias"
    )]
    [InlineData("resnet34", "layer1.2.conv2.weight", "layer3.5.bn1.weight", "layer4.0.downsample.0.weight", "layer4.2.conv2.weight")]
    [InlineData("resnet50", "layer1.0.conv3.weight", "layer1.0.downsample.0.weight", "layer3.5.bn3.weight", "layer4.2.conv2.weight")]
    public void Parameters_carry_torchvisions_names(string model, params string[] names)
    {
        using var network = Backbones.Create(
            new BackboneOptions
            {
                Model = model,
                Stem = "imagenet",
                Width = 0.125,
                Classes = 2,
            },
            new Generator(0)
        );
        var known = network.state_dict().Keys;

        Assert.Superset(
            new HashSet<string>([.. names, "conv1.weight", "bn1.running_mean", "bn1.num_batches_tracked", "fc.weight", "fc.bias"]),
            known.ToHashSet()
        );
        Assert.DoesNotContain(known, name =>
            name.Contains("downsample", StringComparison.Ordinal) && name.Contains(".1.downsample", StringComparison.Ordinal)
        );
        Assert.Equal(model == "resnet50", known.Contains("layer1.0.downsample.0.weight"));
    }

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
        Assert.Contains("resnet18, resnet34, resnet50", problems[0].Remedy.InFlags(), StringComparison.Ordinal);
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
    public void Small_images_get_the_stem_that_keeps_their_size() =>
        Assert.Equal(
            ["cifar", "cifar", "imagenet", "imagenet"],
            new long[] { 32, 64, 65, 224 }.Select(side => Backbones.DefaultStem("resnet18", side))
        );
}

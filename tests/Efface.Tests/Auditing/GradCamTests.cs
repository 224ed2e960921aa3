using Efface.Auditing;
using Efface.Models;
using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Tests.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Tests.Auditing;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class GradCamTests
{
    private const int Side = 8;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_map_of_a_pixelwise_network_is_the_one_computed_by_hand(int seed)
    {
        using var scope = NewDisposeScope();
        using var network = Pixelwise(seed, out var mixing, out var head);
        var images = randn([5, 2, Side, Side]);
        using var maps = GradCam.Of(network, "conv", images, output => network.Run(output, 1..)[.., 1]);

        // A channel's mean gradient is head / (Side * Side), the same for every pixel: what counts is sum_k head_k * A_k.
        for (var image = 0; image < 5; image++)
        {
            var expected = new double[Side * Side];
            for (var pixel = 0; pixel < expected.Length; pixel++)
            {
                var (y, x) = (pixel / Side, pixel % Side);
                for (var k = 0; k < 3; k++)
                    expected[pixel] +=
                        head[1][k] * (mixing[k][0] * images[image, 0, y, x].ToSingle() + mixing[k][1] * images[image, 1, y, x].ToSingle());
                expected[pixel] = Math.Max(0, expected[pixel]);
            }
            var actual = maps.Maps[image].flatten().data<float>().ToArray();
            Assert.All(actual.Zip(expected), pair => Assert.Equal(pair.Second / expected.Max(), pair.First, 4));
        }
    }

    [Fact]
    public void An_image_in_which_nothing_speaks_for_the_score_is_flagged()
    {
        using var scope = NewDisposeScope();
        using var network = Pixelwise(0, out _, out _);
        var images = ones([3, 2, Side, Side]);
        using var maps = GradCam.Of(network, "conv", images, output =>
            output.mean([1, 2, 3]) * tensor(new[] { 1f, -1f, 0f }) * output.mean([1, 2, 3]).sign().detach()
        );
        Assert.Equal([false, true, true], maps.IsEmpty);
        Assert.Equal(0, maps.Maps[1..].abs().sum().ToSingle());
        Assert.Equal(1, maps.Maps[0].max().ToSingle());
    }

    [Fact]
    public void Maps_of_any_stage_of_a_residual_network_have_the_images_size_and_a_largest_value_of_one()
    {
        using var scope = NewDisposeScope();
        using var network = ToyNetworks.Residual();
        var images = randn([4, 3, 16, 24]);
        foreach (var stage in new[] { "stem", "layer1", "layer2", "layer3" })
        {
            using var maps = GradCam.OfDecision(network, stage, images);
            Assert.Equal([4, 16, 24], maps.Maps.shape);
            Assert.All(Enumerable.Range(0, 4).Where(i => !maps.IsEmpty[i]), i =>
                Assert.Equal((0, 1), (Math.Min(0, maps.Maps[i].min().ToSingle()), maps.Maps[i].max().ToSingle()))
            );
        }
    }

    [Fact]
    public void The_decision_of_two_classes_is_the_difference_of_their_logits()
    {
        using var scope = NewDisposeScope();
        using var network = ToyNetworks.Small();
        var images = randn([6, 3, 16, 16]);
        network.eval();
        var sign = network.call(images).argmax(1).to_type(ScalarType.Float32).mul(2).sub(1).detach();
        using var decision = GradCam.OfDecision(network, "layer1", images);
        using var difference = GradCam.Of(network, "layer1", images, output =>
        {
            var logits = network.Run(output, 2..);
            return (logits[.., 1] - logits[.., 0]) * sign;
        });
        Assert.Equal(ToyTraining.Values([difference.Maps]), ToyTraining.Values([decision.Maps]));
    }

    [Fact]
    public void An_image_has_the_same_map_alone_as_among_others()
    {
        using var scope = NewDisposeScope();
        using var network = ToyNetworks.Small();
        var images = randn([6, 3, 16, 16]);
        using var all = GradCam.OfDecision(network, "layer1", images);
        using var one = GradCam.OfDecision(network, "layer1", images[2..3]);
        Assert.True(all.Maps[2..3].allclose(one.Maps, atol: 1e-5));
    }

    [Fact]
    public void A_stage_that_begins_with_an_operation_in_place_changes_no_map()
    {
        using var scope = NewDisposeScope();
        float[][] Maps(bool inPlace)
        {
            manual_seed(3);
            using var network = new StagedNetwork([
                new Stage("conv", Conv2d(3, 4, 3)),
                new Stage("relu", ReLU(inplace: inPlace)),
                new Stage(StagedNetwork.Head, [("pool", AdaptiveAvgPool2d(1)), ("flatten", Flatten()), ("fc", Linear(4, 2))]),
            ]);
            using var maps = GradCam.OfDecision(network, "conv", randn([4, 3, 12, 12]));
            return ToyTraining.Values([maps.Maps]);
        }
        Assert.Equal(Maps(inPlace: false), Maps(inPlace: true));
    }

    [Fact]
    public void A_stage_without_maps_is_refused_with_those_that_have_them()
    {
        using var network = ToyNetworks.Residual();
        using var images = zeros([1, 3, 16, 16]);
        var problem = Assert.Single(
            Assert.Throws<InvalidInputException>(() => GradCam.OfDecision(network, StagedNetwork.Embedding, images)).Problems
        );
        Assert.Equal("stage 'embedding'", problem.Subject);
        Assert.EndsWith("stem, layer1, layer2, layer3, layer4", problem.Remedy, StringComparison.Ordinal);
        Assert.Throws<InvalidInputException>(() => GradCam.OfDecision(network, "nowhere", images));
    }

    [Theory]
    [InlineData(16, "layer1")]
    [InlineData(32, "layer2")]
    [InlineData(64, "layer3")]
    [InlineData(128, "layer4")]
    [InlineData(8, "stem")]
    public void The_usual_stage_is_the_deepest_whose_maps_are_fine_enough_to_point(int side, string stage)
    {
        using var network = ToyNetworks.Residual();
        Assert.Equal(stage, GradCam.UsualStage(network, [3, side, side]));
    }

    [Fact]
    public void The_network_is_left_as_it_was_and_no_tensor_behind()
    {
        using var scope = NewDisposeScope();
        using var network = ToyNetworks.Small();
        network.train();
        network.parameters().First().requires_grad = false;
        var images = randn([4, 3, 16, 16]);
        var weights = ToyTraining.Values(network.state_dict().Values.Where(value => value.dtype == ScalarType.Float32));
        GradCam.OfDecision(network, "layer1", images).Dispose();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (no_grad())
            GradCam.OfDecision(network, "layer1", images).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        Assert.True(network.training);
        Assert.Equal(network.parameters().Select((_, i) => i > 0), network.parameters().Select(parameter => parameter.requires_grad));
        Assert.All(network.parameters(), parameter => Assert.Null(parameter.grad));
        Assert.Equal(weights, ToyTraining.Values(network.state_dict().Values.Where(value => value.dtype == ScalarType.Float32)));
    }

    [Fact]
    public void A_frozen_network_that_was_not_asked_for_an_attribute_shows_where_it_still_sees_it()
    {
        // y is a bright band above (rows 3 to 5) or below (10 to 12) the middle.
        using var table = ToyTables.Visible(300, 200);
        foreach (var row in Enumerable.Range(400, 100))
            table.Parts[row] = Efface.Data.Part.Test;
        using var model = ToyTraining.Model(table);
        int[] rows = [.. Enumerable.Range(400, 40)];
        using var seen = GradCam.OfAttribute(model, "stem", table, table["y"], rows, readAt: StagedNetwork.Embedding);

        Assert.True(seen.Read.Low > 0.9, $"read {seen.Read}");
        Assert.Equal([40, 16, 16], seen.Maps.Maps.shape);
        var right = seen.Decisions.Zip(rows).Count(pair => pair.First == table["y"].Labels[pair.Second]);
        Assert.InRange(right, 36, 40);
        using var z = GradCam.OfAttribute(
            model,
            "stem",
            table,
            table["y"] with
            {
                Labels = [.. table["y"].Labels.Select((_, i) => i % 2)],
            },
            rows
        );
        Assert.InRange(z.Read.Low, 0, 0.5);
        Assert.Throws<InvalidInputException>(() => GradCam.OfAttribute(model, "layer1", table, table["y"], rows, readAt: "stem"));
    }

    // Three mixtures of two channels, pixel by pixel, then the mean and a linear head.
    private static StagedNetwork Pixelwise(int seed, out float[][] mixing, out float[][] head)
    {
        manual_seed(seed);
        var (conv, linear) = (Conv2d(2, 3, 1, bias: false), Linear(3, 2));
        mixing = [.. conv.weight.detach().flatten().data<float>().ToArray().Chunk(2)];
        head = [.. linear.weight.detach().flatten().data<float>().ToArray().Chunk(3)];
        return new StagedNetwork([
            new Stage("conv", conv),
            new Stage(StagedNetwork.Embedding, [("pool", AdaptiveAvgPool2d(1)), ("flatten", Flatten())]),
            new Stage(StagedNetwork.Head, linear),
        ]);
    }
}

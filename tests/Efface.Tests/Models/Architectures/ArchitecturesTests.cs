using Efface.Data;
using Efface.Erasing;
using Efface.Models;
using Efface.Models.Architectures;
using Efface.Tests.Data;
using Efface.Tests.Training;
using Efface.Training;
using Efface.Unlearning;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Models.Architectures;

/// <summary>What every architecture of the list has to do; a new one is tested by being in it.</summary>
[Collection(SharedTorch.Name)]
public sealed class ArchitecturesTests : IDisposable
{
    private const int Side = 32;

    // bf16 keeps eight bits of a number.
    private const double Rounding = 1.0 / 64;

    // And rounding turns the sign of a few small numbers, each of which a rectifier then passes in the one precision only.
    private const double Flips = 0.2;

    private static readonly TrainingOptions Half = new() { Precision = Precision.Bf16 };

    private readonly string _folder = Directory.CreateTempSubdirectory("efface-").FullName;
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Models => [.. Backbones.Names];

    public static TheoryData<string, string> ModelsAndStems =>
        [.. Backbones.Names.SelectMany(Backbones.StemsOf, (model, stem) => new TheoryDataRow<string, string>(model, stem))];

    public static TheoryData<string, string> ModelsAndRecipes =>
        [.. Backbones.Names.SelectMany(_ => Recipes.All, (model, recipe) => new TheoryDataRow<string, string>(model, recipe.Name))];

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(ModelsAndStems))]
    public void It_runs_with_each_of_its_stems_on_images_of_any_size_and_ends_in_an_embedding_and_a_head(string model, string stem)
    {
        foreach (var (height, width) in new[] { (32, 32), (64, 64), (45, 100) })
        {
            using var network = Network(model, stem, (height, width));
            network.eval();
            var shapes = network.OutputShapes([3, height, width]);

            Assert.Equal([StagedNetwork.Embedding, StagedNetwork.Head], network.Stages.TakeLast(2).Select(stage => stage.Name));
            Assert.Equal([network.LastLayer.weight.shape[1]], shapes[^2]);
            Assert.Equal([7], shapes[^1]);
            Assert.All(shapes.SkipLast(1), shape => Assert.InRange(shape.Min(), 1, long.MaxValue));
            Assert.True(network.call(randn(2, 3, height, width)).isfinite().all().ToBoolean());
        }
    }

    // Sides of the maps after each layer, and tokens.
    [Theory]
    [InlineData("resnet18", "imagenet", 224, 56, 56, 28, 14, 7)]
    [InlineData("resnet18", "cifar", 32, 32, 32, 16, 8, 4)]
    [InlineData("resnet18", "fast", 32, 16, 16, 8, 4, 2)]
    [InlineData("vgg11_bn", "imagenet", 224, 112, 56, 28, 14, 7)]
    [InlineData("vgg11_bn", "imagenet", 32, 16, 8, 4, 2, 1)]
    [InlineData("mobilenet_v2", "imagenet", 224, 112, 112, 56, 28, 14, 14, 7, 7)]
    [InlineData("mobilenet_v2", "cifar", 32, 32, 32, 32, 16, 8, 8, 4, 4)]
    [InlineData("mobilenet_v2", "fast", 32, 16, 16, 16, 8, 4, 4, 2, 2)]
    [InlineData("vit_s_16", "imagenet", 224, 14, 197, 197, 197, 197, 197, 197, 197, 197, 197, 197, 197, 197)]
    [InlineData("vit_s_16", "cifar", 32, 8, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65)]
    [InlineData("vit_s_16", "fast", 32, 4, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17)]
    [InlineData("convnext_tiny", "imagenet", 224, 56, 56, 28, 14, 7)]
    [InlineData("convnext_tiny", "cifar", 32, 16, 16, 8, 4, 2)]
    public void Layers_have_the_published_sizes_and_small_images_keep_theirs(string model, string stem, int side, params int[] sizes)
    {
        using var network = Network(model, stem, (side, side));
        network.eval();
        var shapes = network
            .Stages.Zip(network.OutputShapes([3, side, side]))
            .Where(entry => entry.First.EndsLayer)
            .Select(entry => entry.Second)
            .SkipLast(2);

        Assert.Equal(sizes, shapes.Select(shape => (int)(shape is [_, var height, _] ? height : shape[0])));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Extractor_and_classifier_at_any_split_are_the_network(string model)
    {
        using var noGradient = no_grad();
        using var network = Network(model);
        network.eval();
        var images = randn(2, 3, Side, Side);
        var whole = network.call(images);

        for (var split = 0; split < network.Stages.Count - 1; split++)
            Assert.True(network.Run(network.Run(images, ..(split + 1)), (split + 1)..).equal(whole).all().ToBoolean());
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void What_is_saved_is_loaded(string model)
    {
        using var table = Table();
        using var saved = Model(model, table);
        var images = randn(4, 3, Side, Side);
        saved.Network.call(images); // The running statistics of batch norm are part of the model.
        saved.Save(_folder);
        using var loaded = TrainedModel.Load(_folder, CPU);

        saved.Network.eval();
        loaded.Network.eval();
        Assert.True(loaded.Network.call(images).equal(saved.Network.call(images)).all().ToBoolean());
        Assert.Equivalent(saved.Description, loaded.Description, strict: true);
    }

    [Theory]
    [MemberData(nameof(ModelsAndStems))]
    public void Every_parameter_gets_a_gradient(string model, string stem)
    {
        using var network = Network(model, stem);
        // A Vision Transformer's head begins at 0, and passes nothing back.
        Layers.Normal(network.LastLayer.weight, 0.1, new Generator(0));
        // Without omission, no block can be skipped by chance.
        foreach (var omission in network.modules().OfType<Omission>())
            omission.eval();

        network.call(randn(4, 3, Side, Side)).square().sum().backward();

        Assert.All(network.named_parameters(), entry =>
            Assert.True(entry.parameter.grad is { } gradient && gradient.abs().sum().ToSingle() > 0, entry.name)
        );
    }

    // Stage by stage, for over many of them errors of rounding grow without bound in a network that is not trained.
    [Theory]
    [MemberData(nameof(Models))]
    public void In_half_precision_each_stage_and_its_gradients_are_near_and_the_weights_stay_single(string model)
    {
        using var network = Network(model);
        network.eval();
        Assert.All(network.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
        var x = randn(16, 3, Side, Side);
        for (var stage = 0; stage < network.Stages.Count - 1; stage++)
        {
            var (single, half) = (Through(x, stage), Through(Half.InPrecision(x), stage));
            Assert.InRange(Distance(half[0], single[0]), 0, Rounding);
            Assert.All(half.Zip(single).Skip(1), pair => Assert.InRange(Distance(pair.First, pair.Second), 0, Flips));
            Assert.Equal(network.Stages[stage].Name == StagedNetwork.Embedding, half[0].dtype == ScalarType.Float32);
            x = single[0];
        }

        // What comes out, and the gradients of what goes in and of the first weights.
        Tensor[] Through(Tensor input, int stage)
        {
            Tensor[] leaves = [input.detach().requires_grad_(true), .. network.Parameters(stage..(stage + 1)).Take(1)];
            var y = network.Run(leaves[0].alias(), stage..(stage + 1));
            var gradients = autograd.grad([(y.to_type(ScalarType.Float32) * Formula.Image(y.shape)).sum()], leaves);
            Assert.Equal(leaves.Select(leaf => leaf.dtype), gradients.Select(gradient => gradient.dtype));
            return [y.detach(), .. gradients];
        }

        // Relative, in the Euclidean norm.
        static double Distance(Tensor one, Tensor other) => ((one.to_type(ScalarType.Float32) - other).norm() / other.norm()).ToDouble();
    }

    [Theory]
    [MemberData(nameof(ModelsAndRecipes))]
    public void Each_recipe_takes_a_step(string model, string recipe)
    {
        using var table = Table();
        using var before = Model(model, table, width: 1.0 / 16);
        var options = new TrainingOptions { Epochs = 1, BatchSize = 16 };
        var way = Recipes.Named(recipe);
        // Its eraser's effort has nothing to do with the network.
        if (way is Efface.Unlearning.Balance balance)
            way = balance with
            {
                Options = new EraserOptions { Directions = 4, Noise = 0 },
            };
        var (after, result) = Forgetting.Run(before, way, table, ["z"], options);
        using (after)
        {
            Assert.Null(result.Diverged);
            after.Network.eval();
            using var images = table.Gather([0, 1]);
            var output = after.Network.call(after.Description.Normalisation.Apply(images));
            Assert.Equal([2, 2], output.shape);
            Assert.True(output.isfinite().all().ToBoolean());
        }
    }

    // With everything that it leaves out: in both ways of training it is the same.
    [Theory]
    [MemberData(nameof(Models))]
    public void Activations_that_are_computed_again_give_the_same_weights_and_statistics(string model)
    {
        foreach (var (kept, again) in Trained(recomputes: false).Zip(Trained(recomputes: true)))
            Assert.All(kept.Zip(again), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * Math.Max(1, Math.Abs(pair.First))));

        float[][] Trained(bool recomputes)
        {
            using var table = Table();
            using var trained = Model(model, table, width: 1.0 / 16);
            Forgetting.Train(
                trained,
                table,
                new TrainingOptions
                {
                    Epochs = 2,
                    BatchSize = 16,
                    Recomputes = recomputes,
                }
            );
            return ToyTraining.State(trained.Network);
        }
    }

    private static ImageTable Table() => ToyTables.Visible(train: 16, validation: 8, side: Side);

    private static TrainedModel Model(string model, ImageTable table, double width = 0.125)
    {
        using var random = new Generator(0);
        return TrainedModel.Create(ModelDescription.For(table, table["y"], model, width: width), CPU, random);
    }

    private static StagedNetwork Network(string model, string? stem = null, (long Height, long Width)? size = null)
    {
        manual_seed(0);
        using var random = new Generator(0);
        return Backbones.Create(
            new BackboneOptions
            {
                Model = model,
                Stem = stem,
                Width = 0.125,
                Size = size ?? (Side, Side),
                Classes = 7,
            },
            random
        );
    }
}

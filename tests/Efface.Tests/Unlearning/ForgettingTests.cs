using Efface.Auditing;
using Efface.Data;
using Efface.Data.Vectors;
using Efface.Detachment;
using Efface.Models;
using Efface.Tests.Models;
using Efface.Training;
using Efface.Unlearning;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Tests.Unlearning;

/// <summary>Networks that are no ResNets, on vectors: trained, made to forget, saved and audited like any other.</summary>
[Collection(SharedTorch.Name)]
public sealed class ForgettingTests : IDisposable
{
    private static readonly TrainingOptions Options = new()
    {
        Epochs = 4,
        BatchSize = 64,
        LearningRate = 0.1,
    };

    private readonly VectorTable _vectors = Vectors();
    private readonly string _folder = Directory.CreateTempSubdirectory("efface-").FullName;

    [Fact]
    public void A_network_on_vectors_learns_its_task()
    {
        using var model = Model();
        Assert.InRange(Forgetting.Train(model, _vectors, Options).Fidelity, 0.95, 1);
    }

    [Theory]
    [InlineData("strict")]
    [InlineData("adversarial")]
    [InlineData("hsic")]
    [InlineData("leace")]
    [InlineData("prediction-only")]
    [InlineData("balance")]
    public void Every_kind_of_recipe_works_on_tokens(string recipe)
    {
        using var model = Model();
        Forgetting.Train(model, _vectors, Options);
        var (after, result) = Forgetting.Run(model, Recipes.Named(recipe), _vectors, ["z"], Options with { LearningRate = 0.02 });
        using (after)
        {
            Assert.InRange(result.Fidelity, 0.9, 1);
            using var subject = AuditSubject.Of(after, _vectors);
            Assert.Contains(subject.Places, place => place.Released);
        }
    }

    [Fact]
    public void What_strict_forgets_is_not_read_any_more()
    {
        using var model = Model();
        Forgetting.Train(model, _vectors, Options);
        var settings = new AuditSettings { Attackers = ["lookup", "linear"], Parts = [AuditPart.Controls] };
        AuditResult Audit(TrainedModel of)
        {
            using var subject = AuditSubject.Of(of, _vectors);
            return new Auditor(settings).Audit(subject, ["z"]);
        }
        var before = Audit(model);
        var (after, _) = Forgetting.Run(model, Recipes.Named("strict"), _vectors, ["z"], Options with { LearningRate = 0.02 });
        using (after)
            Assert.InRange(Audit(after).Worst.Leak.GivenTask.Value, -0.1, 0.05);
        Assert.InRange(before.Worst.Leak.GivenTask.Low, 0.15, 0.5);
    }

    [Fact]
    public void A_balanced_network_decides_as_before_and_its_logits_tell_nothing_else()
    {
        using var model = Model();
        Forgetting.Train(model, _vectors, Options);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var values = _vectors.Gather(_vectors.Rows(Part.Test));
        model.Network.eval();
        var decisions = model.Network.call(values).argmax(1);
        var labels = TaskAndAttributes.Of(_vectors, _vectors["y"], [_vectors["z"]]);
        using var closed = Recipes.Named("balance").Close(model.Copy(), _vectors, labels)!;
        closed.Network.eval();
        var logits = closed.Network.call(values);
        Assert.True(logits.argmax(1).eq(decisions).all().item<bool>());
        Assert.All([0, 1], decision => Assert.Equal(0, logits[decisions == decision].std(0).max().item<float>(), 1e-3));
    }

    [Fact]
    public void A_saved_network_is_built_again_by_its_own_builder_and_by_no_other()
    {
        using var model = Model();
        Forgetting.Train(model, _vectors, Options with { Epochs = 1 });
        model.Save(_folder);
        using var loaded = TrainedModel.Load(_folder, CPU, Build);
        using var values = _vectors.Gather([0, 5, 7]);
        model.Network.eval();
        loaded.Network.eval();
        Assert.True(loaded.Network.call(values).equal(model.Network.call(values)).all().item<bool>());
        Assert.Contains("reads images", Assert.Throws<InvalidInputException>(() => TrainedModel.Load(_folder, CPU)).Message);
    }

    [Fact]
    public void A_copy_has_the_weights_and_goes_its_own_way()
    {
        using var model = Model();
        using var copy = model.Copy();
        float[][] Weights(TrainedModel of) => Training.ToyTraining.State(of.Network);
        Assert.Equal(Weights(model), Weights(copy));
        Forgetting.Train(copy, _vectors, Options with { Epochs = 1 });
        Assert.NotEqual(Weights(model), Weights(copy));
    }

    [Fact]
    public void Examples_without_a_part_are_refused()
    {
        using var model = Model();
        using var part = new VectorTable("half", zeros(2, 8), [Bits(2, 0, "y")], [Part.Train, Part.Train]);
        Assert.Contains("validation", Assert.Throws<InvalidInputException>(() => Forgetting.Train(model, part, Options)).Message);
    }

    public void Dispose()
    {
        _vectors.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private TrainedModel Model()
    {
        using var random = new Generator(1);
        return TrainedModel.Create(ModelDescription.For(_vectors, _vectors["y"], "tokens"), CPU, random, Build);
    }

    // [B, 8] → two tokens [B, 2, 6] → [B, 12].
    private static StagedNetwork Build(ModelDescription description, Generator random) =>
        new([
            new Stage(
                "tokens",
                [("wide", Layers.Linear(description.Input[0], 12, random)), ("cut", Unflatten(1, [2, 6])), ("relu", ReLU())]
            ),
            new Stage(StagedNetwork.Embedding, "flat", Flatten()),
            new Stage(StagedNetwork.Head, "fc", Layers.Linear(12, description.Classes.Count, random)),
        ]);

    // y stands in the first number, z in the second; the rest is noise.
    private static VectorTable Vectors()
    {
        const int Rows = 1600;
        Column[] columns = [Bits(Rows, 1, "y"), Bits(Rows, 2, "z")];
        using var random = new Generator(4);
        using var noise = randn([Rows, 8], generator: random);
        for (var k = 0; k < columns.Length; k++)
            noise.select(1, k).add_(torch.tensor([.. columns[k].Labels.Select(label => 6f * label - 3)]));
        Part[] parts =
        [
            .. Enumerable
                .Range(0, Rows)
                .Select(row =>
                    row < 800 ? Part.Train
                    : row < 1000 ? Part.Validation
                    : Part.Test
                ),
        ];
        return new VectorTable("toy", noise.clone(), columns, parts);
    }

    private static Column Bits(int count, int seed, string name)
    {
        var random = new Random(seed);
        return new Column(name, ["no", "yes"], [.. Enumerable.Range(0, count).Select(_ => random.Next(2))]);
    }
}

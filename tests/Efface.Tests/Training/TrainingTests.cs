using Efface.Data;
using Efface.Detachment;
using Efface.Tests.Data;
using Efface.Tests.Detachment;
using Efface.Tests.Models;
using Efface.Training;
using Efface.Unlearning;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Training;

[Collection(SharedTorch.Name)]
public sealed class TrainingTests
{
    private static readonly TrainingOptions Longer = ToyTraining.Options with { Epochs = 8, LearningRate = 0.1 };

    [Theory]
    [InlineData("plain")]
    [InlineData("paper")]
    [InlineData("strict")]
    public void A_seed_decides_every_bit_of_the_weights(string recipe)
    {
        using var table = ToyTables.Visible(train: 96, validation: 20);

        var weights = Trained(seed: 1);
        Assert.Equal(weights, Trained(seed: 1));
        Assert.NotEqual(weights, Trained(seed: 2));

        float[][] Trained(int seed)
        {
            using var model = ToyTraining.Model(table, ToyTraining.Named(recipe));
            ToyTraining.Train(model, table, ToyTraining.Named(recipe), ToyTraining.Options with { Seed = seed });
            return ToyTraining.Values(model.Network.parameters());
        }
    }

    [Fact]
    public void A_residual_network_trains_with_every_recipe()
    {
        using var table = ToyTables.Visible(train: 96, validation: 20);
        foreach (var recipe in ToyTraining.EveryRecipe)
        {
            using var model = ToyTraining.Model(table, recipe, network: ToyNetworks.Residual());
            var result = ToyTraining.Train(model, table, recipe, ToyTraining.Options);

            Assert.Equal((2, null), (result.Epochs, result.Diverged));
            // A share of the validation images.
            Assert.InRange(result.Fidelity * 20, 1, 20);
            Assert.Equal(Math.Round(result.Fidelity * 20), result.Fidelity * 20, 9);
        }
    }

    [Fact]
    public void Plain_training_learns_what_can_be_seen()
    {
        using var table = ToyTables.Visible(train: 400, validation: 200);
        using var model = ToyTraining.Model(table);
        var observer = new ToyObserver();
        var result = ToyTraining.Train(model, table, null, Longer, observer);

        Assert.InRange(result.Fidelity, 0.97, 1);
        Assert.True(observer.Epochs[^1].TaskLoss < observer.Epochs[0].TaskLoss / 2);
        Assert.True(observer.Epochs[^1].TrainingFidelity > observer.Epochs[0].TrainingFidelity);
        Assert.Null(observer.Epochs[0].DetachmentLoss);
    }

    [Fact]
    public void Local_training_learns_the_task_from_the_auxiliary_network()
    {
        using var table = ToyTables.Visible(train: 400, validation: 200);
        using var model = ToyTraining.Model(table);
        var observer = new ToyObserver();
        var result = ToyTraining.Train(
            model,
            table,
            ToyTraining.Paper with
            {
                Settings = ToyTraining.Paper.Settings with { Weights = ToyTraining.Paper.Weights with { Forgetting = 0 } },
            },
            Longer,
            observer
        );

        Assert.InRange(result.Fidelity, 0.95, 1);
        Assert.InRange(observer.Epochs[^1].Information["taskInformation"], observer.Epochs[0].Information["taskInformation"] + 0.2, 1);
        Assert.All(observer.Epochs, epoch => Assert.True(double.IsFinite(epoch.DetachmentLoss!.Value)));
    }

    [Fact]
    public void The_strict_recipe_forgets_an_attribute_that_can_be_seen_and_keeps_the_task()
    {
        var (fidelity, information) = Strict(ToyTraining.Strict);

        Assert.InRange(fidelity, 0.97, 1);
        Assert.InRange(information, 0, 0.02);
    }

    [Fact]
    public void The_strict_recipe_forgets_and_keeps_the_task_in_local_training_too()
    {
        var (fidelity, information) = Strict(ToyTraining.Strict, ScheduleKind.Local);

        Assert.InRange(fidelity, 0.97, 1);
        Assert.InRange(information, 0, 0.02);
    }

    [Fact]
    public void Without_forgetting_the_same_bottleneck_tells_the_attribute()
    {
        // Codes that are rewarded for being used must tell something, and nothing else is so easy to see.
        var (fidelity, information) = Strict(
            ToyTraining.Strict with
            {
                Settings = ToyTraining.Strict.Settings with { Weights = new LossWeights(0, 1, 0), Usage = 0.5 },
            }
        );

        Assert.InRange(fidelity, 0.97, 1);
        Assert.InRange(information, 0.1, 2);
    }

    [Fact]
    public void A_huge_step_size_ends_as_diverged_with_finite_weights()
    {
        using var table = ToyTables.Visible(train: 200, validation: 20);
        using var model = ToyTraining.Model(table);
        var before = ToyTraining.Values(model.Network.parameters());
        var result = ToyTraining.Train(model, table, null, ToyTraining.Options with { LearningRate = 1e9 });

        Assert.Contains("--learning-rate", result.Diverged, StringComparison.Ordinal);
        Assert.Equal(before, ToyTraining.Values(model.Network.parameters()));
    }

    [Fact]
    public void Weights_that_explode_at_the_end_of_an_epoch_are_not_good_ones()
    {
        // One step an epoch: its loss is taken before the weights explode, and they are all that the next epoch has.
        using var table = ToyTables.Visible(train: 32, validation: 20);
        using var model = ToyTraining.Model(table);
        var result = ToyTraining.Train(model, table, null, ToyTraining.Options with { LearningRate = 1e36, ClipNorm = 0, WarmUp = 0 });

        Assert.NotNull(result.Diverged);
        model.Network.eval();
        using var scope = NewDisposeScope();
        Assert.True(model.Network.call(ToyTraining.Input(table, Part.Validation).Input).isfinite().all().ToBoolean());
    }

    // Validation fidelity, and what the codes released for validation images tell of z or tone, the larger: I(c; z | y) in bits.
    private static (double Fidelity, double Information) Strict(Strict recipe, ScheduleKind? kind = null)
    {
        using var scope = NewDisposeScope();
        using var table = ToyTables.Visible(train: 400, validation: 1000);
        using var model = ToyTraining.Model(table, recipe);
        using var schedule = ToyTraining.Schedule(model, table, recipe, Longer, kind);
        var result = ToyTraining.Run(schedule, table, Longer, ramp: recipe.Ramp);

        model.Network.eval();
        var input = ToyTraining.Input(table, Part.Validation);
        var codes = DiscreteBottleneck.Decide(model.Network.Run(input.Input, ..(model.Split + 1))).data<long>().ToArray();
        var rows = table.Rows(Part.Validation);
        return (result.Fidelity, Math.Max(Counted(table["z"]), Counted(table["tone"])));

        double Counted(Column attribute) =>
            Information.BitsPerNat
            * Tables
                .Of(1 << recipe.Settings.Bits, 2, attribute.Classes.Count, (c, y, z) =>
                    rows.Where((row, i) => codes[i] == c && table["y"].Labels[row] == y && attribute.Labels[row] == z).Count()
                    / (double)rows.Length
                )
                .ConditionalInformation();
    }
}

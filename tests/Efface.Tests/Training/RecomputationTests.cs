using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Training;
using Xunit;

namespace Efface.Tests.Training;

[Collection(SharedTorch.Name)]
public sealed class RecomputationTests
{
    [Theory]
    [InlineData("plain", null)]
    [InlineData("paper", ScheduleKind.Local)]
    [InlineData("paper", ScheduleKind.EndToEnd)]
    [InlineData("strict", ScheduleKind.EndToEnd)]
    [InlineData("hsic", null)]
    public void Activations_that_are_computed_again_give_the_same_weights_and_statistics(string recipe, ScheduleKind? kind)
    {
        using var table = ToyTables.Visible(train: 96, validation: 20);

        // Gradients of a stage that is used twice are added up in another order.
        foreach (var (kept, again) in Trained(recomputes: false).Zip(Trained(recomputes: true)))
            Assert.All(kept.Zip(again), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * Math.Max(1, Math.Abs(pair.First))));

        float[][] Trained(bool recomputes)
        {
            var options = ToyTraining.Options with { Recomputes = recomputes, Epochs = 1, LearningRate = 0.01 };
            using var model = ToyTraining.Model(table, ToyTraining.Named(recipe), network: ToyNetworks.Residual());
            using var schedule = ToyTraining.Schedule(model, table, ToyTraining.Named(recipe), options, kind);
            ToyTraining.Run(schedule, table, options);
            return ToyTraining.State(model.Network);
        }
    }
}

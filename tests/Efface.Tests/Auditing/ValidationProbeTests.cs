using Efface.Auditing;
using Efface.Data;
using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Tests.Training;
using Xunit;

namespace Efface.Tests.Auditing;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class ValidationProbeTests
{
    [Fact]
    public void A_visible_attribute_is_read_from_an_untrained_network_and_pulls_harder()
    {
        using var table = ToyTables.Visible(60, 200);
        using var model = ToyTraining.Model(table);
        var probe = new ValidationProbe(model, table, [table["z"]], every: 2, steers: true);
        Assert.Null(probe.Read(1));
        var reading = probe.Read(2)!;
        Assert.InRange(reading.Leaks["z"], 0.2, 0.6);
        Assert.Equal(1.5, reading.Factor);
        Assert.Equal(2.25, probe.Read(4)!.Factor);
    }

    [Fact]
    public void Where_nothing_is_read_the_pull_relaxes_and_without_steering_it_stays()
    {
        using var table = ToyTables.Visible(60, 200);
        using var model = ToyTraining.Model(table);
        var random = new Random(1);
        var chance = new Column("chance", ["no", "yes"], [.. Enumerable.Range(0, table.Count).Select(_ => random.Next(2))]);
        Assert.InRange(new ValidationProbe(model, table, [chance], 1, steers: false).Read(1)!.Leaks["chance"], -0.2, 0.15);
        Assert.Equal(1, new ValidationProbe(model, table, [table["z"]], 1, steers: false).Read(1)!.Factor);
    }

    [Fact]
    public void Looking_changes_nothing_about_the_training()
    {
        using var table = ToyTables.Visible(100, 60);
        float[][] Weights(bool looks)
        {
            TorchSharp.torch.manual_seed(3);
            using var model = ToyTraining.Model(table, ToyTraining.Strict);
            using var schedule = ToyTraining.Schedule(model, table, ToyTraining.Strict);
            ToyTraining.Run(
                schedule,
                table,
                ToyTraining.Options,
                probe: looks ? new ValidationProbe(model, table, [table["z"]], 1, steers: false) : null,
                cancel: TestContext.Current.CancellationToken
            );
            return ToyTraining.Values(model.Network.parameters());
        }
        Assert.Equal(Weights(looks: false), Weights(looks: true));
    }
}

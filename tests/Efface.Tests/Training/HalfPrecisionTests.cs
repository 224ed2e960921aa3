using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Training;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Training;

[Collection(SharedTorch.Name)]
public sealed class HalfPrecisionTests
{
    private const int Validation = 300;

    [Theory]
    [InlineData("plain", null)]
    [InlineData("strict", ScheduleKind.Pipelined)]
    public void Half_precision_reaches_the_fidelity_of_single_and_all_weights_stay_single(string recipe, ScheduleKind? kind)
    {
        using var table = ToyTables.Visible(train: 400, validation: Validation);
        var (single, _) = Trained(Precision.Fp32);
        var (half, types) = Trained(Precision.Bf16);

        Assert.InRange(single, 0.9, 1);
        // 99 % of the differences between two samples of so many images of one proportion.
        Assert.InRange(half, single - 2.58 * Math.Sqrt(2 * 0.9 * 0.1 / Validation), 1);
        Assert.Equal([ScalarType.Int64, ScalarType.Float32], types);

        (double Fidelity, ScalarType[] Types) Trained(Precision precision)
        {
            var options = ToyTraining.Options with { Epochs = 4, LearningRate = 0.1, Precision = precision };
            using var model = ToyTraining.Model(table, ToyTraining.Named(recipe), network: ToyNetworks.Residual());
            using var schedule = ToyTraining.Schedule(model, table, ToyTraining.Named(recipe), options, kind);
            var result = ToyTraining.Run(schedule, table, options, ramp: 0.5, cancel: TestContext.Current.CancellationToken);
            return (result.Fidelity, [.. model.Network.state_dict().Values.Select(value => value.dtype).Distinct().Order()]);
        }
    }

    [Fact]
    public void Half_precision_is_what_the_network_computes_in()
    {
        using var table = ToyTables.Visible(train: 64, validation: 16);
        Assert.NotEqual(Weights(Precision.Fp32), Weights(Precision.Bf16));

        float[][] Weights(Precision precision)
        {
            var options = ToyTraining.Options with { Epochs = 1, Precision = precision };
            using var model = ToyTraining.Model(table, network: ToyNetworks.Residual());
            ToyTraining.Train(model, table, null, options);
            return ToyTraining.Values(model.Network.parameters());
        }
    }
}

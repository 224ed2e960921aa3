using Efface.Models;
using Efface.Tests.Models;
using Efface.Training;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Training;

[Collection(SharedTorch.Name)]
public sealed class NumericGuardTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-90_000)]
    [InlineData(90_000)]
    public void An_ordinary_loss_changes_nothing(float loss)
    {
        using var network = ToyNetworks.Small();
        using var guard = new NumericGuard(network);
        Spoil(network, 7);
        using var value = tensor(loss);
        guard.Check("task", value, 0, 0);

        Assert.All(Weights(network), weight => Assert.Equal(7, weight));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(1e6f)]
    [InlineData(-1e6f)]
    public void A_loss_that_is_no_number_or_explodes_stops_training_with_cause_and_remedy(float loss)
    {
        using var network = ToyNetworks.Small();
        using var guard = new NumericGuard(network);
        using var value = tensor(loss);

        var message = Assert.Throws<TrainingDivergedException>(() => guard.Check("task", value, 2, 5)).Message;
        Assert.Contains("task loss", message, StringComparison.Ordinal);
        Assert.Contains("epoch 2, step 5", message, StringComparison.Ordinal);
        Assert.Contains("--learning-rate", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_and_statistics_go_back_to_what_was_remembered()
    {
        using var network = ToyNetworks.Small();
        using var guard = new NumericGuard(network);
        Spoil(network, 3);
        guard.Remember(epoch: 1);
        Spoil(network, float.NaN);
        using var nan = tensor(float.NaN);

        Assert.Throws<TrainingDivergedException>(() => guard.Check("task", nan, 0, 0));
        Assert.All(Weights(network), weight => Assert.Equal(3, weight));
    }

    [Fact]
    public void The_weights_at_the_start_are_remembered()
    {
        using var network = ToyNetworks.Small();
        var before = Weights(network);
        using var guard = new NumericGuard(network);
        Spoil(network, 9);
        guard.Restore();

        Assert.Equal(before, Weights(network));
    }

    private static void Spoil(StagedNetwork network, float value)
    {
        using var noGradient = no_grad();
        foreach (var tensor in Floats(network))
            tensor.fill_(value);
    }

    private static float[] Weights(StagedNetwork network) =>
        [.. Floats(network).SelectMany(tensor => tensor.detach().data<float>().ToArray())];

    // Running means and variances too, but not the counts of batches.
    private static IEnumerable<Tensor> Floats(StagedNetwork network) =>
        network.state_dict().Values.Where(tensor => tensor.dtype == ScalarType.Float32);
}

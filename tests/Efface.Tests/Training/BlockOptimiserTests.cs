using Efface.Training;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Training;

public sealed class BlockOptimiserTests
{
    private static readonly TrainingOptions Options = new()
    {
        LearningRate = 0.1,
        Momentum = 0.5,
        WeightDecay = 0,
        ClipNorm = 5,
    };

    // Nesterov's first step is (1 + momentum) gradients.
    [Theory]
    [InlineData(3, 1, 0.1 * 1.5 * 3)]
    [InlineData(3, 0.2, 0.2 * 0.1 * 1.5 * 3)]
    [InlineData(40, 1, 0.1 * 1.5 * 5)]
    public void A_step_follows_the_gradient_cut_to_the_norm_by_the_rate(double norm, double rateFactor, double expected) =>
        Assert.Equal(expected, Moved(Options, norm, rateFactor), 1e-4);

    [Fact]
    public void A_norm_of_zero_cuts_nothing() => Assert.Equal(0.1 * 1.5 * 40, Moved(Options with { ClipNorm = 0 }, 40, 1), 1e-3);

    [Fact]
    public void The_norm_is_that_of_all_parameters_of_the_block_together()
    {
        using var scope = NewDisposeScope();
        Parameter[] parameters = [Parameter(3), Parameter(4)];
        var before = ToyTraining.Values(parameters);
        using var optimiser = BlockOptimiser.Sgd(parameters, Options with { ClipNorm = 1 });
        Backward(parameters[0], 300);
        Backward(parameters[1], 400);
        optimiser.Step(1);

        var after = ToyTraining.Values(parameters);
        Assert.Equal(0.15 * 0.6, Distance(before[0], after[0]), 1e-4);
        Assert.Equal(0.15 * 0.8, Distance(before[1], after[1]), 1e-4);
    }

    [Fact]
    public void Weight_decay_shrinks_weights_without_a_gradient_of_their_own()
    {
        using var scope = NewDisposeScope();
        var parameter = Parameter(4);
        using var optimiser = BlockOptimiser.Sgd([parameter], Options with { WeightDecay = 0.01 });
        Backward(parameter, 0);
        optimiser.Step(1);

        Assert.Equal(1 - 0.1 * 1.5 * 0.01, parameter[0].ToDouble(), 1e-6);
    }

    [Fact]
    public void Gradients_are_forgotten_after_the_step()
    {
        using var scope = NewDisposeScope();
        var parameter = Parameter(4);
        using var optimiser = BlockOptimiser.Sgd([parameter], Options);
        Backward(parameter, 2);
        optimiser.Step(1);

        Assert.True(parameter.grad is null || parameter.grad.abs().sum().ToDouble() == 0);
    }

    [Fact]
    public void A_block_without_gradients_stays_as_it_is()
    {
        using var scope = NewDisposeScope();
        var parameter = Parameter(4);
        using var optimiser = BlockOptimiser.Sgd([parameter], Options with { WeightDecay = 0.5 });
        optimiser.Step(1);

        Assert.All(parameter.data<float>(), value => Assert.Equal(1, value));
    }

    [Fact]
    public void Adams_first_step_is_its_rate_whatever_the_gradient()
    {
        using var scope = NewDisposeScope();
        var parameter = Parameter(4);
        using var optimiser = BlockOptimiser.Adam([parameter], 0.02, Options);
        Backward(parameter, 1);
        optimiser.Step(0.5);

        Assert.All(parameter.data<float>(), value => Assert.Equal(1 - 0.01, value, 1e-5));
    }

    private static double Moved(TrainingOptions options, double norm, double rateFactor)
    {
        using var scope = NewDisposeScope();
        var parameter = Parameter(4);
        var before = ToyTraining.Values([parameter])[0];
        using var optimiser = BlockOptimiser.Sgd([parameter], options);
        Backward(parameter, norm);
        optimiser.Step(rateFactor);
        return Distance(before, ToyTraining.Values([parameter])[0]);
    }

    private static Parameter Parameter(long size) => new(ones(size));

    // Leaves a gradient of this norm in the parameter.
    private static void Backward(Parameter parameter, double norm) => (parameter * (norm / Math.Sqrt(parameter.numel()))).sum().backward();

    private static double Distance(float[] a, float[] b) => Math.Sqrt(a.Zip(b, (x, y) => (double)(x - y) * (x - y)).Sum());
}

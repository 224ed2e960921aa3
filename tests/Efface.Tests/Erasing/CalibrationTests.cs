using Efface.Erasing;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Tests.Erasing;

public sealed class CalibrationTests : IDisposable
{
    private const int Rows = 6000;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _logits,
        _labels;

    public CalibrationTests()
    {
        using var random = new Generator(3);
        _logits = torch.randn([Rows, 3], generator: random) * 2;
        _labels = torch.multinomial(functional.softmax(_logits, 1), 1, generator: random).flatten();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Logits_that_are_so_many_times_too_large_are_divided_by_as_much(double excess)
    {
        var (scale, bias) = Calibration.Fit(_logits * excess, _labels);
        Assert.Equal(1, scale * excess, 0.08);
        Assert.InRange((bias - bias.mean()).abs().max().item<float>(), 0, 0.15);
    }

    [Fact]
    public void Biases_say_what_a_reader_that_took_classes_for_equally_frequent_left_out()
    {
        var (_, bias) = Calibration.Fit(_logits + torch.tensor([1f, 0, -2f]), _labels);
        Assert.Equal(-1, (bias[0] - bias[1]).item<float>(), 0.2);
        Assert.Equal(2, (bias[2] - bias[1]).item<float>(), 0.2);
    }

    [Fact]
    public void Logits_that_say_nothing_are_ignored()
    {
        var (scale, _) = Calibration.Fit(_logits[torch.arange(Rows).flip(0)], _labels);
        Assert.Equal(0, scale, 0.05);
    }

    public void Dispose() => _scope.Dispose();
}

using Efface.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Tests.Models;

[Collection(SharedTorch.Name)]
public sealed class ConvolutionTests
{
    // bf16 keeps eight bits of a number.
    private const double Rounding = 1.0 / 64;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(7, 2)]
    public void In_single_precision_it_is_torchs_convolution(int kernel, int stride)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var convolution = new Convolution(3, 5, kernel, new Generator(0), stride);
        var x = randn(2, 3, 9, 9);
        var expected = functional.conv2d(x, convolution.Weight, strides: [stride, stride], padding: [kernel / 2, kernel / 2]);

        Assert.True(convolution.call(x).equal(expected).all().ToBoolean());
    }

    public static TheoryData<int, int, int, int> SmallMaps =>
        new(
            from kernel in new[] { 1, 3, 7 }
            from stride in new[] { 1, 2 }
            from height in Enumerable.Range(1, 5)
            from width in Enumerable.Range(1, 5)
            select (kernel, stride, height, width)
        );

    [Theory]
    [MemberData(nameof(SmallMaps))]
    public void On_small_maps_output_and_gradients_are_torchs(int kernel, int stride, int height, int width)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var convolution = new Convolution(3, 5, kernel, new Generator(0), stride);
        var x = randn(2, 3, height, width).requires_grad_(true);
        var y = convolution.call(x);
        // In f64, which another library computes: that of f32 has wrong gradients on some processors (docs/testing.md).
        Tensor exactX = x.detach().to_type(ScalarType.Float64).requires_grad_(true),
            exactWeight = convolution.Weight.detach().to_type(ScalarType.Float64).requires_grad_(true);
        var expected = functional.conv2d(exactX, exactWeight, strides: [stride, stride], padding: [kernel / 2, kernel / 2]);
        var way = randn_like(y);

        Assert.Equal(expected.shape, y.shape);
        Assert.True(y.allclose(expected.to_type(ScalarType.Float32), atol: 1e-5));
        var gradients = autograd.grad([(y * way).sum()], [x, convolution.Weight]);
        var expectedGradients = autograd.grad([(expected * way).sum()], [exactX, exactWeight]);
        Assert.All(gradients.Zip(expectedGradients), pair =>
            Assert.True(pair.First.allclose(pair.Second.to_type(ScalarType.Float32), atol: 1e-5))
        );
    }

    public static TheoryData<int, int, int, int, int, bool> Others =>
        [
            .. from channels in new[] { 8, 24, 48 }
            from kernel in new[] { 3, 7 }
            from stride in new[] { 1, 2 }
            select new TheoryDataRow<int, int, int, int, int, bool>(channels, channels, kernel, stride, kernel / 2, true),
            // Patches; and channels that fill no whole block of the library's.
            .. from inputs in new[] { 3, 16, 24, 48 }
            from side in new[] { 2, 4 }
            select new TheoryDataRow<int, int, int, int, int, bool>(inputs, 48, side, side, 0, false),
            .. from inputs in new[] { 17, 24, 40, 48, 80 }
            from stride in new[] { 1, 2 }
            select new TheoryDataRow<int, int, int, int, int, bool>(inputs, 24, 3, stride, 1, false),
        ];

    [Theory]
    [MemberData(nameof(Others))]
    public void Depthwise_or_with_a_bias_or_for_patches_output_and_gradients_are_torchs_in_both_precisions(
        int inputs,
        int outputs,
        int kernel,
        int stride,
        int padding,
        bool isDepthwise
    )
    {
        using var scope = NewDisposeScope();
        using var convolution = new Convolution(inputs, outputs, kernel, new Generator(0), stride, padding, isDepthwise, hasBias: true);
        Layers.Normal(convolution.Bias!, 1, new Generator(1));
        foreach (var (precision, error) in new[] { (ScalarType.Float32, 1e-5), (ScalarType.BFloat16, Rounding) })
        foreach (var side in new[] { 2 * kernel, 12 })
        {
            manual_seed(1);
            var x = randn(8, inputs, side, side).to_type(precision);
            x = (precision == ScalarType.BFloat16 ? ChannelsLast.Of(x) : x).requires_grad_(true);
            var y = convolution.call(x);
            Tensor[] exact = [.. new[] { x, convolution.Weight, convolution.Bias! }.Select(Exact)];
            var expected = functional.conv2d(
                exact[0],
                exact[1],
                exact[2],
                strides: [stride, stride],
                padding: [padding, padding],
                groups: isDepthwise ? inputs : 1
            );
            var way = randn_like(expected);
            var gradients = autograd.grad([(y.to_type(ScalarType.Float64) * way).sum()], [x, convolution.Weight, convolution.Bias!]);

            Assert.Equal(precision, y.dtype);
            foreach (var (one, other) in gradients.Prepend(y).Zip(autograd.grad([(expected * way).sum()], exact).Prepend(expected)))
                Assert.InRange(((one.to_type(ScalarType.Float64) - other).norm() / other.norm()).ToDouble(), 0, error);

            Tensor Exact(Tensor value) => value.detach().to_type(precision).to_type(ScalarType.Float64).contiguous().requires_grad_(true);
        }
    }

    [Fact]
    public void In_half_precision_output_and_gradients_are_near_and_the_weights_stay_single()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var convolution = new Convolution(8, 6, 3, new Generator(0));
        var x = randn(4, 8, 10, 10);
        var (output, gradient, below) = Through(x);
        var (half, halfGradient, halfBelow) = Through(x.to_type(ScalarType.BFloat16));

        Assert.Equal((ScalarType.BFloat16, ScalarType.BFloat16), (half.dtype, halfBelow.dtype));
        Assert.Equal((ScalarType.Float32, ScalarType.Float32), (convolution.Weight.dtype, halfGradient.dtype));
        Assert.InRange(Distance(half, output), 1e-5, Rounding);
        Assert.InRange(Distance(halfGradient, gradient), 1e-5, Rounding);
        Assert.InRange(Distance(halfBelow, below), 1e-5, Rounding);

        (Tensor Output, Tensor Gradient, Tensor Below) Through(Tensor input)
        {
            var leaf = input.detach().requires_grad_(true);
            var y = convolution.call(leaf);
            y.to_type(ScalarType.Float32).square().sum().backward();
            var weight = convolution.Weight.grad!;
            convolution.Weight.grad = null;
            return (y.detach(), weight, leaf.grad!);
        }

        // Relative, in the Euclidean norm.
        static double Distance(Tensor one, Tensor other) => ((one.to_type(ScalarType.Float32) - other).norm() / other.norm()).ToDouble();
    }

    [Fact]
    public void A_convolution_outlives_the_scope_that_it_was_made_in()
    {
        Convolution made;
        using (NewDisposeScope())
            made = new Convolution(2, 3, 3, new Generator(0));
        using var convolution = made;
        using var scope = NewDisposeScope();

        Assert.Equal([1, 3, 4, 4], convolution.call(ones(1, 2, 4, 4)).shape);
    }
}

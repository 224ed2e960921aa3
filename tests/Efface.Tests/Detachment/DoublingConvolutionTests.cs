using Efface.Detachment;
using Efface.Tests.Models;
using Efface.Tests.Training;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Tests.Detachment;

[Collection(SharedTorch.Name)]
public sealed class DoublingConvolutionTests
{
    [Theory]
    [InlineData(3, 5, 4, 4, true)]
    [InlineData(2, 1, 3, 5, false)]
    [InlineData(1, 2, 1, 1, true)]
    public void It_is_the_convolution_of_the_doubled_image_with_the_same_gradients(
        int inputs,
        int outputs,
        int height,
        int width,
        bool hasBias
    )
    {
        using var scope = NewDisposeScope();
        using var doubling = new DoublingConvolution(inputs, outputs, new Generator(0), hasBias);
        var plain = doubling.children().OfType<Conv2d>().Single();
        Tensor x = randn(2, inputs, height, width),
            way = randn(2, outputs, 2 * height, 2 * width);

        var (y, gradients) = Through(doubling.forward);
        // In f64: the library's gradients in f32 are wrong on some processors (docs/testing.md).
        var (expected, expectedGradients) = Through(given =>
            functional
                .conv2d(
                    Upsample(scale_factor: [2, 2]).call(given.to_type(ScalarType.Float64)),
                    plain.weight.to_type(ScalarType.Float64),
                    plain.bias?.to_type(ScalarType.Float64),
                    padding: [1, 1]
                )
                .to_type(ScalarType.Float32)
        );

        Assert.Equal([2, outputs, 2 * height, 2 * width], y.shape);
        Assert.True(y.allclose(expected, atol: 1e-5));
        Assert.Equal(hasBias ? 3 : 2, gradients.Length);
        Assert.All(gradients.Zip(expectedGradients), pair => Assert.True(pair.First.allclose(pair.Second, rtol: 1e-4, atol: 1e-4)));

        (Tensor, Tensor[]) Through(Func<Tensor, Tensor> network)
        {
            var given = x.clone().requires_grad_(true);
            var output = network(given);
            return (output, [.. autograd.grad([(output * way).sum()], [given, .. plain.parameters()])]);
        }
    }

    [Fact]
    public void Only_kernel_and_bias_are_state()
    {
        using var doubling = new DoublingConvolution(2, 3, new Generator(0), hasBias: true);

        Assert.Equal(["convolution.bias", "convolution.weight"], doubling.state_dict().Keys.Order());
        Assert.Equal(2, ToyTraining.Values(doubling.parameters()).Length);
    }

    [Fact]
    public void It_outlives_the_scope_that_it_was_made_in()
    {
        DoublingConvolution made;
        using (NewDisposeScope())
            made = new DoublingConvolution(2, 3, new Generator(0), hasBias: true);
        using var doubling = made;
        using var scope = NewDisposeScope();

        Assert.Equal([1, 3, 4, 4], doubling.call(ones(1, 2, 2, 2)).shape);
    }
}

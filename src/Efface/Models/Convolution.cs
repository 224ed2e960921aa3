using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>
/// A convolution that computes in the precision of its input. Its weights stay f32: bf16 computes with a temporary copy, and the gradient
/// comes back through it (mixed precision with master weights: Micikevicius et al., ICLR 2018).
/// </summary>
internal sealed class Convolution : Module<Tensor, Tensor>
{
    // Above this many places the library's own convolution is faster.
    private const long FewPlaces = 4;

    // Up to this many channels in f32 it reads none that nobody has set (docs/testing.md).
    private const long FewInputs = 16;

    // Named as they are registered: moving a module to a device sets the field of that name.
    private readonly Parameter weight;
    private readonly Parameter? bias;

    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="kernel">Its side.</param>
    /// <param name="random">Initialises the weights.</param>
    /// <param name="stride">Pixels from one place to the next.</param>
    /// <param name="padding">Zeros around the map; null adds half a kernel, which keeps the size if the kernel is odd.</param>
    /// <param name="isDepthwise">Whether each output sees only the input of its own number; there are as many.</param>
    /// <param name="hasBias">Whether it adds a number to each output; it is 0 at first.</param>
    public Convolution(
        long inputs,
        long outputs,
        long kernel,
        Generator random,
        long stride = 1,
        long? padding = null,
        bool isDepthwise = false,
        bool hasBias = false
    )
        : base(nameof(Convolution))
    {
        (Stride, Padding, IsDepthwise) = (stride, padding ?? kernel / 2, isDepthwise);
        weight = Layers.Weight(random, outputs, isDepthwise ? 1 : inputs, kernel, kernel);
        bias = hasBias ? Layers.Zeros(outputs) : null;
        NativeConvolutions.WithoutNnpack();
        RegisterComponents();
    }

    /// <summary>f32 [outputs, inputs, kernel, kernel]; [outputs, 1, kernel, kernel] if it is depthwise.</summary>
    public Parameter Weight => weight;

    /// <summary>f32 [outputs]; null without one.</summary>
    public Parameter? Bias => bias;

    /// <summary>Pixels from one place to the next.</summary>
    public long Stride { get; }

    /// <summary>Zeros around the map.</summary>
    public long Padding { get; }

    /// <summary>Whether each output sees only the input of its own number.</summary>
    public bool IsDepthwise { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var kernel = weight.to_type(input.dtype);
        var (height, width) = (Places(input, 2), Places(input, 3));
        var output =
            IsDepthwise ? Depthwise(input, kernel)
            : height * width <= FewPlaces ? AtFewPlaces(input, kernel, height, width)
            : Library(input, kernel);
        // Once for all three ways, at the cost of a pass over the output.
        if (bias is not null)
            output = output.add_(bias.to_type(input.dtype).view(1, -1, 1, 1));
        return output.MoveToOuterDisposeScope();
    }

    private long Places(Tensor input, int dimension) => (input.shape[dimension] + 2 * Padding - weight.shape[dimension]) / Stride + 1;

    private Tensor Library(Tensor input, Tensor kernel)
    {
        var (outputs, inputs) = (kernel.shape[0], kernel.shape[1]);
        var missing = WholeBlocks.Missing(outputs, input);
        var missingInputs = inputs > FewInputs || input.dtype == ScalarType.BFloat16 ? WholeBlocks.Missing(inputs, input) : 0;
        input = WholeBlocks.Filled(input, 1, missingInputs);
        kernel = WholeBlocks.Filled(WholeBlocks.Filled(kernel, 0, missing), 1, missingInputs);
        var output = Convolved(input, kernel);
        return missing == 0 ? output : output.narrow(1, 0, outputs);
    }

    private Tensor Depthwise(Tensor input, Tensor kernel)
    {
        // With a stride the input's gradient in bf16 is wrong on some processors (docs/testing.md).
        if (Stride > 1 && input.dtype == ScalarType.BFloat16 && input.device_type == DeviceType.CPU)
            return ChannelsLast.Of(Depthwise(input.to_type(ScalarType.Float32).contiguous(), weight).to_type(input.dtype));
        return Convolved(input, kernel);
    }

    private Tensor Convolved(Tensor input, Tensor kernel) =>
        functional.conv2d(input, kernel, null, [Stride, Stride], [Padding, Padding], groups: IsDepthwise ? kernel.shape[0] : 1);

    // On maps of one pixel, eight of nine taps of the library's convolution multiply padding. Here each place is a matrix product over the
    // inputs in view of the kernel there: [B, inputs · seen] × [inputs · seen, outputs].
    private Tensor AtFewPlaces(Tensor input, Tensor kernel, long height, long width)
    {
        var places = new List<Tensor>();
        for (var row = 0L; row < height; row++)
        for (var column = 0L; column < width; column++)
        {
            var (x, taps) = Seen(input, kernel, 2, row);
            (x, taps) = Seen(x, taps, 3, column);
            places.Add(x.flatten(1).matmul(taps.flatten(1).t()));
        }
        return torch.stack(places, 1).view(-1, height, width, kernel.shape[0]).permute(0, 3, 1, 2).contiguous();
    }

    private (Tensor Input, Tensor Kernel) Seen(Tensor input, Tensor kernel, int dimension, long place)
    {
        var start = place * Stride - Padding;
        var (first, end) = (Math.Max(0, start), Math.Min(input.shape[dimension], start + kernel.shape[dimension]));
        return (input.narrow(dimension, first, end - first), kernel.narrow(dimension, first - start, end - first));
    }
}

/// <summary>From here on everything is f32: pooled vectors cost nothing, and losses need the digits.</summary>
internal sealed class SinglePrecision() : Module<Tensor, Tensor>(nameof(SinglePrecision))
{
    public override Tensor forward(Tensor input) => input.dtype == ScalarType.Float32 ? input.alias() : input.to_type(ScalarType.Float32);
}

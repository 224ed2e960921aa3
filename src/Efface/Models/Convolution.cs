using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>
/// A convolution without bias that computes in the precision of its input. Its weights stay f32: bf16 computes with a temporary copy, and
/// the gradient comes back through it (mixed precision with master weights: Micikevicius et al., ICLR 2018).
/// </summary>
internal sealed class Convolution : Module<Tensor, Tensor>
{
    // Above this many places the library's own convolution is faster.
    private const long FewPlaces = 4;

    // Named as it is registered: moving a module to a device sets the field of that name.
    private readonly Parameter weight;

    /// <summary>f32 [outputs, inputs, kernel, kernel].</summary>
    public Parameter Weight => weight;

    /// <summary>Pixels from one place to the next.</summary>
    public long Stride { get; }

    /// <summary>Zeros around the map, on each side.</summary>
    public long Padding { get; }

    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="kernel">Its side, odd; the padding keeps the size.</param>
    /// <param name="random">Initialises the weights.</param>
    /// <param name="stride">Pixels from one place to the next.</param>
    public Convolution(long inputs, long outputs, long kernel, Generator random, long stride = 1)
        : base(nameof(Convolution))
    {
        (Stride, Padding) = (stride, kernel / 2);
        weight = Layers.Weight(random, outputs, inputs, kernel, kernel);
        NativeConvolutions.WithoutNnpack();
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var kernel = input.dtype == weight.dtype ? weight : weight.to_type(input.dtype);
        var (height, width) = ((input.shape[2] - 1) / Stride + 1, (input.shape[3] - 1) / Stride + 1);
        return (height * width <= FewPlaces ? AtFewPlaces(input, kernel, height, width) : Library(input, kernel)).MoveToOuterDisposeScope();
    }

    private Tensor Library(Tensor input, Tensor kernel)
    {
        var outputs = kernel.shape[0];
        var missing = WholeBlocks.Missing(outputs, input);
        kernel = WholeBlocks.Filled(kernel, 0, missing);
        if (input.dtype == ScalarType.BFloat16)
        {
            // There its own input's gradient is wrong as well.
            var missingInputs = WholeBlocks.Missing(kernel.shape[1], input);
            (input, kernel) = (WholeBlocks.Filled(input, 1, missingInputs), WholeBlocks.Filled(kernel, 1, missingInputs));
        }
        var output = functional.conv2d(input, kernel, null, [Stride, Stride], [Padding, Padding]);
        return missing == 0 ? output : output.narrow(1, 0, outputs);
    }

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

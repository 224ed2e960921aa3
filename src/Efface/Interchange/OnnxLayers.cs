using Efface.Data;
using Efface.Detachment;
using Efface.Erasing;
using Efface.Models;
using Efface.Models.Balance;
using TorchSharp;
using TorchSharp.Modules;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;
using Convolution = Efface.Models.Convolution;

namespace Efface.Interchange;

/// <summary>A value in a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Example">What it is for one example, f32 [1, ...]: its shape is known by it.</param>
internal readonly record struct OnnxValue(string Name, Tensor Example);

/// <summary>Writes modules in evaluation mode as ONNX nodes; batch norms become part of the layer before them.</summary>
/// <param name="graph">Receives the nodes.</param>
internal sealed class OnnxLayers(OnnxGraph graph)
{
    /// <summary>Writes modules that run in order.</summary>
    /// <exception cref="NotSupportedException">A layer of a kind that is not known here; its type is the message.</exception>
    public OnnxValue Write(OnnxValue x, IReadOnlyList<nn.Module<Tensor, Tensor>> modules)
    {
        var layers = modules.SelectMany(Flat).ToArray();
        for (var i = 0; i < layers.Length; i++)
        {
            var norm = i + 1 < layers.Length ? layers[i + 1] as BatchNorm : null;
            var folded = norm is null ? null : Folded(x, layers[i], norm);
            x = folded ?? Write(x, layers[i]);
            if (folded is not null)
                i++;
        }
        return x;
    }

    private static IEnumerable<nn.Module<Tensor, Tensor>> Flat(nn.Module<Tensor, Tensor> module) =>
        module switch
        {
            Sequential sequence => sequence.children().Cast<nn.Module<Tensor, Tensor>>().SelectMany(Flat),
            IComposed composed => composed.Parts.SelectMany(Flat),
            _ => [module],
        };

    private OnnxValue Write(OnnxValue x, nn.Module<Tensor, Tensor> module)
    {
        if (module is IResidual block)
            return Residual(x, block);
        var name = Simple(x.Name, module) ?? new OnnxTokens(graph).Write(x.Name, module) ?? Layer(x, module);
        return new OnnxValue(name, module.call(x.Example));
    }

    // Layers without weights, and those that do nothing here.
    private string? Simple(string x, nn.Module<Tensor, Tensor> module) =>
        module switch
        {
            SinglePrecision or Identity or Dropout or Omission => x,
            ReLU => graph.Node("Relu", [x]),
            ReLU6 => graph.Node("Clip", [x, graph.Number(0), graph.Number(6)]),
            Sigmoid => graph.Node("Sigmoid", [x]),
            SiLU => graph.Node("Mul", [x, graph.Node("Sigmoid", [x])]),
            GELU => Gelu(x),
            Softmax softmax => graph.Node("Softmax", [x], ("axis", softmax.dim)),
            Flatten { start_dim: 1, end_dim: -1 } => graph.Node("Flatten", [x], ("axis", 1L)),
            MaxPool2d { ceil_mode: false } pool => graph.Node(
                "MaxPool",
                [x],
                ("kernel_shape", Both(pool.kernel_size)),
                ("strides", Both(pool.stride ?? pool.kernel_size)),
                ("pads", Pads(pool.padding ?? [0])),
                ("dilations", Both(pool.dilation ?? [1]))
            ),
            _ => null,
        };

    private string Layer(OnnxValue x, nn.Module<Tensor, Tensor> module) =>
        module switch
        {
            Convolution or Conv2d => Convolve(x.Name, module, WeightOf(module)!, BiasOf(module)),
            Linear linear => Linear(x.Name, linear.weight, linear.bias),
            BatchNorm norm => BatchNorm(x, norm),
            AdaptiveAvgPool2d pool => Average(x, pool.output_size),
            AffineErasure erasure => Affine(x.Name, erasure),
            Decision => OneHot(graph.Node("ArgMax", [x.Name], ("axis", 1L)), x.Example.shape[1]),
            DiscreteBottleneck.Codebook codebook => graph.Node("Gather", [graph.Constant(codebook.Vectors), Code(x.Name)], ("axis", 0L)),
            BalanceErasure balance => new OnnxBalance(graph, this, balance).Write(x.Name),
            VectorDecision decision => new OnnxBalance(graph, this, decision.Reader).Decide(x.Name),
            VectorNetwork.Extractor extractor => Write(Normalise(x, extractor.Normalisation), extractor.Modules).Name,
            _ => throw new NotSupportedException(module.GetType().Name),
        };

    /// <summary>The most probable of several classes or codes, int64 [B].</summary>
    public string Code(string scores) => graph.Node("ArgMax", [scores], ("axis", 1L), ("keepdims", 0L));

    /// <summary>x · weightᵀ + bias.</summary>
    public string Linear(string x, Tensor weight, Tensor? bias) =>
        graph.Node("Gemm", bias is null ? [x, graph.Constant(weight)] : [x, graph.Constant(weight), graph.Constant(bias)], ("transB", 1L));

    /// <summary>One-hot f32 [B, K] of labels int64 [B, 1].</summary>
    public string OneHot(string labels, long classes)
    {
        using var all = arange(classes).unsqueeze(0);
        return graph.Cast(graph.Node("Equal", [labels, graph.Constant(all)]), DataType.Float);
    }

    /// <summary>Values as a network sees them.</summary>
    public OnnxValue Normalise(OnnxValue x, Normalisation normalisation)
    {
        using var scope = NewDisposeScope();
        long[] shape = [-1, .. Enumerable.Repeat(1L, (int)x.Example.dim() - 2)];
        var (mean, deviation) = (torch.tensor(normalisation.Mean).view(shape), torch.tensor(normalisation.Deviation).view(shape));
        var name = graph.Node("Div", [graph.Node("Sub", [x.Name, graph.Constant(mean)]), graph.Constant(deviation)]);
        return new OnnxValue(name, ((x.Example - mean) / deviation).MoveToOuterDisposeScope());
    }

    /// <summary>x - (x - mean) · removedᵀ.</summary>
    public string Affine(string x, AffineErasure erasure)
    {
        using var removed = erasure.get_buffer("removed")!.t();
        var away = graph.Node("Sub", [x, graph.Constant(erasure.get_buffer("mean")!)]);
        return graph.Node("Sub", [x, graph.Node("MatMul", [away, graph.Constant(removed)])]);
    }

    private OnnxValue Residual(OnnxValue x, IResidual block)
    {
        var body = Write(x, block.Body);
        var shortcut = block.Shortcut is null ? x : Write(x, [block.Shortcut]);
        var sum = new OnnxValue(graph.Node("Add", [body.Name, shortcut.Name]), body.Example + shortcut.Example);
        return block.After is null ? sum : Write(sum, [block.After]);
    }

    // Exact up to rounding: a norm in evaluation mode is affine.
    private OnnxValue? Folded(OnnxValue x, nn.Module<Tensor, Tensor> layer, BatchNorm norm)
    {
        using var scope = NewDisposeScope();
        var (factor, offset) = Affine(norm);
        var name = layer switch
        {
            Convolution or Conv2d => Convolve(x.Name, layer, WeightOf(layer)! * factor.view(-1, 1, 1, 1), Moved(layer)),
            Linear linear => Linear(x.Name, linear.weight * factor.unsqueeze(1), Moved(layer)),
            _ => null,
        };
        return name is null ? null : new OnnxValue(name, norm.call(layer.call(x.Example)).MoveToOuterDisposeScope());

        Tensor Moved(nn.Module of) => BiasOf(of) is { } bias ? bias * factor + offset : offset;
    }

    private static Tensor? WeightOf(nn.Module layer) => layer.get_parameter("weight");

    private static Tensor? BiasOf(nn.Module layer) => layer.named_parameters().FirstOrDefault(named => named.name == "bias").parameter;

    private static (Tensor Factor, Tensor Offset) Affine(BatchNorm norm)
    {
        var factor = (norm.running_var! + norm.eps).rsqrt();
        if (norm.weight is not null)
            factor *= norm.weight;
        return (factor, norm.bias is null ? -norm.running_mean! * factor : norm.bias - norm.running_mean! * factor);
    }

    private string BatchNorm(OnnxValue x, BatchNorm norm)
    {
        using var scope = NewDisposeScope();
        var (factor, offset) = Affine(norm);
        long[] shape = [-1, .. Enumerable.Repeat(1L, (int)x.Example.dim() - 2)];
        return graph.Node("Add", [graph.Node("Mul", [x.Name, graph.Constant(factor.view(shape))]), graph.Constant(offset.view(shape))]);
    }

    private string Convolve(string x, nn.Module layer, Tensor weight, Tensor? bias)
    {
        var (strides, padding, dilations, groups) = layer switch
        {
            Convolution own => ([own.Stride], [own.Padding], [1L], own.IsDepthwise ? weight.shape[0] : 1L),
            Conv2d { padding_mode: TorchSharp.PaddingModes.Zeros, padding_type: null, padding: not null } library => (
                library.stride,
                library.padding!,
                library.dilation,
                library.groups
            ),
            _ => throw new NotSupportedException("Conv2d with this padding"),
        };
        return graph.Node(
            "Conv",
            bias is null ? [x, graph.Constant(weight)] : [x, graph.Constant(weight), graph.Constant(bias)],
            ("kernel_shape", weight.shape[2..]),
            ("strides", Both(strides)),
            ("pads", Pads(padding)),
            ("dilations", Both(dilations)),
            ("group", groups)
        );
    }

    // Each place is the mean of its own rows and columns: two matrix products, for any size that goes in.
    private string Average(OnnxValue x, long[] size)
    {
        var (rows, columns) = (size[0], size[^1]);
        if (rows == 1 && columns == 1)
            return graph.Node("GlobalAveragePool", [x.Name]);
        using var scope = NewDisposeScope();
        return graph.Node(
            "MatMul",
            [
                graph.Node("MatMul", [graph.Constant(Means(x.Example.shape[2], rows)), x.Name]),
                graph.Constant(Means(x.Example.shape[3], columns).t()),
            ]
        );
    }

    // [to, from]: torch's adaptive pooling takes the places from ⌊i·from/to⌋ up to ⌈(i+1)·from/to⌉.
    private static Tensor Means(long from, long to)
    {
        var means = zeros(to, from);
        for (var i = 0L; i < to; i++)
        {
            var (first, end) = (i * from / to, ((i + 1) * from + to - 1) / to);
            means[i, TensorIndex.Slice(first, end)] = tensor(1f / (end - first));
        }
        return means;
    }

    private string Gelu(string x)
    {
        var erf = graph.Node("Erf", [graph.Node("Div", [x, graph.Number(Math.Sqrt(2))])]);
        return graph.Node("Mul", [graph.Node("Mul", [x, graph.Node("Add", [erf, graph.Number(1)])]), graph.Number(0.5)]);
    }

    private static long[] Both(long[] size) => size.Length == 1 ? [size[0], size[0]] : size;

    private static long[] Pads(long[] padding) => [.. Both(padding), .. Both(padding)];
}

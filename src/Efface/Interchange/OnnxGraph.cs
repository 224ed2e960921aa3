using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using TorchSharp;
using static Onnx.TensorProto.Types;
using static TorchSharp.torch;

namespace Efface.Interchange;

/// <summary>Writes nodes and constants into an ONNX graph, under names of its own.</summary>
/// <param name="graph">The graph, which may already have nodes.</param>
/// <param name="prefix">What every new name begins with; no name in the graph does.</param>
internal sealed class OnnxGraph(GraphProto graph, string prefix)
{
    /// <summary>The version of the operators: the first with BitwiseXor.</summary>
    public const int Opset = 18;

    /// <summary>The version of the file format that goes with it.</summary>
    public const int IrVersion = 8;

    private int _names;

    /// <summary>One node with one output, whose name it returns.</summary>
    /// <param name="operation">Of ONNX's own domain.</param>
    /// <param name="inputs">Names of values.</param>
    /// <param name="attributes">Values of type long, float, string or long[].</param>
    public string Node(string operation, string[] inputs, params (string Name, object Value)[] attributes) =>
        Nodes(operation, inputs, 1, attributes)[0];

    /// <summary>One node with several outputs.</summary>
    /// <inheritdoc cref="Node"/>
    public string[] Nodes(string operation, string[] inputs, int outputs, params (string Name, object Value)[] attributes)
    {
        string[] names = [.. Enumerable.Range(0, outputs).Select(_ => Name(operation))];
        var node = new NodeProto { OpType = operation, Name = names[0] };
        node.Input.AddRange(inputs);
        node.Output.AddRange(names);
        node.Attribute.AddRange(attributes.Select(Attribute));
        graph.Node.Add(node);
        return names;
    }

    /// <summary>A constant of a tensor's type and shape.</summary>
    public string Constant(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var whole = tensor.detach().cpu().contiguous();
        var proto = new TensorProto
        {
            Name = Name("Constant"),
            DataType = (int)(
                whole.dtype switch
                {
                    ScalarType.Float32 => DataType.Float,
                    ScalarType.Float64 => DataType.Double,
                    ScalarType.Int64 => DataType.Int64,
                    var other => throw new ArgumentException($"{other}", nameof(tensor)),
                }
            ),
        };
        proto.Dims.AddRange(whole.shape);
        return Add(proto, ByteString.CopyFrom(whole.bytes));
    }

    /// <summary>A constant uint64 tensor.</summary>
    public string Constant(ulong[] values, params long[] shape)
    {
        var proto = new TensorProto { Name = Name("Constant"), DataType = (int)DataType.Uint64 };
        proto.Dims.AddRange(shape);
        return Add(proto, ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())));
    }

    /// <summary>A constant int64 vector, such as a shape or axes.</summary>
    public string Integers(params long[] values)
    {
        using var tensor = torch.tensor(values);
        return Constant(tensor);
    }

    /// <summary>A constant f32 number.</summary>
    public string Number(double value)
    {
        using var tensor = torch.tensor((float)value);
        return Constant(tensor);
    }

    /// <summary>A value of another type.</summary>
    public string Cast(string value, DataType type) => Node("Cast", [value], ("to", (long)type));

    /// <summary>A new name.</summary>
    public string Name(string what) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{what}_{_names++}");

    private string Add(TensorProto proto, ByteString data)
    {
        proto.RawData = data;
        graph.Initializer.Add(proto);
        return proto.Name;
    }

    private static AttributeProto Attribute((string Name, object Value) of)
    {
        var attribute = new AttributeProto { Name = of.Name };
        switch (of.Value)
        {
            case long number:
                (attribute.Type, attribute.I) = (AttributeProto.Types.AttributeType.Int, number);
                break;
            case float number:
                (attribute.Type, attribute.F) = (AttributeProto.Types.AttributeType.Float, number);
                break;
            case string text:
                (attribute.Type, attribute.S) = (AttributeProto.Types.AttributeType.String, ByteString.CopyFromUtf8(text));
                break;
            case long[] numbers:
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                attribute.Ints.AddRange(numbers);
                break;
            default:
                throw new ArgumentException($"{of.Value.GetType()}", nameof(of));
        }
        return attribute;
    }
}

using Google.Protobuf;
using Onnx;
using static Onnx.TensorProto.Types;
using Dimension = Onnx.TensorShapeProto.Types.Dimension;

namespace Efface.Interchange;

/// <summary>An ONNX model that is being written.</summary>
internal sealed class OnnxDraft
{
    private const string Prefix = "efface_",
        Producer = "efface";

    private OnnxDraft(ModelProto model, string prefix) => (Model, Graph) = (model, new OnnxGraph(model.Graph, prefix));

    /// <summary>What was written so far.</summary>
    public ModelProto Model { get; }

    /// <summary>Where nodes go.</summary>
    public OnnxGraph Graph { get; }

    /// <summary>An empty model.</summary>
    public static OnnxDraft New()
    {
        var model = new ModelProto
        {
            IrVersion = OnnxGraph.IrVersion,
            ProducerName = Producer,
            Graph = new GraphProto { Name = Producer },
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = OnnxGraph.Opset });
        return new OnnxDraft(model, "");
    }

    /// <summary>A model to which more is to be added; it is changed.</summary>
    /// <param name="model">With operators of <see cref="OnnxGraph.Opset"/>.</param>
    public static OnnxDraft Continue(ModelProto model) => new(model, Prefix);

    /// <summary>Adds an input.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Of its numbers.</param>
    /// <param name="shape">Of one example; the batch before it may have any size.</param>
    public void Input(string name, DataType type, params long[] shape) => Model.Graph.Input.Add(Info(name, type, shape));

    /// <summary>Adds an output with a value that was written.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The name of the value.</param>
    /// <param name="type">Of its numbers.</param>
    /// <param name="shape">Of one example.</param>
    public void Output(string name, string value, DataType type, params long[] shape) => Output(name, value, Info(name, type, shape));

    /// <summary>Adds an output of which is known what a model said before.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The name of the value.</param>
    /// <param name="told">Its type and shape; null if nothing was said.</param>
    public void Output(string name, string value, ValueInfoProto? told)
    {
        var node = new NodeProto { OpType = "Identity", Name = $"{Prefix}{name}" };
        node.Input.Add(value);
        node.Output.Add(name);
        Model.Graph.Node.Add(node);
        Model.Graph.Output.Add(told ?? new ValueInfoProto { Name = name });
    }

    /// <summary>Says something about the model, in place of what was said under that key.</summary>
    public void Tell(string key, string value)
    {
        foreach (var old in Model.MetadataProps.Where(entry => entry.Key == key).ToArray())
            Model.MetadataProps.Remove(old);
        Model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
    }

    /// <summary>The value that enters an erasure; null without one.</summary>
    public string? BeforeErasure { get; set; }

    /// <summary>The file's content.</summary>
    public byte[] ToBytes() => Model.ToByteArray();

    /// <summary>The same with one more output: what enters the erasure. Only checks ask for it.</summary>
    public byte[] ToBytesWithBefore()
    {
        var model = Model.Clone();
        model.Graph.Output.Add(new ValueInfoProto { Name = BeforeErasure });
        return model.ToByteArray();
    }

    private static ValueInfoProto Info(string name, DataType type, long[] shape)
    {
        var dimensions = new TensorShapeProto();
        dimensions.Dim.Add(new Dimension { DimParam = "batch" });
        dimensions.Dim.AddRange(shape.Select(size => new Dimension { DimValue = size }));
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = dimensions },
            },
        };
    }
}

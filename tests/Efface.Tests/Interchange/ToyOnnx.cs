using Google.Protobuf;
using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;
using DataType = Onnx.TensorProto.Types.DataType;
using Dimension = Onnx.TensorShapeProto.Types.Dimension;

namespace Efface.Tests.Interchange;

/// <summary>Small ONNX models as other programs write them.</summary>
internal static class ToyOnnx
{
    public const int Side = 16,
        Size = 6;

    /// <summary>
    /// Images [N, 3, 16, 16]: the mean of each channel, and of its squares (f32 [N, 6]), under the name "features"; and "scores", twice
    /// that.
    /// </summary>
    /// <param name="opset">The version of its operators.</param>
    /// <param name="batch">Of its input; 0 for any.</param>
    /// <param name="outputs">Which of both are outputs.</param>
    public static ModelProto Model(int opset = 13, int batch = 0, params string[] outputs)
    {
        var model = new ModelProto
        {
            IrVersion = 4,
            Graph = new GraphProto { Name = "toy" },
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
        model.Graph.Input.Add(Info("pixels", batch, 3, Side, Side));
        Mean(model, "pixels", "means", opset);
        Node(model, "Mul", ["pixels", "pixels"], "squares");
        Mean(model, "squares", "moments", opset);
        Node(model, "Concat", ["means", "moments"], "features").Attribute.Add(Integer("axis", 1));
        Weight(model, "two", 2);
        Node(model, "Mul", ["features", "two"], "scores");
        foreach (var output in outputs.Length == 0 ? ["features"] : outputs)
            model.Graph.Output.Add(Info(output, batch, Size));
        return model;
    }

    /// <summary>Writes a model into a new folder.</summary>
    public static string Write(string folder, ModelProto model, string name = "toy.onnx")
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, model.ToByteArray());
        return path;
    }

    /// <summary>Adds a node with one output.</summary>
    public static NodeProto Node(ModelProto model, string operation, string[] inputs, string output)
    {
        var node = new NodeProto { OpType = operation };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        model.Graph.Node.Add(node);
        return node;
    }

    /// <summary>Adds a weight of one number.</summary>
    public static TensorProto Weight(ModelProto model, string name, float value)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)DataType.Float };
        tensor.FloatData.Add(value);
        model.Graph.Initializer.Add(tensor);
        return tensor;
    }

    private static void Mean(ModelProto model, string input, string output, int opset)
    {
        var node = Node(model, "ReduceMean", [input], output);
        node.Attribute.Add(Integer("keepdims", 0));
        if (opset < 18)
        {
            var axes = new AttributeProto { Name = "axes", Type = AttributeType.Ints };
            axes.Ints.AddRange([2, 3]);
            node.Attribute.Add(axes);
            return;
        }
        var constant = new TensorProto { Name = $"{output}_axes", DataType = (int)DataType.Int64 };
        constant.Int64Data.AddRange([2, 3]);
        constant.Dims.Add(2);
        model.Graph.Initializer.Add(constant);
        node.Input.Add(constant.Name);
    }

    private static AttributeProto Integer(string name, long value) =>
        new()
        {
            Name = name,
            Type = AttributeType.Int,
            I = value,
        };

    private static ValueInfoProto Info(string name, params long[] sizes)
    {
        var shape = new TensorShapeProto();
        foreach (var size in sizes)
            shape.Dim.Add(size == 0 ? new Dimension { DimParam = "N" } : new Dimension { DimValue = size });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float, Shape = shape },
            },
        };
    }
}

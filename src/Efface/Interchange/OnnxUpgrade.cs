using Google.Protobuf.Collections;
using Onnx;
using static Onnx.TensorProto.Types;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;

namespace Efface.Interchange;

/// <summary>
/// Rewrites a graph of older operators as one of <see cref="OnnxGraph.Opset"/>, so that new nodes can stand beside the old ones. Where the
/// meaning of an operator changed, its node is changed; whoever uses the result compares it with the original on images.
/// </summary>
internal sealed class OnnxUpgrade
{
    // Below this version the arithmetic operators broadcast otherwise.
    private const int Oldest = 7;

    private static readonly string[] Reductions =
    [
        "ReduceMean",
        "ReduceMax",
        "ReduceMin",
        "ReduceProd",
        "ReduceL1",
        "ReduceL2",
        "ReduceLogSum",
        "ReduceLogSumExp",
        "ReduceSumSquare",
    ];

    private readonly ModelProto _model;
    private readonly int _from;
    private int _names;

    private OnnxUpgrade(ModelProto model, int from) => (_model, _from) = (model, from);

    /// <summary>Changes the model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="where">What messages call it.</param>
    /// <exception cref="InvalidInputException">Its operators are too old, or newer than those that are written here.</exception>
    public static void Apply(ModelProto model, string where)
    {
        var own = model.OpsetImport.FirstOrDefault(import => import.Domain is "" or "ai.onnx");
        if (own is null || own.Version < Oldest)
            throw new InvalidInputException(
                where,
                $"has operators of version {own?.Version ?? 0}",
                $"Convert it to version {OnnxGraph.Opset} with onnx.version_converter"
            );
        model.IrVersion = Math.Max(model.IrVersion, OnnxGraph.IrVersion);
        if (own.Version >= OnnxGraph.Opset)
            return;
        new OnnxUpgrade(model, (int)own.Version).Change(model.Graph);
        own.Version = OnnxGraph.Opset;
    }

    private void Change(GraphProto graph)
    {
        for (var i = 0; i < graph.Node.Count; i++)
        {
            Change(graph.Node[i]);
            foreach (var inner in graph.Node[i].Attribute.Where(attribute => attribute.G is not null))
                Change(inner.G);
        }
    }

    private void Change(NodeProto node)
    {
        if (node.Domain is not ("" or "ai.onnx"))
            return;
        switch (node.OpType)
        {
            case "Squeeze" or "Unsqueeze" or "ReduceSum" when _from < 13:
                ToInput(node, "axes", 1);
                break;
            case var reduction when Reductions.Contains(reduction):
                ToInput(node, "axes", 1);
                break;
            case "Split":
                if (_from < 13)
                    ToInput(node, "split", 1);
                if (node.Input.Count < 2 && Attribute(node, "num_outputs") is null)
                    Set(node, "num_outputs", node.Output.Count);
                break;
            case "Softmax" or "LogSoftmax" or "Hardmax" when _from < 13 && Attribute(node, "axis") is null:
                Set(node, "axis", 1);
                break;
            case "Clip" when _from < 11:
                ToInput(node, "min", 1, float.MinValue);
                ToInput(node, "max", 2, float.MaxValue);
                break;
            case "Pad" when _from < 11:
                ToInput(node, "pads", 1);
                ToInput(node, "value", 2, 0);
                break;
            case "Slice" when _from < 10:
                ToInput(node, "starts", 1);
                ToInput(node, "ends", 2);
                ToInput(node, "axes", 3);
                break;
            case "TopK" when _from < 10:
                ToInput(node, "k", 1);
                break;
            case "Dropout":
                Remove(node, "ratio");
                Remove(node, "is_test");
                break;
            case "BatchNormalization":
                Remove(node, "spatial");
                Remove(node, "is_test");
                Keep(node.Output, 1);
                break;
            case "Upsample":
                ToInput(node, "scales", 1);
                Resize(node);
                break;
            case "Resize" when _from < 11:
                Resize(node);
                break;
            case "RoiAlign" when _from < 16 && Attribute(node, "coordinate_transformation_mode") is null:
                Set(node, "coordinate_transformation_mode", "output_half_pixel");
                break;
        }
    }

    // [x, scales] becomes [x, no region, scales], with the coordinates of the older versions.
    private static void Resize(NodeProto node)
    {
        node.OpType = "Resize";
        node.Input.Insert(1, "");
        Set(node, "coordinate_transformation_mode", "asymmetric");
        Set(node, "nearest_mode", "floor");
    }

    // An attribute of older versions as the input of newer ones.
    private void ToInput(NodeProto node, string name, int place, float? otherwise = null)
    {
        var attribute = Attribute(node, name);
        if (attribute is null && otherwise is null)
            return;
        while (node.Input.Count < place)
            node.Input.Add("");
        var constant = new TensorProto { Name = $"upgraded_{name}_{_names++}_{node.Output[0]}" };
        if (attribute is { Ints.Count: > 0 } or { Type: AttributeType.Int })
        {
            constant.DataType = (int)DataType.Int64;
            constant.Int64Data.AddRange(attribute.Ints.Count > 0 ? attribute.Ints : [attribute.I]);
            constant.Dims.Add(constant.Int64Data.Count);
        }
        else
        {
            constant.DataType = (int)DataType.Float;
            constant.FloatData.AddRange(attribute is { Floats.Count: > 0 } ? attribute.Floats : [attribute?.F ?? otherwise!.Value]);
            if (attribute is { Floats.Count: > 0 })
                constant.Dims.Add(constant.FloatData.Count);
        }
        _model.Graph.Initializer.Add(constant);
        node.Input.Insert(place, constant.Name);
        Remove(node, name);
    }

    private static AttributeProto? Attribute(NodeProto node, string name) => node.Attribute.FirstOrDefault(one => one.Name == name);

    private static void Remove(NodeProto node, string name)
    {
        if (Attribute(node, name) is { } attribute)
            node.Attribute.Remove(attribute);
    }

    private static void Set(NodeProto node, string name, long value) =>
        node.Attribute.Add(
            new AttributeProto
            {
                Name = name,
                Type = AttributeType.Int,
                I = value,
            }
        );

    private static void Set(NodeProto node, string name, string value) =>
        node.Attribute.Add(
            new AttributeProto
            {
                Name = name,
                Type = AttributeType.String,
                S = Google.Protobuf.ByteString.CopyFromUtf8(value),
            }
        );

    private static void Keep(RepeatedField<string> names, int count)
    {
        while (names.Count > count)
            names.RemoveAt(names.Count - 1);
    }
}

using Onnx;

namespace Efface.Interchange;

/// <summary>Cuts a model down to what one of its values needs: whatever else it said is not released.</summary>
internal static class OnnxPruning
{
    /// <summary>Removes all outputs, the nodes that the value does not need, and weights that no node needs.</summary>
    /// <param name="graph">The graph; nodes stand in order.</param>
    /// <param name="value">The value that stays.</param>
    /// <returns>What the graph said of the value; null if it said nothing.</returns>
    public static ValueInfoProto? Apply(GraphProto graph, string value)
    {
        var told = graph.Output.Concat(graph.ValueInfo).FirstOrDefault(info => info.Name == value)?.Clone();
        var needed = new HashSet<string> { value };
        for (var i = graph.Node.Count - 1; i >= 0; i--)
            if (graph.Node[i].Output.Any(needed.Contains))
                needed.UnionWith(Read(graph.Node[i]));
            else
                graph.Node.RemoveAt(i);
        graph.Output.Clear();
        graph.ValueInfo.Clear();
        Keep(graph.Initializer, weight => needed.Contains(weight.Name));
        // Old files list weights among the inputs.
        var weights = graph.Initializer.Select(weight => weight.Name).ToHashSet();
        var all = graph.Input.Where(input => !weights.Contains(input.Name) && needed.Contains(input.Name)).ToArray();
        graph.Input.Clear();
        graph.Input.AddRange(all);
        return told;
    }

    /// <summary>Leaves only one of the outputs.</summary>
    public static void KeepOutput(GraphProto graph, string name)
    {
        var kept = graph.Output.FirstOrDefault(output => output.Name == name) ?? new ValueInfoProto { Name = name };
        graph.Output.Clear();
        graph.Output.Add(kept);
    }

    /// <summary>Gives a value another name, wherever it is made or read.</summary>
    public static void Rename(GraphProto graph, string value, string name)
    {
        foreach (var node in graph.Node)
        {
            for (var i = 0; i < node.Output.Count; i++)
                if (node.Output[i] == value)
                    node.Output[i] = name;
            for (var i = 0; i < node.Input.Count; i++)
                if (node.Input[i] == value)
                    node.Input[i] = name;
        }
    }

    // Inner graphs may read any value of the outer one.
    private static IEnumerable<string> Read(NodeProto node) =>
        node.Input.Concat(
            node.Attribute.Where(attribute => attribute.G is not null).SelectMany(attribute => attribute.G.Node.SelectMany(Read))
        );

    private static void Keep(Google.Protobuf.Collections.RepeatedField<TensorProto> weights, Func<TensorProto, bool> isNeeded)
    {
        var kept = weights.Where(isNeeded).ToArray();
        weights.Clear();
        weights.AddRange(kept);
    }
}

using Google.Protobuf;
using Onnx;
using static Onnx.TensorProto.Types;

namespace Efface.Interchange;

/// <summary>Brings weights that lie in other files into a model.</summary>
/// <param name="folder">The model's folder: nothing outside it is read.</param>
internal sealed class OnnxWeights(string folder)
{
    private const long MostBytes = int.MaxValue;

    private readonly SortedSet<string> _files = new(StringComparer.Ordinal);
    private readonly List<Problem> _problems = [];
    private long _bytes;

    /// <summary>The files that were read.</summary>
    public IReadOnlyCollection<string> Files => _files;

    /// <summary>What is wrong with them.</summary>
    public IReadOnlyList<Problem> Problems => _problems;

    /// <summary>Brings those of a graph, and of graphs in its nodes.</summary>
    public void Bring(GraphProto graph)
    {
        foreach (var weight in graph.Initializer)
            Bring(weight);
        foreach (var attribute in graph.Node.SelectMany(node => node.Attribute))
        {
            foreach (var tensor in attribute.Tensors.Concat(attribute.T is null ? [] : [attribute.T]))
                Bring(tensor);
            foreach (var inner in attribute.Graphs.Concat(attribute.G is null ? [] : [attribute.G]))
                Bring(inner);
        }
    }

    private void Bring(TensorProto tensor)
    {
        if (tensor.DataLocation != DataLocation.External)
            return;
        string? Told(string key) => tensor.ExternalData.FirstOrDefault(entry => entry.Key == key)?.Value;
        var (location, where) = (Told("location") ?? "", $"weight {tensor.Name}");
        var file = Path.GetFullPath(Path.Combine(folder, location));
        if (
            !IsInside(file)
            || File.Exists(file) && File.ResolveLinkTarget(file, returnFinalTarget: true) is { } target && !IsInside(target.FullName)
        )
            _problems.Add(
                new Problem(where, $"lies in {location}, outside the model's folder", "Save the model with its weights in one file")
            );
        else if (!File.Exists(file))
            _problems.Add(new Problem(where, $"lies in {location}, which is not there", "Copy that file into the model's folder"));
        else if (!Read(tensor, file, Told("offset"), Told("length")))
            _problems.Add(new Problem(where, $"lies beyond the end of {location}, or is larger than 2 GB", "Copy that file again"));
    }

    private bool IsInside(string file) => file.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private bool Read(TensorProto tensor, string file, string? offset, string? length)
    {
        using var stream = File.OpenRead(file);
        if (!long.TryParse(offset ?? "0", out var from) || from < 0 || from > stream.Length)
            return false;
        if (!long.TryParse(length ?? $"{stream.Length - from}", out var count) || count < 0 || count > stream.Length - from)
            return false;
        _bytes += count;
        if (_bytes > MostBytes)
            return false;
        var bytes = new byte[count];
        stream.Position = from;
        stream.ReadExactly(bytes);
        (tensor.RawData, tensor.DataLocation) = (ByteString.CopyFrom(bytes), DataLocation.Default);
        tensor.ExternalData.Clear();
        _files.Add(file);
        return true;
    }
}

using System.Security.Cryptography;
using Google.Protobuf;
using Onnx;

namespace Efface.Interchange;

/// <summary>An ONNX model that somebody made: read whole, with its weights, and looked through before anything runs.</summary>
internal sealed class OnnxFile
{
    // What one ONNX file can hold.
    private const long MostBytes = int.MaxValue;

    private OnnxFile(string path, ModelProto model, string hash) => (Path, Model, Hash) = (path, model, hash);

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>What it holds; weights of other files are in it too.</summary>
    public ModelProto Model { get; }

    /// <summary>SHA-256 of the file, and of those with its weights, in hexadecimal.</summary>
    public string Hash { get; }

    /// <summary>What is said about it: each key with its value.</summary>
    public IReadOnlyDictionary<string, string> Metadata =>
        Model.MetadataProps.DistinctBy(entry => entry.Key).ToDictionary(entry => entry.Key, entry => entry.Value);

    /// <summary>Reads it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="named">What messages call it.</param>
    /// <exception cref="InvalidInputException">It is no ONNX model, or its weights are missing or outside its folder.</exception>
    public static OnnxFile Read(string path, string named)
    {
        var where = $"{named} {path}";
        if (!File.Exists(path))
            throw new InvalidInputException(where, "no such file", "Give an ONNX model");
        if (new FileInfo(path).Length > MostBytes)
            throw new InvalidInputException(where, "is larger than the 2 GB of an ONNX file", "Give the ONNX model itself");
        var bytes = File.ReadAllBytes(path);
        var model = Parse(bytes, where);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(bytes);
        var outside = new OnnxWeights(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        outside.Bring(model.Graph);
        if (outside.Problems.Count > 0)
            throw new InvalidInputException([
                .. outside.Problems.Select(problem => problem with { Subject = $"{where}, {problem.Subject}" }),
            ]);
        foreach (var file in outside.Files)
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(file)));
        return new OnnxFile(path, model, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>The one input that is not a weight.</summary>
    /// <exception cref="InvalidInputException">There is none, or there are several.</exception>
    public ValueInfoProto Input(string named)
    {
        var weights = Model.Graph.Initializer.Select(weight => weight.Name).ToHashSet();
        ValueInfoProto[] inputs = [.. Model.Graph.Input.Where(input => !weights.Contains(input.Name))];
        return inputs.Length == 1
            ? inputs[0]
            : throw new InvalidInputException(
                $"{named} {Path}",
                $"has {inputs.Length} inputs ({string.Join(", ", inputs.Select(input => input.Name))})",
                "Give a model that takes images alone"
            );
    }

    /// <summary>The value that is to be the representation.</summary>
    /// <param name="asked">Its name: an output, or any value in the graph; null takes the only output.</param>
    /// <param name="named">What messages call the file.</param>
    /// <param name="property">What messages call the asked name.</param>
    /// <exception cref="InvalidInputException">There is no such value, or several outputs and no name.</exception>
    public string Output(string? asked, string named, string property)
    {
        string[] outputs = [.. Model.Graph.Output.Select(output => output.Name)];
        if (asked is null)
            return outputs.Length == 1
                ? outputs[0]
                : throw new InvalidInputException(
                    $"{named} {Path}",
                    $"has {outputs.Length} outputs ({string.Join(", ", outputs)})",
                    $"Name the one with the vectors: {property} {outputs.FirstOrDefault()}"
                );
        string[] values = [.. Model.Graph.Node.SelectMany(node => node.Output)];
        return values.Contains(asked)
            ? asked
            : throw new InvalidInputException(
                $"{property} {asked}",
                "is no value of the model",
                $"Its outputs are {string.Join(", ", outputs)}; the last values before are {string.Join(", ", values.TakeLast(6))}"
            );
    }

    private static ModelProto Parse(byte[] bytes, string where)
    {
        try
        {
            var model = ModelProto.Parser.ParseFrom(bytes);
            if (model.Graph is { Node.Count: > 0 } && model.OpsetImport.Count > 0)
                return model;
        }
        catch (InvalidProtocolBufferException) { }
        throw new InvalidInputException(where, "is no ONNX model, or part of one", "Give a file that ONNX Runtime can run");
    }
}

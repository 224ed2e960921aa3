using System.Security.Cryptography;
using Efface.Data.Files;

namespace Efface.Models.Weights;

/// <summary>Weights that another program saved: the names and shapes are known, the numbers are read on demand.</summary>
/// <param name="Path">As given by the user.</param>
/// <param name="Files">Every file that they lie in, the index included.</param>
/// <param name="Tensors">Each name once.</param>
internal sealed record StoredWeights(string Path, IReadOnlyList<string> Files, IReadOnlyList<StoredTensor> Tensors)
{
    private const string Ending = ".safetensors";
    private const int LongestName = 1_000,
        MostTensors = 20_000,
        MostDimensions = 16;
    private const long MostNumbers = 1L << 40;

    /// <summary>Opens a safetensors file, the index of several or the folder with either, or a checkpoint of PyTorch.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="pickle">Whether a checkpoint may be opened: its pickle is read as data, and nothing is run.</param>
    /// <exception cref="InvalidInputException">It is missing, damaged, of another format, or a checkpoint that was not named.</exception>
    public static StoredWeights Open(string path, bool pickle)
    {
        var file = Directory.Exists(path) ? Within(path) : path;
        if (!File.Exists(file))
            throw new InvalidInputException($"`ModelSettings.Weights` {path}", "no such file", "Check the name");
        var weights =
            file.EndsWith(SafetensorsWeights.IndexEnding, StringComparison.OrdinalIgnoreCase)
                ? new StoredWeights(path, [file, .. SafetensorsWeights.FilesOf(file)], SafetensorsWeights.OpenIndex(file))
            : file.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) ? new StoredWeights(path, [file], SafetensorsWeights.Open(file))
            : !IsCheckpoint(file)
                ? throw new InvalidInputException(
                    file,
                    "is neither safetensors nor a checkpoint of PyTorch",
                    $"Give a file *{Ending}, the index *{SafetensorsWeights.IndexEnding} of several, or a file of torch.save"
                )
            : !pickle
                ? throw new InvalidInputException(
                    file,
                    "is a checkpoint of PyTorch: a pickle, which can run code when Python reads it",
                    "Save its tensors as safetensors, or give `ModelSettings.Pickle` as well: Efface reads it as data, and runs nothing"
                )
            : new StoredWeights(path, [file], TorchCheckpoint.Open(file));
        return weights.Checked();
    }

    /// <summary>SHA-256 of each file, by its name.</summary>
    public IReadOnlyDictionary<string, string> Hashes() => UserFile.Guard(Path, () => Files.ToDictionary(
                file => System.IO.Path.GetFileName(file),
                file =>
                {
                    using var stream = File.OpenRead(file);
                    return Convert.ToHexStringLower(SHA256.HashData(stream));
                }
            ));

    private static bool IsCheckpoint(string file) => UserFile.Guard(file, () =>
        {
            using var stream = File.OpenRead(file);
            Span<byte> beginning = stackalloc byte[4];
            return TorchCheckpoint.IsOne(beginning[..stream.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false)]);
        });

    private static string Within(string folder)
    {
        string[] Found(string ending) => Directory.GetFiles(folder, "*" + ending);
        string[] found = Found(SafetensorsWeights.IndexEnding) is { Length: > 0 } indexes ? indexes : Found(Ending);
        return found switch
        {
            [var one] => one,
            [] => throw new InvalidInputException(folder, $"holds no *{Ending}", "Name the file of weights"),
            _ => throw new InvalidInputException(
                folder,
                $"holds {string.Join(", ", found.Select(file => System.IO.Path.GetFileName(file)).Order(StringComparer.Ordinal))}",
                "Name one of them"
            ),
        };
    }

    private StoredWeights Checked()
    {
        if (Tensors.Count == 0)
            throw new InvalidInputException(Path, "holds no tensors", "Give the file with the weights");
        if (Tensors.Count > MostTensors)
            throw new InvalidInputException(Path, $"holds {Tensors.Count:N0} tensors", "Give the file with the weights alone");
        if (Tensors.FirstOrDefault(tensor => tensor.Name.Length > LongestName) is { } endless)
            throw new InvalidInputException(Path, $"has a name of {endless.Name.Length:N0} letters", "Save the state dictionary alone");
        // No numbers in a billion rows are of no size, and still more than can be counted.
        if (Tensors.FirstOrDefault(tensor => tensor.Shape.Length > MostDimensions || Volume(tensor.Shape) > MostNumbers) is { } impossible)
            throw new InvalidInputException(
                $"{Path} tensor '{impossible.Name}'",
                $"claims an impossible shape ({string.Join(", ", impossible.Shape.Take(MostDimensions))})",
                "Write the file again"
            );
        var twice = Tensors.CountBy(tensor => tensor.Name).FirstOrDefault(count => count.Value > 1);
        return twice.Key is null
            ? this
            : throw new InvalidInputException($"{Path} tensor '{twice.Key}'", "is there twice", "Save the state dictionary alone");
    }

    private static double Volume(long[] shape) => shape.Aggregate(1.0, (product, size) => product * Math.Max(1, size));
}

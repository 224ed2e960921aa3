using System.Text.Json;
using Efface.Data.Files;

namespace Efface.Models.Weights;

/// <summary>Weights in one safetensors file, or in several that an index lists.</summary>
internal static class SafetensorsWeights
{
    /// <summary>How the name of an index ends.</summary>
    public const string IndexEnding = ".safetensors.index.json";

    private const string Map = "weight_map";
    private const long LongestIndex = 100_000_000;
    private const int MostFiles = 1_000;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The tensors of a file.</summary>
    /// <exception cref="InvalidInputException">It is damaged.</exception>
    public static IReadOnlyList<StoredTensor> Open(string path) => UserFile.Guard(path, () =>
        {
            using var header = SafetensorsHeader.Read(path);
            return header.Arrays.Select(array => Stored(path, array)).ToArray();
        });

    /// <summary>The files that an index lists, each beside it.</summary>
    /// <exception cref="InvalidInputException">The index is damaged, or names something elsewhere.</exception>
    public static IReadOnlyList<string> FilesOf(string index) => [.. Listed(index).Values.Distinct()];

    /// <summary>The tensors that an index lists.</summary>
    /// <exception cref="InvalidInputException">The index or a file is damaged, or the two disagree.</exception>
    public static IReadOnlyList<StoredTensor> OpenIndex(string index)
    {
        var listed = Listed(index);
        var stored = listed
            .Values.Distinct()
            .ToDictionary(file => file, file => Open(file).ToDictionary(tensor => tensor.Name), StringComparer.Ordinal);
        Problem[] problems =
        [
            .. listed
                .Where(entry => !stored[entry.Value].ContainsKey(entry.Key))
                .Select(entry => new Problem($"{index} tensor '{entry.Key}'", $"is not in {entry.Value}", "Download the files again")),
        ];
        return problems.Length == 0
            ? [.. listed.Select(entry => stored[entry.Value][entry.Key])]
            : throw new InvalidInputException([.. problems.Take(1)]);
    }

    private static Dictionary<string, string> Listed(string index) => UserFile.Guard(index, () =>
        {
            UserFile.Require(index);
            if (new FileInfo(index).Length > LongestIndex)
                throw new InvalidDataException("it is too long for an index");
            using var document = JsonDocument.Parse(File.ReadAllBytes(index), Strict);
            var listed = document
                .RootElement.GetProperty(Map)
                .EnumerateObject()
                .ToDictionary(entry => entry.Name, entry => Beside(index, entry.Value.GetString()));
            var files = listed.Values.Distinct().ToArray();
            if (files.Length > MostFiles)
                throw new InvalidDataException($"it lists {files.Length:N0} files");
            return Array.Find(files, file => !File.Exists(file)) is { } missing
                ? throw new InvalidInputException(missing, $"missing, though {index} lists it", "Download it again, beside the others")
                : listed;
        });

    // A path could lead anywhere on the machine.
    private static string Beside(string index, string? name) =>
        name is { Length: > 0 } && name.IndexOfAny(['/', '\\', ':', '\0']) < 0 && name is not ("." or "..")
            ? Path.Combine(Path.GetDirectoryName(index) ?? "", name)
            : throw new InvalidInputException(
                index,
                $"lists the file '{name}', which does not lie beside it",
                "Write only names of files in the same folder into it"
            );

    private static StoredTensor Stored(string path, SafetensorsArray array) => new(array.Name, array.Shape, () => UserFile.Guard(path, () =>
            {
                using var file = File.OpenRead(path);
                file.Position = array.Begin;
                using var numbers = StoredTensor.Numbers(file, array.Type!, array.Length / array.Type!.Size);
                return numbers.view(array.Shape);
            })) { Refusal = array.RefusalIn(path) };
}

using System.Globalization;

namespace Efface.Models.Weights.Pickles;

/// <summary>Dictionaries in dictionaries: tensors get the names that lead to them, with dots between.</summary>
internal static class Nested
{
    private const int Deepest = 8;

    /// <summary>The tensors below a dictionary; lists, and all else that is no tensor, are left out.</summary>
    public static IEnumerable<(string Name, PickledTensor Tensor)> Tensors(PickledDictionary root)
    {
        // A dictionary may contain itself, or another a thousand times.
        var seen = new HashSet<PickledDictionary>(ReferenceEqualityComparer.Instance);
        return Below(root, "", 0);

        IEnumerable<(string, PickledTensor)> Below(PickledDictionary dictionary, string prefix, int depth)
        {
            if (depth > Deepest || !seen.Add(dictionary))
                yield break;
            foreach (var (key, value) in dictionary.Entries)
                if (Text(key) is { } name)
                {
                    if (value is PickledTensor tensor)
                        yield return (prefix + name, tensor);
                    else if (value is PickledDictionary inner)
                        foreach (var entry in Below(inner, $"{prefix}{name}.", depth + 1))
                            yield return entry;
                }
        }
    }

    private static string? Text(object? key) => key as string ?? (key as long?)?.ToString(CultureInfo.InvariantCulture);
}

namespace Efface.Models.Weights;

/// <summary>The tensors of a file that are meant for a network, under torchvision's names.</summary>
/// <param name="File">Where they are from.</param>
/// <param name="Prefix">What stands before their names there: <c>state_dict.module.</c>; mostly empty.</param>
/// <param name="Naming">How they are named there.</param>
/// <param name="Tensors">By torchvision's names.</param>
/// <param name="Beside">The names of the file's other tensors: of an optimiser, of a second network.</param>
/// <param name="Found">How many of the network's names were found.</param>
internal sealed record NamedWeights(
    StoredWeights File,
    string Prefix,
    Naming Naming,
    IReadOnlyDictionary<string, StoredTensor> Tensors,
    IReadOnlyList<string> Beside,
    int Found
)
{
    // state_dict.module.model.backbone.encoder is as deep as they come.
    private const int DeepestPrefix = 6;

    /// <summary>
    /// Chooses the dictionary within the file, and the naming, under which most of a network's names are found. A dictionary within another
    /// and a prefix of all names are one thing here.
    /// </summary>
    /// <exception cref="InvalidInputException">Two dictionaries have the network's names, or two names become one.</exception>
    public static NamedWeights For(WantedTensors wanted, StoredWeights file)
    {
        var body = wanted.Body.ToHashSet();
        var votes = (
            from tensor in file.Tensors
            from outer in Prefixes(tensor.Name)
            from names in Naming.All
            where body.Contains(names.Torchvision(tensor.Name[outer.Length..]))
            select (Naming: names, Prefix: outer)
        )
            .CountBy(vote => vote)
            .OrderByDescending(count => count.Value)
            .ToList();
        if (votes.Count == 0)
            return Under("", Naming.All[0], file, 0);
        var most = votes[0].Value;
        // Names that are the same everywhere count for every naming.
        var (naming, prefix) = votes
            .TakeWhile(count => count.Value == most)
            .Select(count => count.Key)
            .MinBy(vote => Naming.All.Index().First(entry => entry.Item == vote.Naming).Index);
        string[] rivals =
        [
            .. votes.TakeWhile(count => count.Value == most).Select(count => count.Key.Prefix).Distinct().Order(StringComparer.Ordinal),
        ];
        return rivals.Length > 1 && 2 * most > body.Count
            ? throw new InvalidInputException(
                file.Path,
                $"holds {rivals.Length} such networks: {string.Join(", ", rivals.Select(name => $"'{name.TrimEnd('.')}'"))}",
                "Save the one that you want by itself"
            )
            : Under(prefix, naming, file, most);
    }

    private static NamedWeights Under(string prefix, Naming naming, StoredWeights file, int found)
    {
        var (tensors, beside) = (new Dictionary<string, StoredTensor>(), new List<string>());
        foreach (var tensor in file.Tensors)
            if (!tensor.Name.StartsWith(prefix, StringComparison.Ordinal))
                beside.Add(tensor.Name);
            else if (naming.Torchvision(tensor.Name[prefix.Length..]) is var name && !tensors.TryAdd(name, tensor))
                throw new InvalidInputException(
                    file.Path,
                    $"holds '{tensors[name].Name}' and '{tensor.Name}', which are one tensor in torchvision's names",
                    "Save the state dictionary of one network"
                );
        return new NamedWeights(file, prefix, naming, tensors, beside, found);
    }

    private static IEnumerable<string> Prefixes(string name)
    {
        yield return "";
        for (var (dot, depth) = (name.IndexOf('.'), 0); dot >= 0 && depth < DeepestPrefix; dot = name.IndexOf('.', dot + 1), depth++)
            yield return name[..(dot + 1)];
    }
}

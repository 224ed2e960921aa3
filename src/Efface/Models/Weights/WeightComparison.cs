namespace Efface.Models.Weights;

/// <summary>What a network needs beside what a file has for it.</summary>
internal sealed class WeightComparison
{
    private const int Listed = 4;

    private readonly WantedTensors _wanted;
    private readonly NamedWeights _stored;
    private readonly string[] _missing,
        _unexpected,
        _misshapen;

    public WeightComparison(WantedTensors wanted, NamedWeights stored)
    {
        (_wanted, _stored) = (wanted, stored);
        var head = wanted.Head.Where(stored.Tensors.ContainsKey).ToArray();
        StoredClasses = head.Length == 0 ? null : stored.Tensors[head[0]].Shape.FirstOrDefault();
        // Only the number of classes may differ: a head for other features shows that the network differs.
        TakesHead =
            head.Length > 0
            && !head.All(name => stored.Tensors[name].Shape.Skip(1).SequenceEqual(wanted.All[name].shape[1..]) && !Fits(name));
        string[] needed = [.. wanted.All.Keys.Where(name => TakesHead || !wanted.Head.Contains(name))];
        _missing = [.. needed.Where(name => !stored.Tensors.ContainsKey(name) && !WantedTensors.IsOptional(name))];
        _unexpected = [.. stored.Tensors.Keys.Where(name => !wanted.All.ContainsKey(name))];
        _misshapen = [.. needed.Where(name => stored.Tensors.ContainsKey(name) && !Fits(name))];
        Taken = [.. needed.Where(stored.Tensors.ContainsKey)];
    }

    /// <summary>The names of the tensors that the network takes over.</summary>
    public IReadOnlyList<string> Taken { get; }

    /// <summary>Whether the head is among them.</summary>
    public bool TakesHead { get; }

    /// <summary>The number of classes of the file's head; null without one.</summary>
    public long? StoredClasses { get; }

    /// <summary>Whether the file has exactly what the network needs, but for the head.</summary>
    public bool IsMatch => _missing.Length + _unexpected.Length + _misshapen.Length == 0;

    /// <summary>A problem if most of the network's names are not in the file; null otherwise.</summary>
    /// <param name="model">The network's name; null for a user's own.</param>
    public Problem? OfNoneOf(string? model)
    {
        var body = _wanted.Body.Count();
        return 2 * _stored.Found >= body
            ? null
            : new Problem(
                _stored.File.Path,
                $"holds another network: of the {body} tensors of {model ?? "this one"}, {_stored.Found} are in it by name",
                $"Give weights of {model ?? "this network"}" + (model is null ? "" : ", in the names of torchvision or timm")
            );
    }

    /// <summary>Every difference, with the first names and how many there are.</summary>
    public IEnumerable<Problem> Problems()
    {
        var path = _stored.File.Path;
        if (_missing.Length > 0)
            yield return new Problem(path, $"lacks {First(_missing)}", "Give the complete weights of this network");
        if (_unexpected.Length > 0)
            yield return new Problem(
                path,
                $"also holds {First([.. _unexpected.Select(name => _stored.Tensors[name].Name)])}, which the network does not have",
                "Give the weights of this network, or save them without those"
            );
        if (_misshapen is [var first, ..] && Stem(first) is { } stem)
            yield return new Problem($"{path} tensor '{first}'", Shapes(first), stem);
        if (_misshapen.Where(name => name != _misshapen[0] || Stem(name) is null).ToArray() is { Length: > 0 } others)
            yield return new Problem(
                path,
                $"has other shapes in {First([.. others.Select(name => $"{_stored.Tensors[name].Name} {Shapes(name)}")])}",
                "Give the `ModelSettings.Name`, `ModelSettings.Width`, `ModelSettings.Stem` and `DataOptions.Size` of their training"
            );
        foreach (var name in Taken)
            if (_stored.Tensors[name].Refusal is { } refusal)
                yield return refusal;
    }

    private bool Fits(string name) => _wanted.Fits(name, _stored.Tensors[name].Shape);

    private string Shapes(string name) => $"({Text(_stored.Tensors[name].Shape)}) instead of ({Text(_wanted.All[name].shape)})";

    // The first layer shows what a network was built for.
    private string? Stem(string name) =>
        name == _wanted.All.Keys.First()
        && _stored.Tensors[name].Shape is [_, var channels, var kernel, _]
        && _wanted.All[name].shape is [_, var wanted, var own, _]
            ? channels != wanted
                ? $"These are weights for images of {channels} channels: give some for {wanted}"
                : kernel == own
                    ? null
                    : $"Give `ModelSettings.Stem` {(kernel > own ? "imagenet" : "cifar or fast")}, whose kernel is {kernel}×{kernel}"
            : null;

    /// <summary>How many there are, and the first names.</summary>
    public static string First(IReadOnlyList<string> names) =>
        $"{names.Count:N0} tensor{(names.Count == 1 ? "" : "s")}: {string.Join(", ", names.Take(Listed))}"
        + (names.Count > Listed ? $" and {names.Count - Listed:N0} more" : "");

    private static string Text(long[] shape) => string.Join(", ", shape);
}

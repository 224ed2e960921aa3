using Efface.Models.Architectures;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Models.Weights;

/// <summary>Gives a network the weights of a file.</summary>
internal static class PretrainedWeights
{
    /// <summary>Replaces a network's weights; the head stays new if the file's is for another number of classes.</summary>
    /// <param name="file">The weights.</param>
    /// <param name="network">Changed only if everything fits.</param>
    /// <param name="options">How the network was built; null for a user's own.</param>
    /// <returns>What a user should know.</returns>
    /// <exception cref="InvalidInputException">Every difference, or that they are of another network.</exception>
    public static IReadOnlyList<string> Load(StoredWeights file, StagedNetwork network, BackboneOptions? options)
    {
        var wanted = WantedTensors.Of(network);
        var stored = NamedWeights.For(wanted, file);
        var comparison = new WeightComparison(wanted, stored);
        if (!comparison.IsMatch && (OtherNetwork(file, options) ?? comparison.OfNoneOf(options?.Model)) is { } other)
            throw new InvalidInputException([other]);
        if (comparison.Problems().ToArray() is { Length: > 0 } problems)
            throw new InvalidInputException(problems);
        Copy(comparison.Taken, stored, wanted);
        return [.. Notes(comparison, stored)];
    }

    private static void Copy(IReadOnlyList<string> names, NamedWeights stored, WantedTensors wanted)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var values = names.ToDictionary(name => name, name => stored.Tensors[name].Read());
        Problem[] notFinite =
        [
            .. names
                .Where(name => values[name].dtype == ScalarType.Float32 && !values[name].isfinite().all().ToBoolean())
                .Select(name => new Problem(
                    $"{stored.File.Path} tensor '{stored.Tensors[name].Name}'",
                    "holds numbers that are not finite",
                    "Take weights of before the training diverged, or write the file again"
                )),
        ];
        if (notFinite.Length > 0)
            throw new InvalidInputException(notFinite);
        foreach (var name in names)
            wanted.All[name].copy_(values[name].reshape(wanted.All[name].shape));
    }

    private static IEnumerable<string> Notes(WeightComparison comparison, NamedWeights stored)
    {
        yield return $"weights: {comparison.Taken.Count:N0} tensors from {stored.File.Path}"
            + (stored.Prefix.Length > 0 ? $", under '{stored.Prefix.TrimEnd('.')}'" : "")
            + (stored.Naming.Rules.Count > 0 ? $", in the names of {stored.Naming.Name}" : "")
            + ".";
        if (!comparison.TakesHead)
            yield return comparison.StoredClasses is { } classes
                ? $"weights: the last layer is new: the file's is for {classes} classes."
                : "weights: the last layer is new: the file has none.";
        if (stored.Beside.Count > 0)
            yield return $"weights: the file's other tensors are left out: {WeightComparison.First(stored.Beside)}.";
    }

    // Few mistakes are as common as the wrong name of a network, and none is easier to recognise.
    private static Problem? OtherNetwork(StoredWeights file, BackboneOptions? options)
    {
        if (options is null)
            return null;
        foreach (var model in Backbones.Names.Where(name => name != options.Model))
        foreach (var stem in new[] { options.Stem, "imagenet" }.Distinct())
            if (IsOf(file, options with { Model = model, Stem = stem }))
                return new Problem(
                    file.Path,
                    $"holds weights of {model}, not of {options.Model}",
                    $"Give `ModelSettings.Name` {model}" + (stem == options.Stem ? "" : $" and `ModelSettings.Stem` {stem}")
                );
        return null;
    }

    private static bool IsOf(StoredWeights file, BackboneOptions options)
    {
        if (Backbones.Validate(options).Any())
            return false;
        using var scope = NewDisposeScope();
        using var random = new Generator();
        using var network = Backbones.Create(options, random);
        var wanted = WantedTensors.Of(network);
        return new WeightComparison(wanted, NamedWeights.For(wanted, file)).IsMatch;
    }
}

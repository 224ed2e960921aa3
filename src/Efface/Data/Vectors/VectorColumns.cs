using System.Text.RegularExpressions;

namespace Efface.Data;

/// <summary>Chooses the columns of a table that make up its vectors.</summary>
/// <param name="Names">In the table's order.</param>
/// <param name="Notes">Which they are, in a sentence: a label among them would be a leak that is none.</param>
internal sealed partial record VectorColumns(IReadOnlyList<string> Names, IReadOnlyList<string> Notes)
{
    private const int Shown = 10;

    /// <summary>Those of <paramref name="numeric"/> that are no labels, or that <c>--array</c> names.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="numeric">The table's columns of numbers.</param>
    /// <param name="others">Its other columns.</param>
    /// <exception cref="InvalidInputException">None is left, or there is no column of keys.</exception>
    public static VectorColumns Choose(VectorRequest request, IReadOnlyList<string> numeric, IReadOnlyList<string> others)
    {
        var problems = new List<Problem>();
        if (request.Key is { } key && !numeric.Contains(key) && !others.Contains(key))
            problems.Add(new Problem($"--key {key}", $"no such column in {request.Path}", $"Its columns are {Some([.. others, .. numeric])}"));
        string[] free = [.. numeric.Where(name => name != request.Key && !request.Taken.Contains(name))];
        string[] chosen = request.Array is null ? free : [.. free.Where(name => name == request.Array || IsNumbered(name, request.Array))];
        if (chosen.Length == 0 && free.Length > 0)
            problems.Add(new Problem($"--array {request.Array}", $"no column of numbers in {request.Path} is called so, or so and a number", $"Its columns of numbers are {Some(free)}"));
        else if (chosen.Length == 0)
            problems.Add(new Problem(request.Path, "has no column of numbers that is no label", "Write the vectors as columns of numbers with a point for decimals, or as one list a row in .parquet"));
        if (problems.Count > 0) throw new InvalidInputException(problems);
        string[] left = [.. others.Concat(numeric).Where(name => name != request.Key && !chosen.Contains(name))];
        return new VectorColumns(chosen,
        [
            $"{request.File}: the vectors are {chosen.Length:N0} columns of numbers, {Some(Runs(chosen))}",
            .. left.Length == 0 ? Array.Empty<string>() : [$"{request.File}: columns that are no part of the vectors are {Some(Runs(left))}"],
        ]);
    }

    private static bool IsNumbered(string name, string stem) => name.StartsWith(stem, StringComparison.Ordinal) && Number().IsMatch(name.AsSpan(stem.Length));

    // h0, h1, h2, age: "h0 to h2", "age".
    private static string[] Runs(string[] names)
    {
        var runs = new List<(string Stem, string First, string Last)>();
        foreach (var name in names)
        {
            var stem = name.TrimEnd([.. "0123456789"]);
            if (runs.Count > 0 && runs[^1].Stem == stem && stem != name) runs[^1] = runs[^1] with { Last = name };
            else runs.Add((stem, name, name));
        }
        return [.. runs.Select(run => run.First == run.Last ? run.First : $"{run.First} to {run.Last}")];
    }

    private static string Some(string[] names) => string.Join(", ", names.Take(Shown)) + (names.Length > Shown ? $" and {names.Length - Shown:N0} more" : "");

    [GeneratedRegex(@"^[_.\- \[]*[0-9]+\]?$")]
    private static partial Regex Number();
}

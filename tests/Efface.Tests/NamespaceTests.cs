using System.Text.RegularExpressions;
using Xunit;

namespace Efface.Tests;

/// <summary>
/// Which namespaces of the library need which others, from the source. A using that nothing needs does not build, so usings tell; only what
/// lies in a namespace around one's own needs none, and is found by the names of its types.
/// </summary>
public sealed partial class NamespaceTests
{
    private static readonly string Library = Path.Combine(Repository.Root, "src", "Efface");

    private static readonly ILookup<string, string> Files = Repository
        .Sources(Path.Combine("src", "Efface"))
        .Where(file => !file.Contains("buildTransitive", StringComparison.Ordinal))
        .ToLookup(NamespaceOf);

    [Fact]
    public void A_folder_is_a_namespace()
    {
        Assert.True(Files.Count > 15, $"{Files.Count} namespaces");
        Assert.All(Files, files =>
            Assert.All(files, file => Assert.Contains($"namespace {files.Key};", File.ReadAllText(file), StringComparison.Ordinal))
        );
    }

    [Fact]
    public void No_two_namespaces_need_each_other_by_whatever_way()
    {
        var needs = Files.ToDictionary(files => files.Key, files => files.SelectMany(Needs).Except([files.Key]).ToHashSet());
        Assert.Contains("Efface.Data", needs["Efface.Models"].Concat(needs["Efface.Detachment"]));
        Assert.Equal([], Circles(needs));
    }

    [Fact]
    public void A_circle_is_seen_though_it_is_long()
    {
        var needs = new Dictionary<string, HashSet<string>>
        {
            ["a"] = ["b"],
            ["b"] = ["c"],
            ["c"] = ["a", "d"],
            ["d"] = [],
        };
        Assert.Equal(["a → b → c → a", "b → c → a → b", "c → a → b → c"], Circles(needs));
    }

    [Theory]
    [InlineData("using Efface.Data.Pixels;", "Efface.Data.Pixels")]
    [InlineData("var folder = Data.Pixels.CacheFolder.Default;", "Efface.Data.Pixels")]
    [InlineData("var x = Models.Layout.View;", "Efface.Models")]
    [InlineData("var x = table.Data.Pixels;")]
    public void What_a_line_needs_is_seen(string line, params string[] spaces) => Assert.Equal(spaces, Named(line));

    private static IEnumerable<string> Circles(Dictionary<string, HashSet<string>> needs)
    {
        foreach (var start in needs.Keys.Order(StringComparer.Ordinal))
        {
            var (ways, coming) = (new Dictionary<string, string>(), new Queue<string>([start]));
            while (coming.TryDequeue(out var space))
                foreach (var next in needs.GetValueOrDefault(space) ?? [])
                    if (ways.TryAdd(next, $"{ways.GetValueOrDefault(space, start)} → {next}"))
                        coming.Enqueue(next);
            if (ways.TryGetValue(start, out var circle))
                yield return circle;
        }
    }

    private static IEnumerable<string> Needs(string file)
    {
        var (source, own) = (Code(file), NamespaceOf(file));
        var around =
            from outer in Files.Select(files => files.Key)
            where own.StartsWith(outer + ".", StringComparison.Ordinal)
            where Files[outer].SelectMany(Declared).Any(name => Regex.IsMatch(source, $@"(?<![\w.]){name}\b(?!\s*(=>|[=;,){{]))"))
            select outer;
        return source.Split('\n').SelectMany(Named).Concat(around).Distinct();
    }

    private static IEnumerable<string> Named(string line) =>
        from Match match in Qualified().Matches(line)
        let words = match.Groups["words"].Value.Split('.')
        from length in Enumerable.Range(1, words.Length).Reverse()
        let space = $"Efface.{string.Join('.', words[..length])}"
        where Files.Contains(space)
        group space by match.Index into found
        select found.First();

    private static IEnumerable<string> Declared(string file) =>
        from Match match in Declaration().Matches(File.ReadAllText(file))
        select match.Groups["name"].Value;

    private static string NamespaceOf(string file)
    {
        var folder = Path.GetRelativePath(Library, Path.GetDirectoryName(file)!);
        return folder == "." ? "Efface" : $"Efface.{folder.Replace(Path.DirectorySeparatorChar, '.')}";
    }

    // Without comments and texts, in which everything is named.
    private static string Code(string file) =>
        Text().Replace(string.Join('\n', File.ReadLines(file).Select(line => Comment().Replace(line, ""))), "");

    [GeneratedRegex(@"(?<![\w.])(?:Efface\.)?(?<words>[A-Z]\w+(?:\.[A-Z]\w+)*)\s*[.;]")]
    private static partial Regex Qualified();

    [GeneratedRegex(
        @"^(?:public|internal) (?:(?:sealed|static|abstract|readonly|partial) )*"
            + @"(?:class|record struct|record|interface|enum|struct) (?<name>\w+)",
        RegexOptions.Multiline
    )]
    private static partial Regex Declaration();

    [GeneratedRegex(@"//.*$")]
    private static partial Regex Comment();

    [GeneratedRegex("\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\n])*\"", RegexOptions.Singleline)]
    private static partial Regex Text();
}

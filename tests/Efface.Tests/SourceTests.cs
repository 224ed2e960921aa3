using System.Text.RegularExpressions;
using Xunit;

namespace Efface.Tests;

/// <summary>What a reader of the source may rely on.</summary>
public sealed partial class SourceTests
{
    private const int Columns = 140,
        Lines = 400;

    [Fact]
    public void No_line_is_wider_than_a_reader_sees()
    {
        var wide =
            from file in Repository.Sources("src", "tests", "benchmarks", "examples")
            from line in File.ReadLines(file).Index()
            where line.Item.Length > Columns
            select $"{Path.GetRelativePath(Repository.Root, file)}:{line.Index + 1}";
        Assert.Empty(wide);
    }

    [Fact]
    public void No_file_is_longer_than_one_idea()
    {
        var sources = Repository.Sources("src").ToArray();
        Assert.True(sources.Length > 200, $"{sources.Length} files");
        Assert.Empty(
            sources.Where(file => File.ReadLines(file).Count() > Lines).Select(file => Path.GetRelativePath(Repository.Root, file))
        );
    }

    [Fact]
    public void Rooms_look_down_only()
    {
        var rooms = RoomsFromTopToBottom();
        var up =
            from file in Repository.Sources(Path.Combine("src", "Efface"))
            let room = Path.GetRelativePath(Path.Combine(Repository.Root, "src", "Efface"), file).Split(Path.DirectorySeparatorChar)[0]
            where rooms.Contains(room)
            from seen in Seen(File.ReadAllText(file), rooms)
            where Array.IndexOf(rooms, seen) < Array.IndexOf(rooms, room)
            select $"{Path.GetRelativePath(Repository.Root, file)} looks up to {seen}";
        Assert.Empty(up.Distinct());
    }

    [Theory]
    [InlineData("using Efface.Runs;", "Runs")]
    [InlineData("var kept = Data.CacheFolder.Default;", "Data")]
    [InlineData("/// <see cref=\"Efface.Auditing.Auditor\"/>", "Auditing")]
    public void A_look_into_a_room_is_seen(string source, string room) => Assert.Equal([room], Seen(source, RoomsFromTopToBottom()));

    [Fact]
    public void Every_folder_of_the_library_is_a_room_with_a_place_in_the_order()
    {
        var folders = Directory
            .EnumerateDirectories(Path.Combine(Repository.Root, "src", "Efface"))
            .Select(folder => Path.GetFileName(folder)!)
            .Except(["bin", "obj", "buildTransitive"]);
        Assert.Equal(RoomsFromTopToBottom().Order(StringComparer.Ordinal), folders.Order(StringComparer.Ordinal));
    }

    // As docs/architecture.md draws them, but for the tool itself.
    private static string[] RoomsFromTopToBottom() =>
        [
            .. File.ReadLines(Path.Combine(Repository.Root, "docs", "architecture.md"))
                .First(line => line.Contains('→'))
                .Split('→', StringSplitOptions.TrimEntries)
                .Except(["Cli"]),
        ];

    private static IEnumerable<string> Seen(string source, string[] rooms) =>
        from Match match in Name().Matches(source)
        let room = match.Groups["room"].Value
        where rooms.Contains(room)
        select room;

    // using Efface.Room; Efface.Room.Name; and Room.Name, as one writes it from another room.
    [GeneratedRegex(@"(?:using |\bEfface\.|(?<![\w.<""]))(?:Efface\.)?(?<room>[A-Z]\w+)(?:\.[A-Z]|;)")]
    private static partial Regex Name();
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>What the tool's package holds of others is told to those who get it.</summary>
public sealed partial class NoticesTests
{
    [Fact]
    public void Every_package_that_the_tool_holds_is_in_the_notices()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Efface.slnx")))
            folder = folder.Parent!;
        var notices = File.ReadAllText(Path.Combine(folder.FullName, "THIRD-PARTY-NOTICES.md"));
        var held = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Efface.Cli.deps.json")))!["libraries"]!
            .AsObject()
            .Where(library => (string)library.Value!["type"]! == "package")
            .Select(library => library.Key.Split('/')[0])
            .ToArray();

        Assert.True(held.Length > 20, $"{held.Length} packages");
        // A native package has a name for each platform.
        Assert.All(held, package => Assert.Contains(Platform().Split(package)[0], notices, StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex(@"[.-](linux|osx|win|NativeAssets)\b")]
    private static partial Regex Platform();
}

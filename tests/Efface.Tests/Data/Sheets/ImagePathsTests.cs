using CsCheck;
using Efface.Data.Sheets;
using Xunit;

namespace Efface.Tests.Data.Sources;

public sealed class ImagePathsTests : IDisposable
{
    private readonly ToyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("//server/x.png")]
    [InlineData("../x.png")]
    [InlineData("a/../../x.png")]
    [InlineData("..")]
    [InlineData("a/../..")]
    [InlineData("..\\x.png")]
    [InlineData("a\\..\\..\\x.png")]
    [InlineData("C:\\x.png")]
    [InlineData("c:x.png")]
    [InlineData("\\x.png")]
    [InlineData("\\\\server\\share\\x.png")]
    [InlineData("a\0.png")]
    public void A_path_that_may_leave_the_root_on_any_system_is_told(string name) => Assert.False(ImagePaths.StaysInside(name));

    [Theory]
    [InlineData("x.png")]
    [InlineData("a/b/x.png")]
    [InlineData("./x.png")]
    [InlineData("a/../x.png")]
    [InlineData("a..b/..c/d...png")]
    [InlineData("a b/ünï 日本 😀.png")]
    [InlineData(".hidden/x.png")]
    [InlineData("a//x.png")]
    public void Names_with_dots_spaces_and_any_letters_are_fine(string name) => Assert.True(ImagePaths.StaysInside(name));

    [Theory]
    [InlineData("pictures", "../x.png", true)]
    [InlineData("pictures", "../../x.png", false)]
    [InlineData(".", "../x.png", false)]
    [InlineData("./pictures", "../../x.png", false)]
    [InlineData("a/..", "../x.png", false)]
    [InlineData("a/../b", "../x.png", true)]
    public void A_folder_counts_as_the_steps_that_it_really_takes(string folder, string name, bool inside) =>
        Assert.Equal(inside, ImagePaths.StaysInside(name, folder));

    [Fact]
    public void What_stays_inside_is_what_the_system_resolves_to_a_place_below_the_root()
    {
        var step = Gen.OneOf("..", ".", "", "a", "b c", "é", "...", "x.png");
        Gen.Select(step.Array[0, 3], step.Array[1, 5])
            .Sample(
                (above, steps) =>
                {
                    var (folder, name) = (string.Join('/', above).Trim('/'), string.Join('/', steps).TrimStart('/'));
                    // A path that leaves the root and comes back by its name is refused too, but no path that leaves it is let through.
                    var resolved = Path.GetFullPath(Path.Combine("/somewhere/root", folder, name));
                    if (ImagePaths.StaysInside(folder) && ImagePaths.StaysInside(name, folder))
                        Assert.StartsWith("/somewhere/root", resolved, StringComparison.Ordinal);
                },
                iter: 2_000
            );
    }

    [Fact]
    public void Pictures_are_found_in_order_and_what_is_none_is_counted()
    {
        foreach (
            var name in new[]
            {
                "b/2.JPG",
                "a/1.png",
                "c.webp",
                "a/._1.png",
                "a/Thumbs.db",
                ".git/x.png",
                "__MACOSX/a/1.png",
                "desktop.ini",
                "notes.txt",
                "a/labels.csv",
                "d.jpg.part",
            }
        )
            _folder.Write(name, "x");
        var findings = new List<Finding>();

        Assert.Equal(["a/1.png", "b/2.JPG", "c.webp"], ImagePaths.Find(_folder.Root, findings));
        Assert.Equal([("hidden", 5), ("files", 3)], findings.Select(finding => (finding.What.Split(' ')[0], finding.Count)));
        Assert.Contains("a/._1.png", findings[0].Examples);
        Assert.Equal(["a/labels.csv", "d.jpg.part", "notes.txt"], findings[1].Examples);
    }
}

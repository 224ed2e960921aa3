using Efface.Data.Reading;
using Efface.Data.Sheets;
using Efface.Data.Sources;
using Xunit;

namespace Efface.Tests.Data.Sources;

/// <summary>Where a table's pictures are looked for, and where they never are.</summary>
public sealed class TablePathsTests : IDisposable
{
    private readonly ToyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("t.csv", "a.png", "a.png")]
    [InlineData("t.csv", "images/a.png", "a.png")]
    [InlineData("tables/t.csv", "tables/a.png", "a.png")]
    [InlineData("tables/t.csv", "tables/images/a.png", "a.png")]
    [InlineData("t.csv", "images/b c/ünï 日本.png", "b c/ünï 日本.png")]
    public void Names_are_relative_to_the_table_or_to_images_beside_it(string table, string picture, string name)
    {
        _folder.Write(picture, "x");
        _folder.Write(table, "file,y", $"{name},1");

        Assert.Equal([picture], Read(_folder.Reading with { Table = table }).Pictures());
    }

    [Theory]
    [InlineData("pictures")]
    [InlineData("pictures/")]
    [InlineData("./pictures")]
    public void Names_are_relative_to_the_folder_that_the_user_names(string folder)
    {
        _folder.Write("pictures/a.png", "x");
        _folder.Write("a.png", "x");
        _folder.Write("t.csv", "file,y", "a.png,1");

        Assert.Equal(
            _folder.At("pictures/a.png"),
            Path.GetFullPath(_folder.At(Assert.Single(Read(_folder.Reading with { Images = folder }).Pictures())))
        );
    }

    [Theory]
    [InlineData("nowhere", "no such folder")]
    [InlineData("../data", "lies outside the root")]
    [InlineData("/", "lies outside the root")]
    public void A_folder_outside_the_root_or_nowhere_is_refused(string folder, string fault)
    {
        _folder.Write("t.csv", "file,y", "a.png,1");
        var problem = Assert.Single(Sheets.Refused(() => Read(_folder.Reading with { Images = folder })));

        Assert.StartsWith(fault, problem.Fault, StringComparison.Ordinal);
        Assert.Equal($"--images {folder}", problem.Subject.InFlags());
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../cache/x.png")]
    [InlineData("a/../../x.png")]
    [InlineData("C:\\x.png")]
    [InlineData("\\\\server\\x.png")]
    [InlineData("a\0b.png")]
    public void A_row_that_names_a_picture_outside_the_root_is_a_fault_whatever_folder_is_named(string name)
    {
        _folder.Write("b.png", "x");
        _folder.Write("t.csv", "file,y", "b.png,0", $"{name},1");
        foreach (var images in new[] { null, ".", "" })
        {
            var sheet = Read(_folder.Reading with { Images = images });
            Assert.Equal(1, sheet.Count);
            var fault = Assert.Single(sheet.Faults);
            Assert.Equal(("names an image outside the root", (int?)3, "file", name), (fault.Fault, fault.Line, fault.Column, fault.Value));
        }
    }

    [Fact]
    public void A_name_may_go_up_and_down_again_below_the_root_but_not_above_it_by_way_of_the_folder()
    {
        _folder.Write("a/b/x.png", "x");
        _folder.Write("t.csv", "file,y", "../b/x.png,1", "../../x.png,0", "../../../x.png,0");

        Assert.Equal([2, 3], Read(_folder.Reading with { Images = "a/b" }).Lines());
        Assert.Equal([2], Read(_folder.Reading with { Images = "a/b/.." }).Lines());
        Assert.Empty(Read(_folder.Reading with { Images = "a/.." }).Lines());
    }

    [Theory]
    [InlineData("t.csv", null)]
    [InlineData("tables/t.csv", null)]
    [InlineData("t.csv", "pictures")]
    public void Who_trusts_the_table_may_name_pictures_anywhere(string table, string? images)
    {
        using var elsewhere = new ToyFolder();
        elsewhere.Picture("a.png", 1);
        _folder.Write("pictures/readme", "x");
        _folder.Write(table, "file,y", $"{elsewhere.At("a.png")},1");
        var options = _folder.Options with { Reading = _folder.Reading with { Table = table, Images = images, AllowOutside = true } };

        using var data = DataReader.Read(DataSources.Find("table")!, options, cancel: TestContext.Current.CancellationToken).Table;
        Assert.Equal(1, data.Count);
    }

    [Fact]
    public void A_trusted_table_with_an_impossible_name_misses_one_picture_and_nothing_else()
    {
        _folder.Picture("a.png", 1);
        _folder.Write("t.csv", "file,y", "a.png,1", "b\0.png,1", $"{new string('c', 5_000)}.png,1", ".,1", "\u0001?*<>|.png,1");
        var read = DataReader.Read(
            DataSources.Find("table")!,
            _folder.Options with
            {
                Reading = _folder.Reading with { AllowOutside = true, OnBad = OnBad.Skip },
            },
            cancel: TestContext.Current.CancellationToken
        );
        read.Table.Dispose();

        Assert.Equal([3, 4, 5, 6], read.Report.Skipped.Select(fault => fault.Line).Order());
    }

    private LabelSheet Read(ReadingOptions reading) => TableSource.Read(_folder.Options with { Reading = reading });
}

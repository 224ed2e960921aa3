using Efface.Data;
using Efface.Data.Sheets;
using Efface.Data.Sources;
using Xunit;

namespace Efface.Tests.Data.Sources;

public sealed class FolderSourceTests : IDisposable
{
    private readonly ToyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_level_is_the_class()
    {
        var sheet = Read([], "dog/1.png", "cat/1.png", "cat/2.jpg", "big cat/ünï 日本.png");

        Assert.Equal(["big cat", "cat", "cat", "dog"], sheet.Cells("class"));
        Assert.Equal(["big cat/ünï 日本.png", "cat/1.png", "cat/2.jpg", "dog/1.png"], sheet.Pictures());
        Assert.Null(sheet.Parts);
    }

    [Fact]
    public void Two_levels_of_which_the_first_says_the_part_are_split_and_class()
    {
        var sheet = Read([], "train/cat/1.png", "val/cat/1.png", "test/dog/1.png", "Training/dog/1.png");

        Assert.Equal(["class"], sheet.Columns.Select(column => column.Name));
        Assert.Equal(["dog", "dog", "cat", "cat"], sheet.Cells("class"));
        Assert.Equal([Part.Train, Part.Test, Part.Train, Part.Validation], sheet.Parts);
    }

    [Fact]
    public void Each_level_is_a_column_of_the_users_name()
    {
        var sheet = Read(["colour", "split", "animal"], "red/train/cat/1.png", "blue/test/dog/1.png");

        Assert.Equal(["colour", "animal"], sheet.Columns.Select(column => column.Name));
        Assert.Equal(["blue", "red"], sheet.Cells("colour"));
        Assert.Equal([Part.Test, Part.Train], sheet.Parts);
    }

    [Fact]
    public void Another_level_may_be_the_split()
    {
        foreach (var name in new[] { "cat/train/1.png", "dog/tset/1.png", "dog/test/1.png" })
            _folder.Write(name, "x");
        var sheet = FolderSource.Read(
            _folder.Options with
            {
                Reading = _folder.Reading with { Levels = ["class", "part"], SplitColumn = "part" },
            }
        );

        Assert.Equal([Part.Train, Part.Test], sheet.Parts);
        Assert.Equal("dog/tset/1.png column part 'tset'", Assert.Single(sheet.Faults).Where);
    }

    [Fact]
    public void A_split_that_is_no_level_is_refused()
    {
        _folder.Write("cat/1.png", "x");

        Assert.Equal(
            "--split-column part",
            Assert
                .Single(
                    Sheets.Refused(() =>
                        FolderSource.Read(_folder.Options with { Reading = _folder.Reading with { SplitColumn = "part" } })
                    )
                )
                .Subject.InFlags()
        );
    }

    [Fact]
    public void Pictures_that_lie_higher_or_deeper_than_most_are_faults()
    {
        var sheet = Read([], "cat/1.png", "cat/2.png", "dog/1.png", "stray.png", "cat/old/1.png");

        Assert.Equal(["cat", "cat", "dog"], sheet.Cells("class"));
        Assert.Equal(["cat/old/1.png '2 levels'", "stray.png '0 levels'"], sheet.Faults.Select(fault => fault.Where));
    }

    [Theory]
    [InlineData("1.png", "--data table")]
    [InlineData("a/b/1.png", "Name the levels")]
    [InlineData("train/cat/small/1.png", "Name the levels")]
    public void Where_the_folders_do_not_say_what_they_are_it_is_asked(string picture, string remedy)
    {
        var problem = Assert.Single(Sheets.Refused(() => Read([], picture)));

        Assert.Equal("--levels", problem.Subject.InFlags());
        Assert.Contains(remedy, problem.Remedy.InFlags(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("class,class")]
    [InlineData("split,")]
    public void Levels_have_names_and_each_its_own(string levels) =>
        Assert.Equal($"--levels {levels}", Assert.Single(Sheets.Refused(() => Read(levels.Split(','), "a/b/1.png"))).Subject.InFlags());

    [Fact]
    public void Levels_that_no_picture_has_leave_no_row()
    {
        var sheet = Read(["a", "b", "c"], "x/1.png", "y/1.png");

        Assert.Equal((0, 2), (sheet.Count, sheet.Faults.Count));
    }

    [Fact]
    public void A_folder_without_pictures_is_refused() =>
        Assert.Equal("holds no pictures", Assert.Single(Sheets.Refused(() => Read([], "cat/.1.png", "cat/Thumbs.db"))).Fault);

    private LabelSheet Read(string[] levels, params string[] names)
    {
        foreach (var name in names)
            _folder.Write(name, "x");
        return FolderSource.Read(_folder.Options with { Reading = _folder.Reading with { Levels = levels } });
    }
}

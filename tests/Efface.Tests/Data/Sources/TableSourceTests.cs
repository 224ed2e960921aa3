using Efface.Data;
using Efface.Data.Labels;
using Efface.Data.Sheets;
using Efface.Data.Sources;
using Xunit;

namespace Efface.Tests.Data.Sources;

public sealed class TableSourceTests : IDisposable
{
    private readonly ToyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_column_but_the_pictures_and_the_split_is_a_label()
    {
        _folder.Write("t.csv", "file,y,part,z", "a.png,1,train,p", "b.png,-1,test,", "c.png,,val,q");
        var sheet = Read(_folder.Reading with { SplitColumn = "part" });

        Assert.Equal(["y", "z"], sheet.Columns.Select(column => column.Name));
        Assert.Equal(["1", "-1", null], sheet.Cells("y"));
        Assert.Equal(["p", null, "q"], sheet.Cells("z"));
        Assert.Equal([Part.Train, Part.Test, Part.Validation], sheet.Parts);
        Assert.Equal(["a.png", "b.png", "c.png"], sheet.Pictures());
        Assert.Equal([2, 3, 4], sheet.Lines());
        Assert.Empty(sheet.Faults);
    }

    [Fact]
    public void Rows_that_name_one_picture_share_it()
    {
        _folder.Write("t.csv", "file,y", "a.png,1", "b.png,0", "a.png,0");

        Assert.Equal([0, 1, 0], Read().ImageOfRow);
    }

    [Theory]
    [InlineData("image")]
    [InlineData("Filename")]
    [InlineData("IMAGE_ID")]
    [InlineData("path")]
    public void The_column_of_pictures_is_found_by_its_usual_names(string name)
    {
        _folder.Write("t.csv", $"y,{name}", "1,a.png");

        Assert.Equal(["a.png"], Read().Pictures());
    }

    [Theory]
    [InlineData("y,z")]
    [InlineData("file,image")]
    public void Where_the_header_leaves_it_open_the_column_of_pictures_is_asked_for(string header)
    {
        _folder.Write("t.csv", header, "1,a.png");
        var problem = Assert.Single(Sheets.Refused(() => Read()));

        Assert.Equal("--image-column", problem.Subject.InFlags());
        Assert.Contains(header.Replace(",", ", ", StringComparison.Ordinal), problem.Remedy.InFlags(), StringComparison.Ordinal);
        Assert.Equal(["a.png"], Read(_folder.Reading with { ImageColumn = header.Split(',')[1] }).Pictures());
    }

    [Fact]
    public void Every_column_that_a_flag_names_and_that_is_not_there_is_told_at_once()
    {
        _folder.Write("t.csv", "file,y", "a.png,1");

        Assert.Equal(
            ["--image-column p", "--split-column q", "--group-column r"],
            Sheets
                .Refused(() => Read(_folder.Reading with { ImageColumn = "p", SplitColumn = "q", GroupColumn = "r" }))
                .Select(problem => problem.Subject.InFlags())
        );
    }

    [Fact]
    public void A_split_may_be_written_in_words_or_in_numbers_and_nothing_else()
    {
        string[] words =
        [
            "train",
            "TRAINING",
            "0",
            "val",
            "valid",
            "Validation",
            "dev",
            "1",
            "test",
            "testing",
            "2",
            "",
            "tset",
            "3",
            "0.0",
        ];
        _folder.Write("t.csv", [.. words.Select((word, i) => $"{i}.png,{word}").Prepend("file,split")]);
        var sheet = Read(_folder.Reading with { SplitColumn = "split" });

        Assert.Equal(
            [.. Enumerable.Repeat(Part.Train, 3), .. Enumerable.Repeat(Part.Validation, 5), .. Enumerable.Repeat(Part.Test, 3)],
            sheet.Parts
        );
        Assert.Equal(
            [
                "t.csv row 13 column split ''",
                "t.csv row 14 column split 'tset'",
                "t.csv row 15 column split '3'",
                "t.csv row 16 column split '0.0'",
            ],
            sheet.Faults.Select(fault => fault.Where)
        );
    }

    [Fact]
    public void A_row_without_a_picture_is_a_fault_on_its_line()
    {
        _folder.Write("t.csv", "file,y", "a.png,1", ",0", " ,1");
        var sheet = Read();

        Assert.Equal(1, sheet.Count);
        Assert.Equal(
            ["t.csv row 3 column file: names no image", "t.csv row 4 column file: names no image"],
            sheet.Faults.Select(fault => $"{fault.Where}: {fault.Fault}")
        );
    }

    [Fact]
    public void A_column_of_a_thousand_values_is_one_of_classes_and_of_more_it_is_none_unless_it_is_asked_for()
    {
        _folder.Write("t.csv", [.. Enumerable.Range(0, 1_001).Select(i => $"a.png,{i % 1_000},{i}").Prepend("file,many,more")]);
        var sheet = Read();

        Assert.Equal([false, true], sheet.Columns.Select(column => column.IsOpen));
        Assert.Contains("column more has more than 1,000 different values", Assert.Single(sheet.Findings).What, StringComparison.Ordinal);
        foreach (var asked in new[] { _folder.Options with { Task = "more" }, _folder.Options with { Attributes = ["more"] } })
            Assert.Equal(1_001, TableSource.Read(asked).Columns[1].Values.Count);
        Assert.Equal("1000", Read(_folder.Reading with { GroupColumn = "more" }).Cells("more")[^1]);
        Assert.Equal(
            2,
            Read(_folder.Reading with { Bin = ["more=0,500"] }).Judged(new LabelRules { Bin = ["more=0,500"] }, []).Columns[1].Values.Count
        );
    }

    [Fact]
    public void A_table_is_found_when_it_is_the_only_one()
    {
        _folder.Write("t.tsv", "file\ty", "a.png\t1");
        _folder.Write("._t.csv", "x");
        Assert.Equal(["a.png"], Read().Pictures());

        _folder.Write("u.csv", "file,y", "a.png,1");
        Assert.Contains("t.tsv, u.csv", Assert.Single(Sheets.Refused(() => Read())).Fault, StringComparison.Ordinal);
        Assert.Equal(["a.png"], Read(_folder.Reading with { Table = "u.csv" }).Pictures());
    }

    [Fact]
    public void Without_a_table_one_is_asked_for() =>
        Assert.Equal("--table", Assert.Single(Sheets.Refused(() => Read())).Subject.InFlags());

    [Theory]
    [InlineData("../t.csv", "lies outside the root")]
    [InlineData("/etc/passwd", "lies outside the root")]
    [InlineData("nowhere.csv", "no such file")]
    public void A_table_outside_the_root_or_nowhere_is_refused(string table, string fault) =>
        Assert.Equal(fault, Assert.Single(Sheets.Refused(() => Read(_folder.Reading with { Table = table }))).Fault);

    private LabelSheet Read(ReadingOptions? reading = null) =>
        TableSource.Read(_folder.Options with { Reading = reading ?? _folder.Reading });
}

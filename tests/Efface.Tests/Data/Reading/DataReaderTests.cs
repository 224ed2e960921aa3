using CsCheck;
using Efface.Data.Reading;
using Efface.Data.Sources;
using Efface.Tests.Data.Sources;
using TorchSharp;
using Xunit;

namespace Efface.Tests.Data.Reading;

public sealed class DataReaderTests : IDisposable
{
    private readonly ToyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once_by_kind_with_its_place_and_its_value()
    {
        var whole = ToyFolder.Png(1);
        _folder.Write("cut.png", whole[..(whole.Length / 2)]);
        _folder.Write("empty.png", Array.Empty<byte>());
        _folder.Write("text.png", "no picture");
        foreach (var i in Enumerable.Range(0, 6))
            _folder.Picture($"{i}.png", i);
        _folder.Write(
            "t.csv",
            [
                "file,y",
                "0.png,a",
                "1.png,b",
                "gone.png,a",
                "empty.png,b",
                "cut.png,a",
                "text.png,b",
                "../x.png,a",
                "2.png",
                "3.png,",
                ",b",
                "4.png,a",
                "lost.png,b",
            ]
        );
        var problems = Sheets.Refused(() => Read("y"));

        Assert.Equal("--on-bad", problems[^1].Subject.InFlags());
        Assert.StartsWith("9 rows cannot be used", problems[^1].Fault, StringComparison.Ordinal);
        Assert.Equal(
            ("2 rows (t.csv row 4 'gone.png'; t.csv row 13 'lost.png')", "is missing"),
            (problems[0].Subject.InFlags(), problems[0].Fault)
        );
        Assert.Equal(
            [
                "t.csv row 10 column y: has no value",
                "t.csv row 11 column file: names no image",
                "t.csv row 5 'empty.png': is empty",
                "t.csv row 6 'cut.png': is truncated or corrupt",
                "t.csv row 7 'text.png': is no picture in a format that Efface reads",
                "t.csv row 8 column file '../x.png': names an image outside the root",
                "t.csv row 9 '1 fields': has not the 2 fields of the header",
            ],
            problems.Skip(1).SkipLast(1).Select(problem => $"{problem.Subject.InFlags()}: {problem.Fault}").Order(StringComparer.Ordinal)
        );
        Assert.All(problems, problem => Assert.NotEmpty(problem.Remedy.InFlags()));
    }

    [Fact]
    public void Who_skips_gets_the_rest_with_its_own_pixels_and_a_list_of_what_is_not_there()
    {
        foreach (var i in Enumerable.Range(0, 20).Where(i => i % 3 != 0))
            _folder.Picture($"{i}.png", i);
        _folder.Write("t.csv", [.. Enumerable.Range(0, 20).Select(i => $"{i}.png,{i % 2},n{i}").Prepend("file,y,n")]);
        var read = Read("y", OnBad.Skip);
        using var table = read.Table;

        Assert.Equal(
            Enumerable.Range(0, 20).Where(i => i % 3 == 0).Select(i => (int?)i + 2),
            read.Report.Skipped.Select(fault => fault.Line)
        );
        Assert.Equal(
            Enumerable.Range(0, 20).Where(i => i % 3 != 0).Select(i => $"n{i}"),
            table["n"].Labels.Select(label => table["n"].Classes[label])
        );
        using var pixels = table.Gather([.. Enumerable.Range(0, table.Count)]);
        for (var row = 0; row < table.Count; row++)
            Assert.Equal(table["n"].Classes[table["n"].Labels[row]], $"n{pixels[row, 0, 0, 0].ToByte()}");
        Assert.Equal((20, 0), (read.Report.RowsRead, read.Report.LeftOut));
        Assert.StartsWith("skipped: 7 rows (t.csv row 2 '0.png'; ", Assert.Single(read.Report.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_rows_are_refused_above_the_share_that_the_user_allows_and_skipped_below() =>
        Gen.Select(
                Gen.OneOf(Gen.Int[1, 12], Gen.Int[95, 320]),
                Gen.Double[0, 1].Select(part => part * part * part),
                Gen.OneOf<OnBad?>(OnBad.Skip, OnBad.Fail, null)
            )
            .Sample(
                (count, share, onBad) =>
                {
                    var bad = (int)Math.Round(count * (count > 12 ? share / 20 : share));
                    var sheet = Sheets.Of(("y", [.. Enumerable.Range(0, count).Select(i => i < bad ? null : "a")]));
                    var options = new DataOptions
                    {
                        Task = "y",
                        Reading = new ReadingOptions { OnBad = onBad },
                    };
                    if (bad == count || onBad != OnBad.Skip && bad > (onBad == OnBad.Fail ? 0 : 0.01) * count)
                        Assert.Equal(
                            bad == count && onBad == OnBad.Skip ? "data set toy" : "--on-bad",
                            Sheets.Refused(() => ToyTables.Read(sheet, options))[^1].Subject.InFlags()
                        );
                    else
                    {
                        var read = ToyTables.Read(sheet, options);
                        read.Table.Dispose();
                        Assert.Equal((count - bad, bad), (read.Table.Count, read.Report.Skipped.Count));
                    }
                },
                iter: 200
            );

    [Fact]
    public void Bad_pictures_count_among_those_that_were_opened()
    {
        foreach (var i in Enumerable.Range(0, 100))
            _folder.Picture($"{i}.png", i);
        _folder.Write("t.csv", [.. Enumerable.Range(0, 100).Select(i => $"{i}.png,{i % 2}").Prepend("file,y")]);
        File.Delete(_folder.At("50.png"));
        var read = Read("y");
        read.Table.Dispose();
        Assert.Equal("t.csv row 52 '50.png'", Assert.Single(read.Report.Skipped).Where);

        File.Delete(_folder.At("51.png"));
        Assert.Equal("--on-bad", Sheets.Refused(() => Read("y"))[^1].Subject.InFlags());
        Read("y", OnBad.Skip).Table.Dispose();
        Sheets.Refused(() => Read("y", OnBad.Fail));
    }

    [Fact]
    public void Every_picture_is_told_its_own_fault_however_many_are_decoded_at_once()
    {
        byte[][] kinds =
        [
            ToyFolder.Png(1)[..40],
            "no picture"u8.ToArray(),
            "P3 1 1 255 1 2 3\n"u8.ToArray(),
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"4\"/>"u8.ToArray(),
        ];
        foreach (var i in Enumerable.Range(0, 400))
            _folder.Write($"{i}.png", kinds[i % kinds.Length]);
        _folder.Picture("good.png", 1);
        _folder.Write("t.csv", [.. Enumerable.Range(0, 400).Select(i => $"{i}.png,{i % 2}").Prepend("good.png,0").Prepend("file,y")]);
        var read = Read("y", OnBad.Skip);
        read.Table.Dispose();

        Assert.Equal(
            Enumerable
                .Range(0, 400)
                .Select(i => i % kinds.Length == 0 ? "is truncated or corrupt" : "is no picture in a format that Efface reads"),
            read.Report.Skipped.Select(fault => fault.Fault)
        );
    }

    [Theory]
    [InlineData("file,y")]
    [InlineData("file,y\ngone.png,1")]
    [InlineData("file,y\n,1")]
    public void A_data_set_without_a_usable_row_is_refused_even_to_who_skips(string text)
    {
        _folder.Write("t.csv", text);
        var problem = Sheets.Refused(() => Read("y", OnBad.Skip))[^1];

        Assert.Equal(("data set table", "has no row that can be used"), (problem.Subject.InFlags(), problem.Fault));
    }

    [Fact]
    public void Rules_that_leave_no_row_are_refused()
    {
        _folder.Picture("1.png", 1);
        _folder.Write("t.csv", "file,y,z", "1.png,a,b");
        var options = _folder.Options with { Task = "y", Reading = _folder.Reading with { Drop = ["z=b"] } };

        Assert.Equal(
            "data set table",
            Assert.Single(Sheets.Refused(() => DataReader.Read(DataSources.Find("table")!, options))).Subject.InFlags()
        );
    }

    [Fact]
    public void Columns_that_are_not_there_or_hold_no_classes_are_told_with_what_was_wrong_before()
    {
        var sheet = Sheets.Of(("y", [.. Enumerable.Range(0, 1_001).Select(i => $"{i}")]), ("z", [.. Enumerable.Repeat("a", 1_001)]));
        var options = new DataOptions
        {
            Task = "y",
            Attributes = ["z", "wig"],
            Reading = new ReadingOptions { GroupColumn = "who" },
        };
        var problems = Sheets.Refused(() =>
            DataReader.Read(new DataSource("toy", null, null, null, _ => sheet), options, [new Problem("--forget z", "is odd", "Mend it")])
        );

        Assert.Equal(["column 'wig'", "column 'who'", "--forget z"], problems.Select(problem => problem.Subject.InFlags()));
        problems = Sheets.Refused(() =>
            DataReader.Read(new DataSource("toy", null, null, null, _ => sheet), new DataOptions { Task = "y", Attributes = ["z"] })
        );
        Assert.StartsWith("has 1,001 different values", Assert.Single(problems).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_may_be_as_many_as_they_are()
    {
        var sheet = Sheets.Of(
            ("y", [.. Enumerable.Range(0, 1_100).Select(i => $"{i % 2}")]),
            ("who", [.. Enumerable.Range(0, 1_100).Select(i => $"{i}")])
        );
        using var table = ToyTables
            .Read(
                sheet,
                new DataOptions
                {
                    Task = "y",
                    Reading = new ReadingOptions { GroupColumn = "who" },
                }
            )
            .Table;

        Assert.Equal(1_100, table.Count);
    }

    [Fact]
    public void Empty_cells_of_a_column_that_nobody_chose_are_a_class_of_their_own()
    {
        using var table = ToyTables.Read(Sheets.Of(("y", ["a", "b", "a"]), ("z", ["p", null, "q"])), new DataOptions { Task = "y" }).Table;

        Assert.Equal(["p", "(missing)", "q"], table["z"].Labels.Select(label => table["z"].Classes[label]));
    }

    private ReadData Read(string task, OnBad? onBad = null) =>
        DataReader.Read(
            DataSources.Find("table")!,
            _folder.Options with
            {
                Task = task,
                Reading = _folder.Reading with { OnBad = onBad },
            },
            cancel: TestContext.Current.CancellationToken
        );
}

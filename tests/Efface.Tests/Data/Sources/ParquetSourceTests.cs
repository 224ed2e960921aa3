using Efface.Data;
using Efface.Data.Reading;
using Efface.Data.Sources;
using Parquet.Schema;
using TorchSharp;
using Xunit;

namespace Efface.Tests.Data.Sources;

public sealed class ParquetSourceTests : IDisposable
{
    private static readonly string[] Animals = ["cat", "dog"];
    private readonly ToyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_of_every_group_and_file_are_read_in_order_and_named_by_their_place()
    {
        _folder.Write(
            "data/train-00000-of-00002.parquet",
            ToyParquet.OfGroups(Animals, ToyParquet.Rows(0, 3, 2), [], ToyParquet.Rows(3, 2, 2))
        );
        _folder.Write("data/train-00001-of-00002.parquet", ToyParquet.Of(Animals, ToyParquet.Rows(5, 2, 2)));
        _folder.Write("data/test-00000-of-00001.parquet", ToyParquet.Of(Animals, ToyParquet.Rows(7, 1, 2)));
        var sheet = ParquetSource.Read(_folder.Options);

        Assert.Equal(["n7", "n0", "n1", "n2", "n3", "n4", "n5", "n6"], sheet.Cells("name"));
        Assert.Equal(["dog", "cat", "dog", "cat", "dog", "cat", "dog", "cat"], sheet.Cells("label"));
        Assert.Equal([Part.Test, .. Enumerable.Repeat(Part.Train, 7)], sheet.Parts);
        Assert.Equal([0, 0, 1, 2, 3, 4, 0, 1], sheet.Lines());
        Assert.Equal("data/train-00000-of-00002.parquet#4", sheet.Pictures()[5]);
    }

    [Fact]
    public void Every_row_gets_the_pixels_of_its_own_picture()
    {
        _folder.Write("train.parquet", ToyParquet.OfGroups(Animals, ToyParquet.Rows(0, 5, 2), ToyParquet.Rows(5, 7, 2)));
        _folder.Write("test.parquet", ToyParquet.Of(Animals, ToyParquet.Rows(12, 4, 2)));
        using var table = Read("label").Table;

        using var pixels = table.Gather([.. Enumerable.Range(0, table.Count)]);
        for (var row = 0; row < table.Count; row++)
            Assert.Equal(table["name"].Classes[table["name"].Labels[row]], $"n{pixels[row, 0, 0, 0].ToByte()}");
        Assert.Equal(16, table.Count);
    }

    [Fact]
    public void Without_names_in_the_metadata_the_numbers_are_the_classes()
    {
        _folder.Write("x.parquet", ToyParquet.Of(null, ToyParquet.Rows(0, 4, 3)));
        var sheet = ParquetSource.Read(_folder.Options);

        Assert.Equal(["0", "1", "2", "0"], sheet.Cells("label"));
        Assert.Null(sheet.Parts);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"info":{"features":[]}}""")]
    [InlineData("""{"info":{"features":{"label":[],"other":{"names":3}}}}""")]
    [InlineData("""{"info":null}""")]
    public void Metadata_that_nobody_understands_name_no_classes(string features)
    {
        var (image, label) = (new DataField<byte[]>("image"), new DataField<int>("label"));
        _folder.Write("x.parquet", ToyParquet.Of(new ParquetSchema(image, label), features, writer =>
            {
                ToyParquet.Wait(writer.WriteAsync(image, [ToyFolder.Png(1)]));
                ToyParquet.Wait(writer.WriteAsync<int>(label, new[] { 7 }));
            }));

        Assert.Equal(["7"], ParquetSource.Read(_folder.Options).Cells("label"));
    }

    [Fact]
    public void A_class_that_is_not_known_is_an_empty_cell_and_one_that_does_not_exist_a_fault()
    {
        _folder.Write(
            "x.parquet",
            ToyParquet.Of(
                Animals,
                [
                    new(ToyFolder.Png(0), 0),
                    new(ToyFolder.Png(1), -1),
                    new(ToyFolder.Png(2), null),
                    new(ToyFolder.Png(3), 2),
                    new(ToyFolder.Png(4), 1),
                ]
            )
        );
        var sheet = ParquetSource.Read(_folder.Options);

        Assert.Equal(["cat", null, null, "dog"], sheet.Cells("label"));
        Assert.Equal("x.parquet row 3 column label '2'", Assert.Single(sheet.Faults).Where);
    }

    [Fact]
    public void Columns_of_every_simple_type_are_labels_and_others_are_not()
    {
        var image = new DataField<byte[]>("picture");
        var (flag, small, real, word, when) = (
            new DataField<bool?>("flag"),
            new DataField<byte>("small"),
            new DataField<double>("real"),
            new DataField<string>("word"),
            new DataField<DateTime>("when")
        );
        _folder.Write("x.parquet", ToyParquet.Of(new ParquetSchema(image, flag, small, real, word, when), null, writer =>
            {
                ToyParquet.Wait(writer.WriteAsync(image, [ToyFolder.Png(1), ToyFolder.Png(2)]));
                ToyParquet.Wait(writer.WriteAsync<bool>(flag, new bool?[] { true, null }));
                ToyParquet.Wait(writer.WriteAsync<byte>(small, new byte[] { 0, 255 }));
                ToyParquet.Wait(writer.WriteAsync<double>(real, new[] { 0.5, -1e9 }));
                ToyParquet.Wait(writer.WriteAsync(word, ["a b", "ünï"]));
                ToyParquet.Wait(writer.WriteAsync<DateTime>(when, new[] { DateTime.UnixEpoch, DateTime.UnixEpoch }));
            }));
        var sheet = ParquetSource.Read(_folder.Options);

        Assert.Equal(["flag", "small", "real", "word"], sheet.Columns.Select(column => column.Name));
        Assert.Equal(["1", null], sheet.Cells("flag"));
        Assert.Equal(["0", "255"], sheet.Cells("small"));
        Assert.Equal(["0.5", "-1000000000"], sheet.Cells("real"));
        Assert.Equal(["a b", "ünï"], sheet.Cells("word"));
    }

    [Theory]
    [InlineData("train-00000-of-00001.parquet", Part.Train)]
    [InlineData("data/validation-0.parquet", Part.Validation)]
    [InlineData("valid/0000.parquet", Part.Validation)]
    [InlineData("plain/test/0000.parquet", Part.Test)]
    [InlineData("Test.parquet", Part.Test)]
    public void The_part_stands_in_a_files_name_or_in_its_folders(string file, Part part)
    {
        _folder.Write(file, ToyParquet.Of(Animals, ToyParquet.Rows(0, 1, 2)));

        Assert.Equal([part], ParquetSource.Read(_folder.Options).Parts!);
    }

    [Fact]
    public void Where_some_files_name_a_part_all_must()
    {
        foreach (var file in new[] { "train.parquet", "more.parquet", "extra.parquet" })
            _folder.Write(file, ToyParquet.Of(Animals, ToyParquet.Rows(0, 1, 2)));

        Assert.Equal(
            ["extra.parquet", "more.parquet"],
            Sheets.Refused(() => ParquetSource.Read(_folder.Options)).Select(problem => problem.Subject.InFlags())
        );
    }

    [Fact]
    public void A_column_may_say_the_part()
    {
        _folder.Write(
            "train.parquet",
            ToyParquet.Of(Animals, [new(ToyFolder.Png(0), 0, "test"), new(ToyFolder.Png(1), 1, "train"), new(ToyFolder.Png(2), 1, "other")])
        );
        var sheet = ParquetSource.Read(_folder.Options with { Reading = _folder.Reading with { SplitColumn = "name" } });

        Assert.Equal([Part.Test, Part.Train], sheet.Parts);
        Assert.Equal("other", Assert.Single(sheet.Faults).Value);
        Assert.Equal(["label"], sheet.Columns.Select(column => column.Name));
    }

    [Fact]
    public void Rows_without_bytes_are_listed_with_the_row()
    {
        _folder.Write(
            "train.parquet",
            ToyParquet.Of(
                Animals,
                [
                    .. ToyParquet.Rows(0, 3, 2),
                    new(null, 1, "n9"),
                    new([], 1, "n8"),
                    new("no picture"u8.ToArray(), 1, null),
                    .. ToyParquet.Rows(6, 2, 2),
                ]
            )
        );
        var read = Read("label", OnBad.Skip);
        using var table = read.Table;
        using var pixels = table.Gather([.. Enumerable.Range(0, table.Count)]);

        Assert.Equal(
            [
                "train.parquet row 3 'train.parquet#3': is empty",
                "train.parquet row 4 'train.parquet#4': is empty",
                "train.parquet row 5 'train.parquet#5': is no picture in a format that Efface reads",
            ],
            read.Report.Skipped.Select(fault => $"{fault.Where}: {fault.Fault}")
        );
        Assert.Equal([0, 1, 2, 6, 7], Enumerable.Range(0, table.Count).Select(row => (int)pixels[row, 0, 0, 0].ToByte()));
        Assert.Equal(["n0", "n1", "n2", "n6", "n7"], table["name"].Labels.Select(label => table["name"].Classes[label]));
    }

    [Fact]
    public void A_column_of_more_than_a_thousand_named_classes_is_none_of_classes_unless_it_is_asked_for()
    {
        string[] people = [.. Enumerable.Range(0, 1_002).Select(i => $"p{i}")];
        var picture = ToyFolder.Png(1);
        _folder.Write("x.parquet", ToyParquet.Of(people, [.. people.Select((_, i) => new ParquetRow(picture, i, "n"))]));

        Assert.True(ParquetSource.Read(_folder.Options).Columns[0].IsOpen);
        Assert.Equal(
            "p1001",
            ParquetSource.Read(_folder.Options with { Reading = _folder.Reading with { GroupColumn = "label" } }).Cells("label")[^1]
        );
    }

    [Fact]
    public void Files_without_a_column_of_pictures_or_with_several_ask_for_one()
    {
        var (left, right, label) = (new DataField<byte[]>("left"), new DataField<byte[]>("right"), new DataField<int>("label"));
        _folder.Write("x.parquet", ToyParquet.Of(new ParquetSchema(left, right), null, writer =>
            {
                ToyParquet.Wait(writer.WriteAsync(left, [ToyFolder.Png(1)]));
                ToyParquet.Wait(writer.WriteAsync(right, [ToyFolder.Png(2)]));
            }));
        Assert.Contains(
            "left, right",
            Assert.Single(Sheets.Refused(() => ParquetSource.Read(_folder.Options))).Fault,
            StringComparison.Ordinal
        );
        Assert.Equal(1, ParquetSource.Read(_folder.Options with { Reading = _folder.Reading with { ImageColumn = "right" } }).Count);
        Assert.Equal(
            "--image-column label",
            Assert
                .Single(
                    Sheets.Refused(() =>
                        ParquetSource.Read(_folder.Options with { Reading = _folder.Reading with { ImageColumn = "label" } })
                    )
                )
                .Subject.InFlags()
        );

        _folder.Write(
            "x.parquet",
            ToyParquet.Of(new ParquetSchema(label), null, writer => ToyParquet.Wait(writer.WriteAsync<int>(label, new[] { 1 })))
        );
        Assert.Contains(
            "no column of pictures",
            Assert.Single(Sheets.Refused(() => ParquetSource.Read(_folder.Options))).Fault,
            StringComparison.Ordinal
        );
    }

    private ReadData Read(string task, OnBad? onBad = null) =>
        DataReader.Read(
            DataSources.Find("parquet")!,
            _folder.Options with
            {
                Task = task,
                Reading = _folder.Reading with { OnBad = onBad },
            },
            cancel: TestContext.Current.CancellationToken
        );
}

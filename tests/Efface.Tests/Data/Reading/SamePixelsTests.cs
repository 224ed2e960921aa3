using Efface.Data;
using Efface.Data.Reading;
using Efface.Data.Sources;
using Efface.Tests.Data.Sources;
using Xunit;

namespace Efface.Tests.Data.Reading;

public sealed class SamePixelsTests : IDisposable
{
    private const Part Train = Part.Train,
        Validation = Part.Validation,
        Test = Part.Test;
    private readonly ToyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_that_contradict_each_other_are_all_skipped()
    {
        var read = Read([1, 2, 1, 3, 1], ["a", "a", "b", "b", "a"], [Train, Train, Train, Validation, Train]);

        Assert.Equal([2, 4, 6], read.Report.Skipped.Select(fault => fault.Line));
        Assert.Equal([("y", "a"), ("y", "b"), ("y", "a")], read.Report.Skipped.Select(fault => (fault.Column!, fault.Value!)));
        Assert.Equal("contradicts another row with the same pixels", Assert.Single(read.Report.Groups).Fault);
        Assert.Equal(2, read.Table.Count);
    }

    [Fact]
    public void A_column_that_nobody_chose_contradicts_nothing()
    {
        var read = Read([1, 1, 2], ["a", "a", "b"], [Train, Train, Validation], other: ["p", "q", "p"]);

        Assert.Equal((3, 0), (read.Table.Count, read.Report.Skipped.Count));
    }

    [Theory]
    [InlineData(new[] { Train, Test }, new[] { Test })]
    [InlineData(new[] { Train, Validation }, new[] { Validation })]
    [InlineData(new[] { Test, Validation, Train }, new[] { Test })]
    [InlineData(new[] { Test, Train, Test }, new[] { Test, Test })]
    public void Of_a_picture_in_several_parts_only_the_rows_that_test_it_stay(Part[] parts, Part[] kept)
    {
        var read = Read([.. parts.Select(_ => 1), 2, 3], [.. parts.Select(_ => "a"), "b", "b"], [.. parts, Train, Validation]);

        Assert.Equal([.. kept, Train, Validation], read.Table.Parts);
        Assert.Equal(parts.Length - kept.Length, read.Report.Skipped.Count);
        Assert.Equal("has the same pixels as a row of a part that is to test it", Assert.Single(read.Report.Groups).Fault);
    }

    [Fact]
    public void A_leak_is_told_with_both_rows_and_both_parts() =>
        Assert.Equal(
            "0.png in train, 1.png in test",
            Assert.Single(Read([1, 1, 2], ["a", "a", "b"], [Train, Test, Validation]).Report.Skipped).Value
        );

    [Fact]
    public void Rows_that_say_the_same_again_are_kept_and_noted()
    {
        var read = Read([1, 1, 1, 2, 2, 3], ["a", "a", "a", "b", "b", "a"], [Train, Train, Train, Train, Train, Validation]);

        Assert.Equal((6, 0), (read.Table.Count, read.Report.Skipped.Count));
        var finding = Assert.Single(read.Report.Findings);
        Assert.Equal(3, finding.Count);
        Assert.Equal(["1.png", "2.png", "4.png"], finding.Examples);
    }

    [Fact]
    public void Two_files_of_the_same_picture_and_one_file_named_twice_are_seen_alike()
    {
        foreach (var (name, number) in new[] { ("a", 1), ("b", 1), ("c", 2), ("d", 3) })
            _folder.Picture($"{name}.png", number);
        _folder.Write(
            "t.csv",
            "file,y,split",
            "a.png,p,train",
            "b.png,p,test",
            "c.png,p,train",
            "c.png,q,train",
            "d.png,q,train",
            "d.png,q,train"
        );
        var options = _folder.Options with { Task = "y", Reading = _folder.Reading with { SplitColumn = "split", OnBad = OnBad.Skip } };
        var read = DataReader.Read(DataSources.Find("table")!, options, cancel: TestContext.Current.CancellationToken);
        using var table = read.Table;

        Assert.Equal([2, 4, 5], read.Report.Skipped.Select(fault => fault.Line).Order());
        Assert.Equal(3, table.Count);
        Assert.StartsWith("rows repeat another one of their part", Assert.Single(read.Report.Findings).What, StringComparison.Ordinal);
    }

    private static ReadData Read(int[] pixels, string[] labels, Part[] parts, string[]? other = null)
    {
        var sheet = Sheets.Of(("y", labels), ("z", other ?? labels)) with { Images = Sheets.Images(pixels), Parts = parts };
        var read = ToyTables.Read(
            sheet,
            new DataOptions
            {
                Task = "y",
                Reading = new ReadingOptions { OnBad = OnBad.Skip },
            }
        );
        read.Table.Dispose();
        return read;
    }
}

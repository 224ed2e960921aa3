using System.Text;
using Efface.Tests.Data.Sources;
using Efface.Tests.Data.Vectors;
using Efface.Tests.Models;
using Xunit;

namespace Efface.Tests.Data.Rewriting;

[OneThread]
public sealed class RewrittenTablesTests : IDisposable
{
    private readonly ToyRewriting _toy = new();

    public void Dispose() => _toy.Dispose();

    private string Rewritten(string text, string? array = null, bool codes = false, params string[] taken)
    {
        _toy.Files.Write("h.csv", Encoding.UTF8.GetBytes(text));
        File.Delete(_toy.Files.At("out.csv"));
        _toy.Rewrite("h.csv", array: array, codes: codes, taken: taken);
        return Encoding.UTF8.GetString(_toy.Bytes("out.csv"));
    }

    [Theory]
    [InlineData("key,h0,y,h1\na,0.25,1,0.5\nb,3,0,4e-9\n", "key,h0,y,h1\na,0.5,1,0\nb,-5,0,1\n")]
    // Numbers are shortest, and other cells as they stand: quotes, blanks, names with separators and line ends, letters of any kind.
    [InlineData(
        "\"h1\", h0 ,y\r\n\"0.1\", 2 ,\"a \"\"b\"\", ü\r\nc\"\r\n.35,-1,  x \r\n",
        "\"h1\", h0 ,y\r\n0.8,-3,\"a \"\"b\"\", ü\r\nc\"\r\n0.3,3,  x \r\n"
    )]
    [InlineData("\ufeffh0,h1,y\n1,2,ä", "\ufeffh0,h1,y\n-1,-3,ä")]
    [InlineData("h0;h1;y\r1,5;2;3,25\r", "h0;h1;y\r-2;-3;3,25\r")]
    [InlineData("h0,h1\n\"1,5\",2\n\"2,25\",3\n", "h0,h1\n-2,-3\n\"-3,5\",-5\n")]
    // Rows that end in a separator, empty lines, and no line of names.
    [InlineData("h0,h1,y\n1,2,a,\n\n3,4,b,\n", "h0,h1,y\n-1,-3,a,\n-5,-7,b,\n")]
    [InlineData("\"1.5\",\"2\"\n3,4\n", "-2,-3\n-5,-7\n")]
    public void Cells_of_vectors_are_replaced_and_others_stay_as_they_stand(string before, string after) =>
        Assert.Equal(after, Rewritten(before, null, false, "y"));

    [Theory]
    [InlineData("k,v\na,\"[1, 2]\"\nb,\"[3.5, 4]\"\n", "k,v\na,\"[-1, -3]\"\nb,\"[-6, -7]\"\n")]
    [InlineData("v;k\n[1 2];a\n[3.5 4];b\n", "v;k\n\"[-1, -3]\";a\n\"[-6, -7]\";b\n")]
    public void Lists_are_replaced(string before, string after) => Assert.Equal(after, Rewritten(before));

    [Theory]
    [InlineData("k,h0,y,h1\na,0.25,\"1\",0.5\nb,,0,4\n", "k,code,y\na,2,\"1\"\nb,-1,0\n")]
    [InlineData("# h0,h1,k\n1.5,2.5,u\n", "# code,k\n12,u\n")]
    [InlineData("1.5,2\n3,4\n", "12\n24\n")]
    public void Codes_stand_where_the_first_number_stood(string before, string after) =>
        Assert.Equal(after, Rewritten(before, null, true, "y"));

    [Fact]
    public void Rows_that_cannot_be_used_are_empty_and_listed_and_keep_their_places()
    {
        // Words among the first rows are refused at once.
        const int Sampled = 1_000;
        string[] good = [.. Enumerable.Range(0, Sampled).Select(i => $"k{i},{i},1")];
        _toy.Files.Write("h.csv", ["key,h0,h1", .. good, "a,,5", "b,x,5", "c,inf,5", "d,1", "e,1,\"2\"3", "f,1,2"]);

        var done = _toy.Rewrite("h.csv");

        Assert.Equal(Sampled + 6, done.Rows);
        Assert.Equal(
            ["a,,", "b,,", "c,,", ",,", ",,", "f,-1,-3"],
            _toy.Text("out.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries)[(Sampled + 1)..]
        );
        Assert.Equal([2, 3, 4, 5, 6], done.Faults.Select(fault => fault.Line!.Value - Sampled));
        var faults = done.Faults.ToDictionary(fault => fault.Line!.Value - Sampled);
        Assert.Equal(("h0", "x", "is not a number"), (faults[3].Column, faults[3].Value, faults[3].Fault));
        Assert.Equal("1 of 2 numbers", faults[2].Value);
        Assert.Contains("3 fields of the header", faults[5].Fault, StringComparison.Ordinal);
        Assert.Contains("quote", faults[6].Fault, StringComparison.Ordinal);
        var read = _toy.Files.ReadRaw("out.csv");
        using (read.Values)
            Assert.Equal(Sampled + 6, read.Rows.Count);
    }

    [Fact]
    public void Of_the_only_column_an_unusable_row_is_still_a_row()
    {
        _toy.Files.Write("h.csv", ["v", "[1 2]", "[3 4 5]", "[1 2]"]);

        Assert.Equal("has a list of another length than most, 2", Assert.Single(_toy.Rewrite("h.csv").Faults).Fault);

        Assert.Equal("v\n\"[-1, -3]\"\n\"\"\n\"[-1, -3]\"\n", _toy.Text("out.csv").ReplaceLineEndings("\n"));
        using var read = _toy.Files.ReadRaw("out.csv").Values;
        Assert.Equal([3, 2], read.shape);
    }

    [Fact]
    public void What_the_reader_finds_is_mapped_in_any_order_of_columns()
    {
        _toy.Files.Write("h.tsv", ToyVectors.Lines("h10\tkey\th2\th1", 50, i => $"{i / 7f}\t{ToyVectors.Key(i)}\t{i * 1e20}\t-{i}e-30"));

        Assert.Empty(_toy.Rewrite("h.tsv", array: "h1,h2,h10", key: "key").Faults);

        _toy.IsMapped("h.tsv", [], array: "h1,h2,h10", key: "key");
    }

    [Fact]
    public void Chunks_give_what_the_whole_gives()
    {
        _toy.Files.Write("h.csv", ToyVectors.Lines("h0,h1,k", 40_000, i => $"{i},{(i % 1000 == 7 ? "" : i / 8f)},\"{i},ü\""));
        var (most, calls) = (0L, 0);

        var done = _toy.Rewrite("h.csv", rows =>
        {
            (most, calls) = (Math.Max(most, rows.shape[0]), calls + 1);
            return ToyRewriting.Map(rows);
        });

        Assert.Equal((40_000L, 40, 3), (done.Rows, done.Faults.Count, calls));
        Assert.InRange(most, 1, 1 << 14);
        var lines = _toy.Text("out.csv").Split('\n');
        Assert.All(Enumerable.Range(0, 40_000), i =>
            Assert.Equal(i % 1000 == 7 ? $",,\"{i},ü\"" : $"{1 - 2f * i},{1 - i / 4f},\"{i},ü\"", lines[i + 1])
        );
    }

    [Fact]
    public void Text_that_is_no_utf8_is_refused_for_its_other_columns_would_be_damaged()
    {
        _toy.Files.Write("h.csv", Encoding.Latin1.GetBytes("h0,h1,k\n1,2,ü\n"));

        Assert.Contains("UTF-8", Assert.Single(Sheets.Refused(() => _toy.Rewrite("h.csv"))).Fault, StringComparison.Ordinal);

        Assert.Equal(["h.csv"], _toy.Names());
    }
}

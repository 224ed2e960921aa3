using System.Globalization;
using System.IO.Compression;
using Efface.Data.Vectors;
using Efface.Tests.Models;
using Xunit;

namespace Efface.Tests.Data.Vectors;

/// <summary>Which columns are the vector in files that people really send, and what is no number of it.</summary>
[OneThread]
public sealed class MisreadColumnsTests : IDisposable
{
    private const int Count = ToyVectors.Count;

    private readonly ToyVectors _toy = new();

    public MisreadColumnsTests() => _toy.WriteLabels();

    public void Dispose() => _toy.Dispose();

    [Theory]
    [InlineData("-9999")]
    [InlineData("1e30")]
    [InlineData("999")]
    public void A_fill_value_is_no_number_of_the_vector(string fill)
    {
        _toy.Write(
            "h.csv",
            ToyVectors.Lines("h0,h1", Count, i =>
                i == 7 ? $"0.5,{fill}" : string.Create(CultureInfo.InvariantCulture, $"{i % 10 * 0.1},{i % 7 * 0.01}")
            )
        );

        using var read = VectorReader.Read(_toy.Options("h.csv"), cancel: TestContext.Current.CancellationToken);

        var skipped = Assert.Single(read.Skipped);
        Assert.Contains("a fill value, or an overflow", skipped.Fault, StringComparison.Ordinal);
        Assert.Equal(Count - 1, read.Values.shape[0]);
    }

    [Fact]
    public void Probabilities_that_saturate_and_features_that_are_mostly_0_are_no_fill_values()
    {
        _toy.Write(
            "h.csv",
            ToyVectors.Lines("h0,h1,h2", Count, i =>
                i % 9 == 0
                    ? "1,0,120"
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"{1e-7 * (1 + i % 5)},{1 - 1e-3 * (i % 5)},{(i % 4 == 0 ? 1 + i % 3 : 0)}"
                    )
            )
        );

        using var read = VectorReader.Read(_toy.Options("h.csv"), cancel: TestContext.Current.CancellationToken);

        Assert.Empty(read.Skipped);
    }

    [Theory]
    [InlineData(1e9, 10)]
    [InlineData(1e9, 1000)]
    [InlineData(1e7, 1)]
    public void A_column_of_which_32_bits_would_lose_what_it_tells_is_refused(double offset, double spread)
    {
        _toy.Write(
            "h.csv",
            ToyVectors.Lines("h0,h1", Count, i =>
                string.Create(CultureInfo.InvariantCulture, $"{i % 10 * 0.1},{offset + i % 7 * spread / 7:F3}")
            )
        );

        Assert.Contains(
            "1 of 2 columns that vary by less than 32 bits show",
            Assert.Single(ToyVectors.Refused(_toy.Options("h.csv"))).Fault,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void One_odd_cell_does_not_drop_its_column_from_the_vector()
    {
        _toy.Write("h.csv", ToyVectors.Lines("h0,h1,h2,h3,h4,h5", Count, i => $"1,2,3,4,{(i == 50 ? "#DIV/0!" : $"{i}")},6"));

        var problem = Assert.Single(ToyVectors.Refused(_toy.Options("h.csv")));

        Assert.EndsWith("column h4", problem.Subject.InFlags(), StringComparison.Ordinal);
        Assert.Contains("'#DIV/0!' in row 52", problem.Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("h0,h1,h3", "h2", "--array h0..h1,h3")]
    [InlineData("h1,h2,h4,h5,h7", "h3, h6", "--array h1..h2,h4..h5,h7")]
    [InlineData("h2,h3,h4", "h1", "--array h2..h4")]
    public void A_gap_in_a_numbered_series_is_refused_and_can_be_said(string header, string missing, string typed)
    {
        var width = header.Split(',').Length;
        _toy.Write("h.csv", ToyVectors.Lines(header, Count, i => string.Join(',', Enumerable.Range(i, width))));

        foreach (var array in new[] { null, "h" })
        {
            var problem = Assert.Single(ToyVectors.Refused(_toy.Options("h.csv") with { Array = array }));
            Assert.Contains($"and not {missing}", problem.Fault, StringComparison.Ordinal);
            Assert.EndsWith(typed, problem.Remedy.InFlags(), StringComparison.Ordinal);
        }
        using var read = VectorReader.Read(
            _toy.Options("h.csv") with
            {
                Array = typed["--array ".Length..],
            },
            cancel: TestContext.Current.CancellationToken
        );
        Assert.Equal([Count, width], read.Values.shape);
    }

    [Fact]
    public void Decimal_commas_are_read_and_columns_of_whole_numbers_beside_them_are_not_taken_instead()
    {
        _toy.Write("h.csv", ToyVectors.Lines("width;height;h0;h1", Count, i => $"{i % 7};3;{i},5;-0,{i:D3}e1"));

        var problem = Assert.Single(ToyVectors.Refused(_toy.Options("h.csv")));
        Assert.Contains("--array h ", problem.Remedy.InFlags(), StringComparison.Ordinal);
        using var read = VectorReader.Read(_toy.Options("h.csv") with { Array = "h" }, cancel: TestContext.Current.CancellationToken);

        Assert.Equal(
            Enumerable.Range(0, Count).SelectMany(i => new[] { i + 0.5f, (float)(-i / 100.0) }),
            ToyVectors.Of(read.Values),
            (one, other) => Math.Abs(one - other) < 1e-4
        );
        Assert.Contains("h.csv: decimals are read with a comma", read.Notes);
    }

    [Fact]
    public void Points_and_commas_in_one_file_are_refused()
    {
        _toy.Write("h.csv", ToyVectors.Lines("h0;h1", Count, i => $"{i},5;{i}.25"));

        foreach (var array in new[] { null, "h0", "h" })
            Assert.Single(ToyVectors.Refused(_toy.Options("h.csv") with { Array = array }));
    }

    [Theory]
    [InlineData("id", "--array id")]
    [InlineData("Unnamed: 0,h0,h1", "--array h ")]
    [InlineData("width,height", "--array width or --array height")]
    [InlineData("h0,h1,g0,g1", "--array h or --array g")]
    [InlineData("age,h0,h1", "--array h ")]
    public void Columns_that_could_be_meant_in_two_ways_are_refused_with_what_to_type(string header, string typed)
    {
        var width = header.Split(',').Length;
        _toy.Write("h.csv", ToyVectors.Lines(header, Count, i => string.Join(',', Enumerable.Range(i, width))));

        Assert.Contains(typed, Assert.Single(ToyVectors.Refused(_toy.Options("h.csv"))).Remedy.InFlags(), StringComparison.Ordinal);
    }

    [Fact]
    public void Whole_numbers_that_are_as_good_as_all_different_are_no_code()
    {
        _toy.Write("id.npy", ToyVectors.Npy("<i8", [Count], ToyVectors.Bytes([.. Enumerable.Range(0, Count).Select(i => (long)i)])));

        Assert.Contains(
            "120 different whole numbers in 120 rows",
            Assert.Single(ToyVectors.Refused(_toy.Options("id.npy"))).Fault,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_array_that_cannot_be_read_is_not_replaced_by_a_label_or_by_logits()
    {
        var unreadable = ToyVectors.NpyWithHeader(
            $"{{'descr': '|V2', 'fortran_order': False, 'shape': ({Count}, 4), }}",
            new byte[8 * Count]
        );
        _toy.Write(
            "y.npz",
            ToyVectors.Npz(
                CompressionLevel.Optimal,
                ("h", unreadable),
                ("y", ToyVectors.Npy("<i8", [Count], ToyVectors.Bytes([.. Enumerable.Range(0, Count).Select(i => (long)(i % 2))])))
            )
        );
        _toy.Write(
            "logits.npz",
            ToyVectors.Npz(CompressionLevel.Optimal, ("h", unreadable), ("logits", ToyVectors.Npy(ToyVectors.Numbers(), Count, 4)))
        );

        Assert.Single(ToyVectors.Refused(_toy.Options("y.npz")));
        Assert.Contains(
            "array 'h'",
            Assert.Single(ToyVectors.Refused(_toy.Options("logits.npz"))).Subject.InFlags(),
            StringComparison.Ordinal
        );
        using var read = VectorReader.Read(
            _toy.Options("logits.npz") with
            {
                Array = "logits",
            },
            cancel: TestContext.Current.CancellationToken
        );
        Assert.Equal(Count, read.Parts.Length);
    }

    [Fact]
    public void A_column_that_is_empty_at_first_or_called_as_a_label_is_not_dropped_from_its_series()
    {
        _toy.Write("h.csv", ToyVectors.Lines("h0,h1,h2", Count, i => $"{i},1,"));
        Assert.Contains("is empty", Assert.Single(ToyVectors.Refused(_toy.Options("h.csv"))).Fault, StringComparison.Ordinal);

        _toy.Write("l0.csv", ToyVectors.Lines("key,y,0,split", Count, ToyVectors.Labels));
        _toy.Write("h.csv", ToyVectors.Lines("key,0,1,2", Count, i => $"{ToyVectors.Key(i)},{i},1,2"));
        Assert.Contains(
            "called as a column of the labels",
            Assert.Single(ToyVectors.Refused(_toy.Options("h.csv", "l0.csv") with { Key = "key", Attributes = ["0"] })).Fault,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_a_range_names_must_be_there()
    {
        _toy.Write("h.csv", ToyVectors.Lines("h0,h2,h3", Count, i => $"{i},1,2"));
        Assert.Contains(
            "and not h1",
            Assert.Single(ToyVectors.Refused(_toy.Options("h.csv") with { Array = "h0..h3" })).Fault,
            StringComparison.Ordinal
        );
        foreach (var array in new[] { "h3..h0", ",", " " })
            Assert.NotEmpty(ToyVectors.Refused(_toy.Options("h.csv") with { Array = array }));

        _toy.Write("h.csv", ToyVectors.Lines("h0,h1,h2000000000", Count, i => $"{i},1,2"));
        Assert.NotEmpty(ToyVectors.Refused(_toy.Options("h.csv")));
    }

    [Theory]
    [InlineData("# h0,h1", "{0},1")]
    [InlineData("h[0],h[1]", "{0},1")]
    [InlineData("h0,h1", "{0},1,")]
    public void Headers_and_rows_as_other_programs_write_them_are_read_whole(string header, string row)
    {
        _toy.Write("h.csv", ToyVectors.Lines(header, Count, i => string.Format(CultureInfo.InvariantCulture, row, i)));

        using var read = VectorReader.Read(_toy.Options("h.csv"), cancel: TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, Count).SelectMany(i => new[] { (float)i, 1 }), ToyVectors.Of(read.Values));
    }

    [Fact]
    public void Whether_there_is_a_vector_is_told_where_it_goes_with_a_class()
    {
        const int Many = 600;
        _toy.Write("labels.csv", ToyVectors.Lines("y,z", Many, i => $"{i % 2},{i / 2 % 2}"));
        _toy.Write("h.csv", ToyVectors.Lines("h0,h1", Many, i => i / 2 % 2 == 1 && i % 5 == 0 ? "NaN,NaN" : $"{i},1"));
        _toy.Write("zeros.csv", ToyVectors.Lines("h0,h1", Many, i => i / 2 % 2 == 1 && i % 5 == 0 ? "0,0" : $"{i + 1},1"));

        using var read = VectorReader.Read(
            _toy.Options("h.csv") with
            {
                SplitColumn = null,
            },
            cancel: TestContext.Current.CancellationToken
        );
        using var zeros = VectorReader.Read(
            _toy.Options("zeros.csv") with
            {
                SplitColumn = null,
                Task = null,
            },
            cancel: TestContext.Current.CancellationToken
        );

        Assert.StartsWith(
            "whether there is a vector tells z: 20.0 % of 1 have none",
            Assert.Single(read.Warnings),
            StringComparison.Ordinal
        );
        Assert.Equal(Many, zeros.Parts.Length);
    }
}

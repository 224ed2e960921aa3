using System.Globalization;
using System.IO.Compression;
using Efface.Data;
using Efface.Tests.Data.Sources;
using Efface.Tests.Models;
using Xunit;

namespace Efface.Tests.Data.Vectors;

/// <summary>Files that people really send, of which an audit once read something else than the vectors.</summary>
[OneThread]
public sealed class MisreadVectorsTests : IDisposable
{
    private const int Count = ToyVectors.Count;

    private readonly ToyVectors _toy = new();

    public MisreadVectorsTests() => _toy.WriteLabels();

    public void Dispose() => _toy.Dispose();

    [Theory]
    [InlineData("[{0}, {1}]")]
    [InlineData("[ {0}  {1}]")]
    [InlineData("({0};{1})")]
    [InlineData("{0} {1}")]
    [InlineData("array([{0}, {1}])")]
    [InlineData("tensor([{0}, {1}])")]
    public void A_list_as_text_is_the_vector_and_not_the_columns_beside_it(string list)
    {
        _toy.Write(
            "h.csv",
            ToyVectors.Lines("file,width,height,embedding", Count, i =>
                $"{ToyVectors.Key(i)},{200 + i % 5},300,\"{string.Format(CultureInfo.InvariantCulture, list, i + 0.5, -i)}\""
            )
        );

        using var read = VectorReader.Read(_toy.Options("h.csv"), cancel: TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, Count).SelectMany(i => new[] { i + 0.5f, -i }), ToyVectors.Of(read.Values));
        Assert.Equal(new VectorOrigin("h.csv", "embedding", 2, "the one column of lists of numbers"), Assert.Single(read.Origins));
    }

    [Fact]
    public void A_list_that_was_shortened_when_it_was_printed_is_refused()
    {
        _toy.Write("h.csv", ToyVectors.Lines("embedding", Count, i => i == 7 ? "\"[1.0, ..., 2.0]\"" : $"\"[{i}.0, 1.0, 2.0]\""));

        Assert.Contains("'[1.0, ..., 2.0]' in row 9", Assert.Single(Refused(_toy.Options("h.csv"))).Fault, StringComparison.Ordinal);
    }

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
            Assert.Single(Refused(_toy.Options("h.csv"))).Fault,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void One_odd_cell_does_not_drop_its_column_from_the_vector()
    {
        _toy.Write("h.csv", ToyVectors.Lines("h0,h1,h2,h3,h4,h5", Count, i => $"1,2,3,4,{(i == 50 ? "#DIV/0!" : $"{i}")},6"));

        var problem = Assert.Single(Refused(_toy.Options("h.csv")));

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
            var problem = Assert.Single(Refused(_toy.Options("h.csv") with { Array = array }));
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

        var problem = Assert.Single(Refused(_toy.Options("h.csv")));
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
            Assert.Single(Refused(_toy.Options("h.csv") with { Array = array }));
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

        Assert.Contains(typed, Assert.Single(Refused(_toy.Options("h.csv"))).Remedy.InFlags(), StringComparison.Ordinal);
    }

    [Fact]
    public void Whole_numbers_that_are_as_good_as_all_different_are_no_code()
    {
        _toy.Write("id.npy", ToyVectors.Npy("<i8", [Count], ToyVectors.Bytes([.. Enumerable.Range(0, Count).Select(i => (long)i)])));

        Assert.Contains(
            "120 different whole numbers in 120 rows",
            Assert.Single(Refused(_toy.Options("id.npy"))).Fault,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Rows_joined_by_position_whose_ids_disagree_are_refused_whatever_the_format()
    {
        int[] order = [.. Enumerable.Range(0, Count).Reverse()];
        _toy.Write("h.csv", ToyVectors.Lines("key,h0,h1", Count, i => $"{ToyVectors.Key(order[i])},{order[i]},1"));
        _toy.Write("named.csv", ToyVectors.Lines("image,h0,h1", Count, i => $"{ToyVectors.Key(order[i])},{order[i]},1"));
        _toy.Write(
            "h.parquet",
            ToyVectors.ParquetLists([.. order.Select(i => new float?[] { i, 1 })], [.. order.Select(ToyVectors.Key)], 50)
        );
        _toy.Write(
            "h.npz",
            ToyVectors.Npz(
                CompressionLevel.Optimal,
                ("h", ToyVectors.Npy(ToyVectors.Numbers(order), Count, 4)),
                ("key", ToyVectors.NpyNames([.. order.Select(ToyVectors.Key)]))
            )
        );
        foreach (var name in new[] { "h.csv", "h.parquet", "h.npz", "named.csv" })
        {
            var problem = Assert.Single(Refused(_toy.Options(name)));
            Assert.Contains("disagree in 120 of 120 rows", problem.Fault, StringComparison.Ordinal);
            Assert.Contains("--key", problem.Remedy.InFlags(), StringComparison.Ordinal);
            if (name == "named.csv")
                continue;
            using var read = VectorReader.Read(_toy.Options(name) with { Key = "key" }, cancel: TestContext.Current.CancellationToken);
            Assert.Equal(Count, read.Parts.Length);
        }
    }

    [Fact]
    public void A_label_that_was_copied_along_shows_that_the_rows_are_in_another_order()
    {
        _toy.Write("h.csv", ToyVectors.Lines("z,h0,h1", Count, i => $"{(i + 1) / 2 % 3},{i},1"));

        Assert.Contains("column z", Assert.Single(Refused(_toy.Options("h.csv"))).Subject.InFlags(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_a_line_of_names_loses_no_row()
    {
        _toy.Write("saved.csv", Enumerable.Range(0, Count).Select(i => $"{i}.5,-1e-3"));
        _toy.Write("spaced.csv", Enumerable.Range(0, Count).Select(i => $"{i}.5 -1e-3"));
        _toy.Write("pandas.csv", ToyVectors.Lines(",0,1", Count, i => $"{i},{i}.5,-1e-3"));
        foreach (var name in new[] { "saved.csv", "spaced.csv", "pandas.csv" })
        {
            using var read = VectorReader.Read(_toy.Options(name), cancel: TestContext.Current.CancellationToken);
            Assert.Equal(Enumerable.Range(0, Count).SelectMany(i => new[] { i + 0.5f, -1e-3f }), ToyVectors.Of(read.Values));
            Assert.Equal(name != "pandas.csv", read.Origins[0].How.Contains("no line of column names", StringComparison.Ordinal));
        }
        _toy.Write("labels.csv", Enumerable.Range(0, Count).Select(i => $"{i % 2},{i / 2 % 3}"));
        Assert.Contains(Refused(_toy.Options("saved.csv")), problem =>
            problem.Fault.Contains("no names of columns", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_first_list_that_is_short_does_not_make_the_usual_length_the_odd_one_out()
    {
        _toy.Write(
            "h.parquet",
            ToyVectors.ParquetLists(
                [.. Enumerable.Range(0, Count).Select(i => i % 40 == 0 ? [1f] : new float?[] { i, 1 })],
                [.. Enumerable.Range(0, Count).Select(ToyVectors.Key)],
                50
            )
        );

        using var read = VectorReader.Read(_toy.Options("h.parquet"), cancel: TestContext.Current.CancellationToken);

        Assert.Equal([Count - 3, 2], read.Values.shape);
        Assert.All(read.Skipped, fault => Assert.Equal("has a list of another length than most, 2", fault.Fault));
    }

    [Fact]
    public void An_audit_of_the_few_rows_that_are_not_damaged_is_refused()
    {
        _toy.Write("labels.csv", ToyVectors.Lines("y,z", 300, i => i < 200 ? $"{i % 2}" : $"{i % 2},{i / 2 % 2}"));
        _toy.Write("h.npy", ToyVectors.Npy(ToyVectors.Numbers(300), 300, 4));

        Assert.Contains(Refused(_toy.Options("h.npy") with { SplitColumn = null }), problem =>
            problem.Fault.Contains("200 rows cannot be used", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Copies_of_training_rows_in_test_leave_training()
    {
        float[] numbers = ToyVectors.Numbers();
        // Test row 12 copies training row 0, with its labels.
        ToyVectors.Numbers([0]).CopyTo(numbers, 12 * 4);
        _toy.Write("labels.csv", ToyVectors.Lines("y,z,split", Count, i => i == 12 ? "yes,0,test"
                : ToyVectors.Labels(i).Split(',') is var cells ? $"{cells[1]},{cells[2]},{cells[3]}"
                : ""));
        _toy.Write("h.npy", ToyVectors.Npy(numbers, Count, 4));

        using var read = VectorReader.Read(_toy.Options("h.npy"), cancel: TestContext.Current.CancellationToken);

        Assert.Equal(
            (2, "has the same vector as a row of the test part"),
            Assert.Single(read.Skipped) is var fault ? (fault.Line!.Value, fault.Fault) : default
        );
        Assert.Equal(Count - 1, read.Parts.Length);
    }

    [Fact]
    public void A_vector_that_stands_wherever_a_model_found_nothing_is_no_copy()
    {
        float[] numbers = ToyVectors.Numbers();
        foreach (var row in Enumerable.Range(0, 30))
            new float[4].CopyTo(numbers, row * 4);
        _toy.Write("h.npy", ToyVectors.Npy(numbers, Count, 4));

        using var read = VectorReader.Read(_toy.Options("h.npy"), cancel: TestContext.Current.CancellationToken);

        Assert.Equal(Count, read.Parts.Length);
        Assert.Contains(read.Notes, note =>
            note.StartsWith("30 of 120 rows share their vector with rows of other labels", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Rules_about_labels_are_those_of_images()
    {
        _toy.Write(
            "labels.csv",
            ToyVectors.Lines("y,age,race,split", Count, i =>
                $"{(i % 2 == 0 ? "yes" : "no")},{20 + i % 40},{"Indian,Asian,White,n/k".Split(',')[i / 2 % 4]},{i / 6 % 3}"
            )
        );
        _toy.Write("h.npy", ToyVectors.Npy(ToyVectors.Numbers(), Count, 4));
        var options = _toy.Options("h.npy") with { Attributes = ["age", "race"] };

        Assert.Contains(
            "--bin age=20,",
            Assert.Single(Refused(options with { Attributes = ["age"] })).Remedy.InFlags(),
            StringComparison.Ordinal
        );
        using var read = VectorReader.Read(
            options with
            {
                Rules = new LabelRules
                {
                    Bin = ["age=0,40"],
                    Map = ["race=Indian+Asian:Asia"],
                    Missing = ["race=n/k"],
                },
            },
            cancel: TestContext.Current.CancellationToken
        );

        Assert.Equal(["0-39", "40+"], read.Columns.Single(column => column.Name == "age").Classes);
        Assert.Equal(["Asia", "White"], read.Columns.Single(column => column.Name == "race").Classes);
        Assert.Equal(Count / 4, read.Skipped.Count);
    }

    [Fact]
    public void A_split_without_a_test_part_says_so()
    {
        _toy.Write("labels.csv", ToyVectors.Lines("y,z,split", Count, i => $"{i % 2},{i / 2 % 2},train"));
        _toy.Write("h.npy", ToyVectors.Npy(ToyVectors.Numbers(), Count, 4));

        var problem = Assert.Single(Refused(_toy.Options("h.npy")));
        Assert.StartsWith("names no test part", problem.Fault, StringComparison.Ordinal);
        Assert.Contains("Leave it out", problem.Remedy.InFlags(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file,bbox,h0,h1", "{0}.jpg,\"[12, 40, 88, 90]\",{0},1")]
    [InlineData("file,embedding,logit_0,logit_1", "{0}.jpg,\"[0.1 0.2 ... 0.4 0.5]\",{0},1")]
    public void A_list_beside_a_series_is_not_chosen_for_the_user(string header, string row)
    {
        _toy.Write("h.csv", ToyVectors.Lines(header, Count, i => string.Format(CultureInfo.InvariantCulture, row, i)));

        Assert.Contains(Refused(_toy.Options("h.csv")), problem => problem.Remedy.InFlags().Contains("--array", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[{0} {1}]")]
    [InlineData("{0}; {1}")]
    [InlineData("[{0};{1}]")]
    public void A_list_with_decimal_commas_keeps_its_signs_and_digits(string list)
    {
        _toy.Write(
            "h.tsv",
            ToyVectors.Lines("embedding", Count, i => string.Format(CultureInfo.InvariantCulture, list, $"-0,{i:D3}", "1,5"))
        );

        using var read = VectorReader.Read(_toy.Options("h.tsv"), cancel: TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, Count).SelectMany(i => new[] { -i / 1000f, 1.5f }), ToyVectors.Of(read.Values), (one, other) =>
            Math.Abs(one - other) < 1e-6
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

        Assert.Single(Refused(_toy.Options("y.npz")));
        Assert.Contains("array 'h'", Assert.Single(Refused(_toy.Options("logits.npz"))).Subject.InFlags(), StringComparison.Ordinal);
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
    public void Ids_under_another_name_or_with_folders_show_that_the_rows_are_in_another_order()
    {
        int[] order = [.. Enumerable.Range(0, Count).Reverse()];
        _toy.Write("ids.csv", ToyVectors.Lines("id,y,z,split", Count, i => $"{i},{i % 2},{i / 2 % 3},{i / 6 % 3}"));
        _toy.Write("path.csv", ToyVectors.Lines("path,h0,h1", Count, i => $"data/train/{ToyVectors.Key(order[i])},{order[i]},1"));
        _toy.Write("number.csv", ToyVectors.Lines("image_id,h0,h1", Count, i => $"{order[i]}.0,{order[i]},1"));
        _toy.Write(
            "ids.npz",
            ToyVectors.Npz(
                CompressionLevel.Optimal,
                ("h", ToyVectors.Npy(ToyVectors.Numbers(order), Count, 4)),
                ("ids", ToyVectors.Npy("<i8", [Count], ToyVectors.Bytes([.. order.Select(i => (long)i)])))
            )
        );

        Assert.Contains("disagree", Assert.Single(Refused(_toy.Options("path.csv"))).Fault, StringComparison.Ordinal);
        Assert.Contains(
            "disagree",
            Assert.Single(Refused(_toy.Options("number.csv", "ids.csv") with { Array = "h" })).Fault,
            StringComparison.Ordinal
        );
        Assert.Contains("disagree", Assert.Single(Refused(_toy.Options("ids.npz", "ids.csv"))).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_that_is_empty_at_first_or_called_as_a_label_is_not_dropped_from_its_series()
    {
        _toy.Write("h.csv", ToyVectors.Lines("h0,h1,h2", Count, i => $"{i},1,"));
        Assert.Contains("is empty", Assert.Single(Refused(_toy.Options("h.csv"))).Fault, StringComparison.Ordinal);

        _toy.Write("l0.csv", ToyVectors.Lines("key,y,0,split", Count, ToyVectors.Labels));
        _toy.Write("h.csv", ToyVectors.Lines("key,0,1,2", Count, i => $"{ToyVectors.Key(i)},{i},1,2"));
        Assert.Contains(
            "called as a column of the labels",
            Assert.Single(Refused(_toy.Options("h.csv", "l0.csv") with { Key = "key", Attributes = ["0"] })).Fault,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_a_range_names_must_be_there()
    {
        _toy.Write("h.csv", ToyVectors.Lines("h0,h2,h3", Count, i => $"{i},1,2"));
        Assert.Contains(
            "and not h1",
            Assert.Single(Refused(_toy.Options("h.csv") with { Array = "h0..h3" })).Fault,
            StringComparison.Ordinal
        );
        foreach (var array in new[] { "h3..h0", ",", " " })
            Assert.NotEmpty(Refused(_toy.Options("h.csv") with { Array = array }));

        _toy.Write("h.csv", ToyVectors.Lines("h0,h1,h2000000000", Count, i => $"{i},1,2"));
        Assert.NotEmpty(Refused(_toy.Options("h.csv")));
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

    private static IReadOnlyList<Problem> Refused(VectorOptions options) => Sheets.Refused(() => VectorReader.Read(options));
}

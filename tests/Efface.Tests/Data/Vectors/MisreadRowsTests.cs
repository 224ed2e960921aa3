using System.IO.Compression;
using Efface.Data.Sheets;
using Efface.Data.Vectors;
using Efface.Tests.Models;
using Xunit;

namespace Efface.Tests.Data.Vectors;

/// <summary>Which rows of files that people really send belong together: joined by position, copied, split.</summary>
[OneThread]
public sealed class MisreadRowsTests : IDisposable
{
    private const int Count = ToyVectors.Count;

    private readonly ToyVectors _toy = new();

    public MisreadRowsTests() => _toy.WriteLabels();

    public void Dispose() => _toy.Dispose();

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
            var problem = Assert.Single(ToyVectors.Refused(_toy.Options(name)));
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

        Assert.Contains("column z", Assert.Single(ToyVectors.Refused(_toy.Options("h.csv"))).Subject.InFlags(), StringComparison.Ordinal);
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
        Assert.Contains(ToyVectors.Refused(_toy.Options("saved.csv")), problem =>
            problem.Fault.Contains("no names of columns", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void An_audit_of_the_few_rows_that_are_not_damaged_is_refused()
    {
        _toy.Write("labels.csv", ToyVectors.Lines("y,z", 300, i => i < 200 ? $"{i % 2}" : $"{i % 2},{i / 2 % 2}"));
        _toy.Write("h.npy", ToyVectors.Npy(ToyVectors.Numbers(300), 300, 4));

        Assert.Contains(ToyVectors.Refused(_toy.Options("h.npy") with { SplitColumn = null }), problem =>
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
            Assert.Single(ToyVectors.Refused(options with { Attributes = ["age"] })).Remedy.InFlags(),
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

        var problem = Assert.Single(ToyVectors.Refused(_toy.Options("h.npy")));
        Assert.StartsWith("names no test part", problem.Fault, StringComparison.Ordinal);
        Assert.Contains("Leave it out", problem.Remedy.InFlags(), StringComparison.Ordinal);
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

        Assert.Contains("disagree", Assert.Single(ToyVectors.Refused(_toy.Options("path.csv"))).Fault, StringComparison.Ordinal);
        Assert.Contains(
            "disagree",
            Assert.Single(ToyVectors.Refused(_toy.Options("number.csv", "ids.csv") with { Array = "h" })).Fault,
            StringComparison.Ordinal
        );
        Assert.Contains("disagree", Assert.Single(ToyVectors.Refused(_toy.Options("ids.npz", "ids.csv"))).Fault, StringComparison.Ordinal);
    }
}

using Efface.Benchmarks;
using Xunit;

namespace Efface.Tests.Benchmarks;

/// <summary>What the documents say of erased vectors is what was measured.</summary>
public sealed class ErasedDocumentsTests
{
    private static readonly string Results = Path.Combine(Repository.Root, "docs", "results");

    [Theory]
    [InlineData("erasers-marks.txt", 3)]
    [InlineData("erasers-peers.txt", 5)]
    [InlineData("erasers-images.txt", 2)]
    public void The_tables_of_erased_vectors_are_the_means_of_the_stored_lines(string file, int fewest)
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "results.md"));
        var rows = ErasedTable.Rows(File.ReadLines(Path.Combine(Results, file))).ToList();
        Assert.InRange(rows.Count, fewest, 50);
        Assert.Contains(ErasedTable.Header, document, StringComparison.Ordinal);
        Assert.All(rows, row => Assert.Contains(row, document, StringComparison.Ordinal));
    }

    [Fact]
    public void What_stays_of_single_columns_is_the_mean_of_the_stored_lines()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "results.md"));
        var rows = ErasedTable.Columns(File.ReadLines(Path.Combine(Results, "erasers-marks.txt"))).ToList();
        Assert.Contains(rows, row => row.Contains("| adult |", StringComparison.Ordinal));
        Assert.Contains(ErasedTable.ColumnsHeader, document, StringComparison.Ordinal);
        Assert.All(rows, row => Assert.Contains(row, document, StringComparison.Ordinal));
    }

    [Fact]
    public void What_an_eraser_costs_is_what_was_measured()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "balance.md"));
        var lines = File.ReadAllLines(Path.Combine(Results, "eraser-cost.txt"));
        Assert.Equal(5, lines.Length);
        Assert.All(lines, line => Assert.Contains(line, document, StringComparison.Ordinal));
    }

    [Fact]
    public void The_picture_of_the_price_is_drawn_from_the_stored_lines()
    {
        Assert.Equal(
            File.ReadAllText(Path.Combine(Results, "erasers-price.svg")),
            PricePicture.Draw(new[] { "erasers-price.txt", "erasers-peers.txt" }.Select(file => Path.Combine(Results, file)))
        );
    }
}

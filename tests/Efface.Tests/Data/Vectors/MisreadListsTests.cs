using System.Globalization;
using Efface.Data.Vectors;
using Efface.Tests.Models;
using Xunit;

namespace Efface.Tests.Data.Vectors;

/// <summary>Lists of numbers as text, as people really send them, of which an audit once read something else.</summary>
[OneThread]
public sealed class MisreadListsTests : IDisposable
{
    private const int Count = ToyVectors.Count;

    private readonly ToyVectors _toy = new();

    public MisreadListsTests() => _toy.WriteLabels();

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

        Assert.Contains(
            "'[1.0, ..., 2.0]' in row 9",
            Assert.Single(ToyVectors.Refused(_toy.Options("h.csv"))).Fault,
            StringComparison.Ordinal
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

    [Theory]
    [InlineData("file,bbox,h0,h1", "{0}.jpg,\"[12, 40, 88, 90]\",{0},1")]
    [InlineData("file,embedding,logit_0,logit_1", "{0}.jpg,\"[0.1 0.2 ... 0.4 0.5]\",{0},1")]
    public void A_list_beside_a_series_is_not_chosen_for_the_user(string header, string row)
    {
        _toy.Write("h.csv", ToyVectors.Lines(header, Count, i => string.Format(CultureInfo.InvariantCulture, row, i)));

        Assert.Contains(ToyVectors.Refused(_toy.Options("h.csv")), problem =>
            problem.Remedy.InFlags().Contains("--array", StringComparison.Ordinal)
        );
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
}

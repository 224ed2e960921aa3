using CsCheck;
using Efface.Tests.Data.Sources;
using Efface.Tests.Models;
using Xunit;

namespace Efface.Tests.Data.Vectors;

[OneThread]
public sealed class ParquetVectorsTests : IDisposable
{
    private readonly ToyVectors _toy = new();

    public void Dispose() => _toy.Dispose();

    [Fact]
    public void Lists_come_back_whatever_is_missing() =>
        (from width in Gen.Int[1, 5] from rows in Gen.Int[0, 9].Array[1, 30] from size in Gen.Int[1, 12] select (width, rows, size)).Sample(
            file =>
            {
                float?[]?[] lists =
                [
                    [.. Enumerable.Range(0, file.width).Select(i => (float?)i)],
                    .. file.rows.Select(
                        (kind, row) =>
                            kind switch
                            {
                                0 => (float?[]?)null,
                                1 => [],
                                2 => [.. Enumerable.Repeat((float?)1, file.width + 1)],
                                3 => [.. Enumerable.Range(0, file.width).Select(i => i == 0 ? (float?)null : row)],
                                _ => [.. Enumerable.Range(0, file.width).Select(i => (float?)(row + i / 8f))],
                            }
                    ),
                ];
                string[] keys = [.. lists.Select((_, row) => $"k{row}")];
                _toy.Write("h.parquet", ToyVectors.ParquetLists(lists, keys, file.size));

                var read = _toy.ReadRaw("h.parquet", key: "key");
                using (read.Values)
                {
                    Assert.Equal(keys, read.Keys!);
                    var usual = lists
                        .OfType<float?[]>()
                        .Where(list => list.Length > 0)
                        .CountBy(list => list.Length)
                        .MaxBy(length => length.Value)
                        .Key;
                    Assert.Equal([lists.Length, usual], read.Values.shape);
                    int[] usable = [.. Enumerable.Range(0, lists.Length).Where(row => lists[row]?.Length == usual)];
                    Assert.Equal(usable, read.Rows.Kept);
                    Assert.All(usable, row =>
                        Assert.Equal(lists[row]!.Select(number => number ?? float.NaN), ToyVectors.Of(read.Values[row]))
                    );
                }
            },
            threads: 1,
            iter: 40
        );

    [Fact]
    public void Columns_of_numbers_are_a_vector_and_an_empty_cell_is_not_a_number()
    {
        _toy.Write("h.parquet", ToyVectors.ParquetColumns(("h0", [1, null, 3]), ("y", [0, 1, 0]), ("h1", [4, 5, 1e300])));

        using var read = _toy.ReadRaw("h.parquet", taken: "y").Values;

        Assert.Equal([1, 4, float.NaN, 5, 3, float.PositiveInfinity], ToyVectors.Of(read));
    }

    [Fact]
    public void One_column_of_integers_is_a_code_and_a_row_without_one_is_refused()
    {
        _toy.Write("c.parquet", ToyVectors.ParquetCodes(3, null, 0));

        Assert.Contains(
            "--array code",
            Assert.Single(Sheets.Refused(() => _toy.ReadRaw("c.parquet"))).Remedy.InFlags(),
            StringComparison.Ordinal
        );
        var read = _toy.ReadRaw("c.parquet", array: "code");
        using (read.Values)
        {
            Assert.Equal([0, 2], read.Rows.Kept);
            Assert.Equal((3, 0), (read.Values[0].item<long>(), read.Values[2].item<long>()));
        }
    }

    [Fact]
    public void A_missing_key_column_or_array_is_named()
    {
        _toy.Write(
            "h.parquet",
            ToyVectors.ParquetLists(
                [
                    [1f],
                    [2f],
                ],
                ["a", "b"],
                5
            )
        );

        Assert.Contains(
            "h, key",
            Assert.Single(Sheets.Refused(() => _toy.ReadRaw("h.parquet", key: "id"))).Remedy.InFlags(),
            StringComparison.Ordinal
        );
        Assert.Single(Sheets.Refused(() => _toy.ReadRaw("h.parquet", array: "x")));
    }
}

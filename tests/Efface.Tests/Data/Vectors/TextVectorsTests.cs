using System.Globalization;
using CsCheck;
using Efface.Data.Vectors;
using Efface.Tests.Data.Sources;
using Efface.Tests.Models;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Data.Vectors;

[OneThread]
public sealed class TextVectorsTests : IDisposable
{
    private readonly ToyVectors _toy = new();

    public void Dispose() => _toy.Dispose();

    [Fact]
    public void Any_numbers_come_back() =>
        (
            from width in Gen.Int[2, 6]
            from numbers in Gen.Single[-1e30f, 1e30f].Array[width, width * 30]
            from separator in Gen.OneOf(",", ";", "\t")
            from line in Gen.OneOf("\n", "\r\n", "\r")
            select (width, numbers, separator, line)
        ).Sample(
            table =>
            {
                var rows = table.numbers.Chunk(table.width).Where(row => row.Length == table.width).ToArray();
                var lines = rows.Select(row =>
                        string.Join(table.separator, row.Select(number => number.ToString("R", CultureInfo.InvariantCulture)))
                    )
                    .Prepend(string.Join(table.separator, Enumerable.Range(0, table.width).Select(i => $"h{i}")));
                _toy.Write("h.csv", System.Text.Encoding.UTF8.GetBytes(string.Join(table.line, lines)));

                using var read = _toy.ReadRaw("h.csv").Values;

                Assert.Equal([rows.Length, table.width], read.shape);
                Assert.Equal(rows.SelectMany(row => row), ToyVectors.Of(read));
            },
            threads: 1,
            iter: 50
        );

    [Fact]
    public void Columns_of_words_labels_and_keys_are_no_part_of_the_vector()
    {
        _toy.Write("h.csv", ["id,h_0,smile,name,h_1", "7,0.5,1,anna,-1", "8,1.5,0,ben,2e3"]);
        var file = VectorFile.Open(new VectorRequest(_toy.At("h.csv"), "--representations", "id", null, new HashSet<string> { "smile" }));
        var read = file.Read([], new ReadingWatch("", null, CancellationToken.None));
        using (read.Values)
        {
            Assert.Equal(["h_0", "h_1"], file.Columns);
            Assert.Equal([0.5f, -1, 1.5f, 2000], ToyVectors.Of(read.Values));
            Assert.Equal(["7", "8"], read.Keys!);
            Assert.Equal("h.csv: the vectors are 2 numbers a row, h_0 to h_1 (the one series of numbered columns)", file.Origin.ToString());
            Assert.Contains(file.Notes, note => note.EndsWith("are smile, name", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void An_array_names_columns_by_what_they_begin_with()
    {
        _toy.Write("h.csv", ["h0,h1,hat,age", "1,2,0,30", "3,4,1,40"]);

        using var read = _toy.ReadRaw("h.csv", array: "h").Values;

        Assert.Equal([1, 2, 3, 4], ToyVectors.Of(read));
        Assert.Contains(
            "h0 to h1, hat, age",
            Assert.Single(Sheets.Refused(() => _toy.ReadRaw("h.csv", array: "x"))).Remedy.InFlags(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void One_column_of_integers_is_a_code_and_one_of_decimals_is_not()
    {
        _toy.Write("c.csv", ["key,code", "a,3", "b,0"]);
        _toy.Write("s.csv", ["key,score", "a,3", "b,0.5"]);

        using var code = _toy.ReadRaw("c.csv", array: "code").Values;
        using var score = _toy.ReadRaw("s.csv", array: "score").Values;

        Assert.Equal((ScalarType.Int64, 1), (code.dtype, (int)code.dim()));
        Assert.Equal((ScalarType.Float32, 2), (score.dtype, (int)score.dim()));
    }

    [Fact]
    public void A_cell_below_that_is_no_number_and_a_row_of_other_length_are_faults_and_keep_their_place()
    {
        _toy.Write("h.csv", ToyVectors.Lines("h0,h1", 1_250, i => i switch
                {
                    1_120 => "1,x",
                    1_130 => "1",
                    _ => $"{i},1",
                }));

        var read = _toy.ReadRaw("h.csv");
        using (read.Values)
        {
            Assert.Equal(1_250, read.Rows.Count);
            Assert.Equal(
                [(1_122, "is not a number"), (1_132, "has not the 2 fields of the header")],
                read.Rows.Faults.Select(fault => (fault.Line!.Value, fault.Fault))
            );
            Assert.Equal(1_249, read.Values[1_249, 0].item<float>());
        }
    }

    [Fact]
    public void A_table_without_numbers_is_refused() => Assert.All(new[] { "a,b\n", "a,b\nx,y\n" }, text =>
        {
            _toy.Write("h.csv", System.Text.Encoding.UTF8.GetBytes(text));
            Assert.Single(Sheets.Refused(() => _toy.ReadRaw("h.csv")));
        });
}

using CsCheck;
using Efface.Data.Sheets;
using Efface.Records;
using Xunit;

namespace Efface.Tests.Runs;

public sealed class SkippedRowsTests : IDisposable
{
    private static readonly string[] Columns = ["file", "row", "column", "value", "fault", "remedy"];

    private static readonly Gen<string> Text = Gen.OneOf("a", "\"", ",", "\n", "\r\n", ";", "\t", "ü", "日本", "😀", "b c", "=1+1", "'")
        .Array[1, 6]
        .Select(parts => $"x{string.Concat(parts)}x");

    private static readonly Gen<RowFault> Fault =
        from file in Text
        from line in Gen.OneOf(Gen.Int[1, 1_000_000].Select(line => (int?)line), Gen.Const((int?)null))
        from column in Gen.OneOf(Text, Gen.Const((string?)null)!)
        from value in Gen.OneOf(Text, Gen.Const((string?)null)!)
        from fault in Text
        from remedy in Text
        select new RowFault(file, line, column, value, fault, remedy);

    private readonly string _root = Directory.CreateTempSubdirectory("efface-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_list_of_skipped_rows_is_a_table_that_reads_back_as_it_was_written() =>
        Fault
            .Array[1, 20]
            .Sample(faults =>
            {
                var folder = RunFolder.Create(Path.Combine(_root, Guid.NewGuid().ToString()));
                folder.WriteSkipped(faults);
                var table = DelimitedText.Read(folder.Path, ["skipped.csv"], _ => ColumnUse.Needed);

                Assert.Empty(table.Faults);
                Assert.Equal(Columns, table.Columns.Select(column => column.Name));
                Assert.Equal(
                    faults,
                    Enumerable
                        .Range(0, table.Places.Count)
                        .Select(row => new RowFault(
                            table["file"].Value(row)!,
                            table["row"].Value(row) is { } line ? int.Parse(line, null) : null,
                            table["column"].Value(row),
                            table["value"].Value(row),
                            table["fault"].Value(row)!,
                            table["remedy"].Value(row)!
                        ))
                );
            });

    [Fact]
    public void Where_nothing_was_skipped_there_is_no_list()
    {
        var folder = RunFolder.Create(Path.Combine(_root, "run"));
        folder.WriteSkipped([]);

        Assert.Empty(Directory.EnumerateFiles(folder.Path));
    }
}

using System.Text;
using System.Text.RegularExpressions;
using Efface.Data.Sheets;
using Efface.Data.Sources;
using Xunit;

namespace Efface.Tests.Data.Sources;

public sealed partial class MutatedTablesTests : IDisposable
{
    private static readonly byte[] Whole = Encoding.UTF8.GetBytes(
        "\uFEFFfile,\"y \"\"really\"\"\",age,split,ünï\r\n"
            + string.Concat(
                Enumerable
                    .Range(0, 12)
                    .Select(i =>
                        $"\"p {i}.png\",{(i % 2 == 0 ? "yes" : "\"no, never\"")},{3 * i},{(i % 3 == 0 ? "test" : "train")},\"line "
                        + $"{i}\nand \"\"more\"\"\"\r\n"
                    )
            )
    );

    private readonly ToyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_damaged_table_is_refused_or_gives_what_stands_in_it() =>
        Mutation.Try(
            Mutation.Count,
            seed => Mutation.OfText(Whole, seed),
            (bytes, seed) =>
            {
                var file = $"{seed}.csv";
                _folder.Write(file, bytes);
                var sheet = TableSource.Read(
                    _folder.Options with
                    {
                        Reading = _folder.Reading with { Table = file, SplitColumn = "split", GroupColumn = "age" },
                    }
                );
                Assert.Null(Invented(sheet, File.ReadAllText(_folder.At(file))));
                File.Delete(_folder.At(file));
            }
        );

    // A value that does not stand between the line of its row and that of the next; quotes are doubled there, or taken off.
    private static string? Invented(LabelSheet sheet, string text)
    {
        var lines = LineBreak().Split(text);
        int[] begins =
        [
            .. sheet.Lines().Concat(sheet.Faults.Select(fault => fault.Line)).Select(line => line!.Value).Distinct().Order(),
            lines.Length + 1,
        ];
        for (var row = 0; row < sheet.Count; row++)
        {
            var from = sheet.Place(row).Line!.Value;
            var to = begins[Array.IndexOf(begins, from) + 1];
            var there = Bare(string.Join('\n', lines[(from - 1)..(to - 1)]));
            var values = sheet
                .Columns.Where(column => !column.IsOpen)
                .Select(column => column.Value(row))
                .Append(sheet.Images.Name(sheet.ImageOfRow[row]));
            if (values.FirstOrDefault(value => value is not null && !there.Contains(Bare(value), StringComparison.Ordinal)) is { } invented)
                return invented;
        }
        return null;
    }

    private static string Bare(string text) => LineBreak().Replace(text, "\n").Replace("\"", "", StringComparison.Ordinal);

    [GeneratedRegex("\r\n|\r|\n")]
    private static partial Regex LineBreak();
}

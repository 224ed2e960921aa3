using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Efface.Data.Sheets;
using Xunit;

namespace Efface.Tests.Data.Sources;

public sealed partial class DelimitedTextTests : IDisposable
{
    private static readonly string[] Columns = ["image", "b c", "ünï", "d"];
    private readonly ToyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Cells made of what breaks parsers, and of any other characters.
    private static readonly Gen<string> Cell = Gen.OneOf(
        Gen.OneOf(
                "",
                " ",
                "\"",
                "\"\"",
                ",",
                ";",
                "\t",
                "|",
                "\n",
                "\r\n",
                "\r",
                "a",
                "-1",
                "é",
                "日本",
                "😀",
                "..",
                "'",
                "\\",
                "#",
                "\0",
                "\uFEFF"
            )
            .Array[0, 6]
            .Select(string.Concat),
        Gen.Char[' ', '\uD7FF'].Array[0, 4].Select(letters => new string(letters))
    );

    private static readonly Gen<Written> Tables =
        from rows in Cell.Array[Columns.Length].Array[0, 12]
        from separator in Gen.OneOf(',', ';', '\t', '|')
        from ending in Gen.OneOf("\n", "\r\n")
        from encoding in Gen.OneOf<Encoding>(new UTF8Encoding(false), new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode)
        from quotesAll in Gen.Bool
        from endsInLine in Gen.Bool
        from named in Gen.Bool
        select new Written(rows, separator, ending, encoding, quotesAll, endsInLine, named && separator == '\t' ? ".tsv" : ".csv");

    [Fact]
    public void Reading_back_what_was_written_is_the_identity_on_values_and_lines() =>
        Tables.Sample(
            written =>
            {
                var file = Guid.NewGuid() + written.Extension;
                var lines = written.To(_folder.At(file));
                var table = Read(file);

                Assert.Empty(table.Faults);
                Assert.Equal(lines, table.Places.Select(place => place.Line));
                Assert.All(table.Places, place => Assert.Equal(file, place.File));
                for (var i = 0; i < Columns.Length; i++)
                    Assert.Equal(written.Rows.Select(row => row[i].Trim() is { Length: > 0 } cell ? cell : null), Cells(table, Columns[i]));
            },
            iter: 400
        );

    [Fact]
    public void Several_files_of_one_header_are_read_one_after_the_other()
    {
        _folder.Write("a.csv", "image,y", "1,p", "2,q");
        _folder.Write("b.csv", "image,y", "3,r");
        var table = DelimitedText.Read(_folder.Root, ["a.csv", "b.csv"], _ => ColumnUse.Classes);

        Assert.Equal([("a.csv", 2), ("a.csv", 3), ("b.csv", 2)], table.Places);
        Assert.Equal(["p", "q", "r"], Cells(table, "y"));
    }

    [Fact]
    public void Files_of_other_headers_are_not_put_together()
    {
        _folder.Write("a.csv", "image,y", "1,p");
        _folder.Write("b.csv", "y,image", "p,1");
        var problem = Assert.Single(Sheets.Refused(() => DelimitedText.Read(_folder.Root, ["a.csv", "b.csv"], _ => ColumnUse.Classes)));

        Assert.Equal((_folder.At("b.csv"), "has another header than a.csv"), (problem.Subject, problem.Fault));
    }

    [Fact]
    public void Every_name_that_stands_twice_in_the_header_is_told_at_once()
    {
        _folder.Write("t.csv", "image,y,z,y,z,z", "1,2,3,4,5,6");

        Assert.Equal(
            ["t.csv column 'y': stands in the header 2 times", "t.csv column 'z': stands in the header 3 times"],
            Sheets.Refused(() => Read("t.csv")).Select(problem => $"{Path.GetFileName(problem.Subject)}: {problem.Fault}")
        );
    }

    [Fact]
    public void Columns_without_a_name_are_left_out_however_many()
    {
        _folder.Write("t.csv", ",image,,y", "0,1,2,3");

        Assert.Equal(["image", "y"], Read("t.csv").Columns.Select(column => column.Name));
    }

    [Fact]
    public void Rows_of_another_number_of_fields_are_faults_on_their_own_lines()
    {
        _folder.Write("t.csv", "image,y", "1,p", "2", "\"3\n3\",q", "4,r,s", "", "5,t", "6,,,,");
        var table = Read("t.csv");

        Assert.Equal(["p", "q", "t"], Cells(table, "y"));
        Assert.Equal([2, 4, 8], table.Places.Select(place => place.Line));
        Assert.Equal(
            ["t.csv row 3 '1 fields'", "t.csv row 6 '3 fields'", "t.csv row 9 '5 fields'"],
            table.Faults.Select(fault => fault.Where)
        );
        Assert.Equal("has not the 2 fields of the header", Assert.Single(table.Faults.Select(fault => fault.Fault).Distinct()));
    }

    [Theory]
    [InlineData("1,p\n2,\"q\n3,r\n4,s\n")]
    [InlineData("1,p\n\"2,q\n3,r\n4,s\n")]
    [InlineData("1,p\n2,\"q")]
    [InlineData("1,p\n2,5\" nail\n3,6\" nail\n")]
    [InlineData("1,p\n2,\"q\"q\n")]
    public void Quotes_that_swallow_rows_are_a_fault_and_no_value(string rows)
    {
        _folder.Write("t.csv", Encoding.UTF8.GetBytes("image,y\n" + rows));
        var table = Read("t.csv");

        Assert.Equal(["p"], Cells(table, "y"));
        Assert.Contains(table.Faults, fault => fault.Line == 3);
    }

    [Fact]
    public void Quotes_within_a_value_that_hide_nothing_are_part_of_it()
    {
        _folder.Write("t.csv", "image,y", "1,say \"hi\"", "2,\"say \"\"hi\"\"\"");

        Assert.Equal(["say \"hi\"", "say \"hi\""], Cells(Read("t.csv"), "y"));
    }

    [Fact]
    public void Spaces_around_values_and_quotes_and_names_mean_nothing()
    {
        _folder.Write("t.csv", "image , y ", "1,  p  ", "2, \"q, q\" ", "3,\" r \"");

        Assert.Equal(["p", "q, q", "r"], Cells(Read("t.csv"), "y"));
    }

    [Theory]
    [InlineData("\"a;b;c;d\",image,y")]
    [InlineData("\"a\tb\tc\td\",image,y")]
    public void A_separator_within_a_quoted_name_is_not_taken_for_that_of_the_table(string header)
    {
        _folder.Write("t.csv", header, "1,2,3");

        Assert.Equal("image", DelimitedText.Header(_folder.At("t.csv"))[1]);
    }

    [Theory]
    [InlineData("", "holds no names of columns ('')")]
    [InlineData("sep=;", "holds no names of columns ('sep=;')")]
    public void A_line_above_the_header_is_refused(string line, string fault)
    {
        _folder.Write("t.csv", line, "image;y", "1;2");

        Assert.Equal(fault, Assert.Single(Sheets.Refused(() => Read("t.csv"))).Fault);
    }

    [Fact]
    public void Sixteen_bits_a_letter_without_a_mark_are_named_for_what_they_are()
    {
        _folder.Write("t.csv", new UnicodeEncoding(bigEndian: false, byteOrderMark: false).GetBytes("image,y\n1,2\n"));

        Assert.Equal("is no UTF-8 text: it looks like UTF-16", Assert.Single(Sheets.Refused(() => Read("t.csv"))).Fault);
    }

    [Fact]
    public void An_empty_file_is_refused()
    {
        _folder.Write("t.csv", Array.Empty<byte>());

        Assert.Equal("is empty", Assert.Single(Sheets.Refused(() => Read("t.csv"))).Fault);
    }

    [Theory]
    [InlineData("image,y")]
    [InlineData("image,y\n")]
    [InlineData("image,y\r\n\r\n")]
    public void A_header_alone_is_a_table_without_rows(string text)
    {
        _folder.Write("t.csv", Encoding.UTF8.GetBytes(text));

        Assert.Empty(Read("t.csv").Places);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told() =>
        Assert.Equal("no such file", Assert.Single(Sheets.Refused(() => Read("t.csv"))).Fault);

    private TextTable Read(string file) => DelimitedText.Read(_folder.Root, [file], _ => ColumnUse.Needed);

    private static string?[] Cells(TextTable table, string column) =>
        [.. Enumerable.Range(0, table.Places.Count).Select(table[column].Value)];

    /// <summary>A table as some program might have written it.</summary>
    private sealed partial record Written(
        string[][] Rows,
        char Separator,
        string Ending,
        Encoding Encoding,
        bool QuotesAll,
        bool EndsInLine,
        string Extension
    )
    {
        /// <summary>Writes the file, and tells on which line each row begins.</summary>
        public int[] To(string path)
        {
            var text = new StringBuilder(string.Join(Separator, Columns.Select(Quoted)));
            var lines = new List<int>();
            foreach (var row in Rows)
            {
                text.Append(Ending);
                lines.Add(1 + LineBreak().Count(text.ToString()));
                text.AppendJoin(Separator, row.Select(Quoted));
            }
            if (EndsInLine)
                text.Append(Ending);
            File.WriteAllText(path, text.ToString(), Encoding);
            return [.. lines];
        }

        // What a program that quotes only where it must leaves as it is.
        private string Quoted(string cell) =>
            QuotesAll || cell.Contains(Separator) || cell.AsSpan().IndexOfAny("\"\r\n") >= 0
                ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
                : cell;

        [GeneratedRegex("\r\n|\r|\n")]
        private static partial Regex LineBreak();
    }
}

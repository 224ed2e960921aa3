using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Efface.Data;
using Xunit;

namespace Efface.Tests.Data.Sources;

/// <summary>Damaged tables. EFFACE_MUTATIONS says how many are tried.</summary>
public sealed partial class MutatedTablesTests : IDisposable
{
    private static readonly byte[] Whole = Encoding.UTF8.GetBytes(
        "\uFEFFfile,\"y \"\"really\"\"\",age,split,ünï\r\n" + string.Concat(Enumerable.Range(0, 12).Select(i =>
            $"\"p {i}.png\",{(i % 2 == 0 ? "yes" : "\"no, never\"")},{3 * i},{(i % 3 == 0 ? "test" : "train")},\"line {i}\nand \"\"more\"\"\"\r\n")));

    private readonly ToyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>How many damaged inputs are tried: as many as EFFACE_MUTATIONS says.</summary>
    public static int Count(int usual)
        => int.TryParse(Environment.GetEnvironmentVariable("EFFACE_MUTATIONS"), CultureInfo.InvariantCulture, out var wanted) ? wanted : usual;

    [Fact]
    public void A_damaged_table_is_refused_or_gives_what_stands_in_it()
    {
        foreach (var seed in Enumerable.Range(0, Count(usual: 1_000)))
        {
            var bytes = Mutation.Of(Whole, seed);
            var file = $"{seed}.csv";
            _folder.Write(file, bytes);
            var clock = Stopwatch.StartNew();
            try
            {
                var sheet = TableSource.Read(_folder.Options with { Reading = _folder.Reading with { Table = file, SplitColumn = "split", GroupColumn = "age" } });
                Assert.Null(Invented(sheet, File.ReadAllText(_folder.At(file))) is { } value ? $"mutation {seed}: {value} stands nowhere on its row's lines" : null);
            }
            catch (InvalidInputException)
            {
                // That is the other way out.
            }
            catch (Exception fault) when (fault is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"mutation {seed}: {fault}");
            }
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(3), $"mutation {seed} takes {clock.Elapsed}");
            File.Delete(_folder.At(file));
        }
    }

    // A value that does not stand between the line of its row and that of the next; quotes are doubled there, or taken off.
    private static string? Invented(LabelSheet sheet, string text)
    {
        var lines = LineBreak().Split(text);
        int[] begins = [.. sheet.Lines().Concat(sheet.Faults.Select(fault => fault.Line)).Select(line => line!.Value).Distinct().Order(), lines.Length + 1];
        for (var row = 0; row < sheet.Count; row++)
        {
            var from = sheet.Place(row).Line!.Value;
            var to = begins[Array.IndexOf(begins, from) + 1];
            var there = Bare(string.Join('\n', lines[(from - 1)..(to - 1)]));
            var values = sheet.Columns.Where(column => !column.IsOpen).Select(column => column.Value(row)).Append(sheet.Images.Name(sheet.ImageOfRow[row]));
            if (values.FirstOrDefault(value => value is not null && !there.Contains(Bare(value), StringComparison.Ordinal)) is { } invented) return invented;
        }
        return null;
    }

    private static string Bare(string text) => LineBreak().Replace(text, "\n").Replace("\"", "", StringComparison.Ordinal);

    [GeneratedRegex("\r\n|\r|\n")]
    private static partial Regex LineBreak();
}

/// <summary>What happens to files.</summary>
internal static class Mutation
{
    /// <summary>Bytes flipped, changed, taken out, put in, doubled or cut off; one to four times.</summary>
    public static byte[] Of(byte[] whole, int seed)
    {
        var random = new Random(seed);
        var bytes = whole.ToList();
        for (var times = random.Next(1, 5); times > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)"\",;\t\r\n\0\x80\xFF"[random.Next(9)]; break;
                case 2: bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at - 1)); break;
                case 3: bytes.Insert(at, (byte)"\",;\t\r\n\0a"[random.Next(8)]); break;
                case 4: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at))); break;
                default: if (random.Next(3) == 0) bytes.RemoveRange(at, bytes.Count - at - 1); break;
            }
        }
        return [.. bytes];
    }
}

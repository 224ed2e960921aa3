using Efface.Data.Pixels;
using Efface.Data.Sheets;
using Efface.Data.Sources;
using SkiaSharp;
using Xunit;

namespace Efface.Tests.Data.Sources;

/// <summary>A data set's folder and a cache beside it, both gone at the end.</summary>
internal sealed class ToyFolder : IDisposable
{
    private readonly string _base = Directory.CreateTempSubdirectory("efface-").FullName;

    public ToyFolder() => Directory.CreateDirectory(Root);

    /// <summary>What --root is given.</summary>
    public string Root => Path.Combine(_base, "data");

    /// <summary>Reads this folder, its pictures at 4×4 pixels.</summary>
    public DataOptions Options =>
        new()
        {
            Root = Root,
            Size = 4,
            Reading = Reading,
        };

    /// <summary>The usual flags, with a cache of its own.</summary>
    public ReadingOptions Reading => new() { Cache = Path.Combine(_base, "cache"), Workers = 2 };

    public void Dispose() => Directory.Delete(_base, recursive: true);

    public string At(string name) => Path.Combine(Root, name);

    public void Write(string name, params string[] lines) =>
        Write(name, System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));

    public void Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllBytes(At(name), bytes);
    }

    /// <summary>A picture of one colour, which is its number: other numbers have other pixels.</summary>
    public void Picture(string name, int number) => Write(name, Png(number));

    public static byte[] Png(int number)
    {
        using var bitmap = new SKBitmap(4, 4, SKColorType.Rgb888x, SKAlphaType.Opaque);
        bitmap.Erase(new SKColor((byte)number, (byte)(number >> 8), (byte)(number >> 16)));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}

/// <summary>How sheets are looked at.</summary>
internal static class Sheets
{
    /// <summary>The cells of a column, row by row; null where one is empty.</summary>
    public static string?[] Cells(this LabelSheet sheet, string column)
    {
        var found = sheet.Columns.Single(other => other.Name == column);
        return [.. Enumerable.Range(0, sheet.Count).Select(found.Value)];
    }

    /// <summary>The picture that each row names.</summary>
    public static string[] Pictures(this LabelSheet sheet) => [.. sheet.ImageOfRow.Select(sheet.Images.Name)];

    /// <summary>The line that each row stands on.</summary>
    public static int?[] Lines(this LabelSheet sheet) => [.. Enumerable.Range(0, sheet.Count).Select(row => sheet.Place(row).Line)];

    /// <summary>The problems for which something is refused.</summary>
    public static IReadOnlyList<Problem> Refused(Func<object?> read) => Assert.Throws<InvalidInputException>(read).Problems;

    /// <summary>A sheet of pictures that nobody opens, with columns as they would be written: null is an empty cell.</summary>
    public static LabelSheet Of(params (string Name, string?[] Cells)[] columns)
    {
        var count = columns[0].Cells.Length;
        return new LabelSheet
        {
            Name = "toy",
            Columns = [.. columns.Select(column => Column(column.Name, column.Cells))],
            Images = Images([.. Enumerable.Range(0, count)]),
            ImageOfRow = [.. Enumerable.Range(0, count)],
            Place = row => ("toy.csv", row + 2),
            Side = 1,
        };
    }

    /// <summary>Pictures that are in memory; those of equal numbers have equal pixels.</summary>
    public static IImages Images(params int[] numbers) =>
        new ImagesInMemory(
            TorchSharp.torch.tensor(
                [.. numbers.SelectMany(number => new[] { (byte)number, (byte)(number >> 8) })],
                [numbers.Length, 2, 1, 1]
            ),
            image => $"{image}.png"
        );

    private static SheetColumn Column(string name, string?[] cells)
    {
        var builder = new SheetColumnBuilder(name, int.MaxValue);
        foreach (var cell in cells)
            builder.Add(cell);
        return builder.Build();
    }
}

using SkiaSharp;

namespace Efface.Cli.Tests;

/// <summary>
/// A folder of small pictures and a table beside it, as users have them: columns file, part, shape (bright or dark), tint (red or blue).
/// </summary>
internal static class PictureTable
{
    /// <summary>Writes it below the tool's folder and returns the rows, without the header.</summary>
    public static List<string> Write(Tool tool, string name, int count)
    {
        Directory.CreateDirectory(tool.At($"{name}/images"));
        var random = new Random(1);
        var rows = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var (bright, red) = (random.Next(2) == 1, random.Next(2) == 1);
            File.WriteAllBytes(tool.At($"{name}/images/{i:D3}.png"), Picture(random, bright, red));
            rows.Add(
                $"{i:D3}.png,{(i % 5 == 0 ? "test" : i % 5 == 1 ? "val" : "train")},{(bright ? "bright" : "dark")},{(red ? "red" : "blue")}"
            );
        }
        WriteTable(tool, name, rows);
        return rows;
    }

    /// <summary>Writes the table alone.</summary>
    public static void WriteTable(Tool tool, string name, IEnumerable<string> rows) =>
        File.WriteAllLines(tool.At($"{name}/labels.csv"), rows.Prepend("file,part,shape,tint"));

    private static byte[] Picture(Random random, bool bright, bool red)
    {
        using var bitmap = new SKBitmap(24, 20);
        for (var y = 0; y < bitmap.Height; y++)
        for (var x = 0; x < bitmap.Width; x++)
        {
            var level = (byte)(random.Next(60) + (bright ? 150 : 20));
            bitmap.SetPixel(x, y, new SKColor((byte)(level + (red ? 40 : 0)), level, (byte)(level + (red ? 0 : 40))));
        }
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return encoded.ToArray();
    }
}

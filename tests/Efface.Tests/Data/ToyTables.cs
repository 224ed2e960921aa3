using Efface.Data;
using Efface.Data.Reading;
using Efface.Data.Sheets;
using Efface.Data.Sources;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Tests.Data;

/// <summary>Small data sets whose every property is known.</summary>
internal static class ToyTables
{
    /// <summary>Images of two pixels that write their row's number; y has two classes, z three.</summary>
    public static ImageTable Numbered(params Part[] parts)
    {
        var pixels = Enumerable.Range(0, parts.Length).SelectMany(row => new[] { (byte)(row & 255), (byte)(row >> 8) }).ToArray();
        return new ImageTable(
            "numbered",
            torch.tensor(pixels, [parts.Length, 1, 1, 2]),
            [Labels("y", 2, parts.Length, row => row % 2), Labels("z", 3, parts.Length, row => row / 2 % 3)],
            [.. parts]
        );
    }

    /// <summary>Reads a sheet as any data set is read.</summary>
    public static ReadData Read(LabelSheet sheet, DataOptions? options = null) =>
        DataReader.Read(new DataSource(sheet.Name, null, null, null, _ => sheet), options ?? new DataOptions());

    /// <summary>The numbers that images of <see cref="Numbered"/> carry.</summary>
    public static int[] Numbers(Tensor images)
    {
        using var contiguous = images.contiguous();
        using var data = contiguous.data<byte>();
        return [.. data.ToArray().Chunk(2).Select(pixel => pixel[0] + 256 * pixel[1])];
    }

    /// <summary>
    /// Noisy images, of 16×16 pixels if not of more: y is a bright band above or below the middle, z a red or blue tint, and tone one of
    /// three amounts of green. The three are independent, and mirroring or moving an image by two pixels changes none.
    /// </summary>
    public static ImageTable Visible(int train, int validation, int seed = 1, int side = 16)
    {
        var (count, random) = (train + validation, new Random(seed));
        int[] Draw(int classes) => [.. Enumerable.Range(0, count).Select(_ => random.Next(classes))];
        var (y, z, tone) = (Draw(2), Draw(2), Draw(3));
        var pixels = new byte[count * 3 * side * side];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (row, channel, down) = (i / (3 * side * side), i / (side * side) % 3, i / side % side * 16 / side);
            var band = y[row] == 0 ? down is >= 3 and <= 5 : down is >= 10 and <= 12;
            var tint =
                channel == 1 ? tone[row] * 30
                : channel == z[row] * 2 ? 60
                : 0;
            pixels[i] = (byte)(random.Next(40) + tint + (band ? 100 : 0));
        }
        return new ImageTable(
            "visible",
            torch.tensor(pixels, [count, 3, side, side]),
            [Labels("y", 2, count, row => y[row]), Labels("z", 2, count, row => z[row]), Labels("tone", 3, count, row => tone[row])],
            [.. Enumerable.Range(0, count).Select(row => row < train ? Part.Train : Part.Validation)]
        );
    }

    /// <summary>A column of so many classes, each called by its number.</summary>
    public static Column Labels(string name, int classes, int count, Func<int, int> label) =>
        new(name, [.. Enumerable.Range(0, classes).Select(i => $"{i}")], [.. Enumerable.Range(0, count).Select(label)]);

    /// <summary>A column of just these labels.</summary>
    public static Column Labels(string name, int classes, params int[] labels) => Labels(name, classes, labels.Length, row => labels[row]);
}

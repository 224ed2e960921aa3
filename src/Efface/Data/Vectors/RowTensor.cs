using System.Runtime.InteropServices;
using Efface.Data.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Data.Vectors;

/// <summary>
/// Tensors of one row per image that may be larger than half of the memory: they are filled, examined and reordered in place.
/// </summary>
internal static class RowTensor
{
    /// <summary>A row with more numbers than this is no representation.</summary>
    public const long WidestRow = 1 << 24;

    private const long BlockBytes = 1 << 22;

    /// <summary>Uninitialised memory for rows.</summary>
    /// <exception cref="InvalidInputException">There are too many rows, a row is too wide, or the machine has too little
    /// memory.</exception>
    public static Tensor Allocate(string file, long[] shape, ScalarType type)
    {
        var bytes = (double)StoredShape.Count(file, shape) * (type == ScalarType.Int64 ? sizeof(long) : sizeof(float));
        if (shape[0] > Array.MaxLength)
            throw new InvalidInputException(file, $"has {shape[0]:N0} rows, more than {Array.MaxLength:N0}", "Take a sample of the images");
        if (StoredShape.Count(file, shape[1..]) > WidestRow)
            throw new InvalidInputException(
                file,
                $"has {StoredShape.Count(file, shape[1..]):N0} numbers an image, more than {WidestRow:N0}",
                "Average over places, or take an earlier or later layer"
            );
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (bytes > memory)
            throw new InvalidInputException(
                file,
                $"needs {bytes / 1e9:N1} GB of memory, and this machine has {memory / 1e9:N1} GB",
                "Take a sample of the images, or average over places"
            );
        return torch.empty(shape, type);
    }

    /// <summary>Ranges of rows of a few megabytes each.</summary>
    public static IEnumerable<(int From, int Count)> Blocks(Tensor values)
    {
        var rows = (int)values.shape[0];
        var step = (int)Math.Clamp(BlockBytes * rows / Math.Max(1, values.numel() * values.element_size()), 1, Math.Max(1, rows));
        for (var from = 0; from < rows; from += step)
            yield return (from, Math.Min(step, rows - from));
    }

    /// <summary>The numbers of some rows, in the tensor's own memory: valid as long as the tensor.</summary>
    public static Span<T> Rows<T>(Tensor values, int from, int count = 1)
        where T : unmanaged
    {
        using var rows = values.narrow(0, from, count);
        return MemoryMarshal.Cast<byte, T>(rows.bytes);
    }

    /// <summary>How many numbers of each row are NaN or infinite; codes never are.</summary>
    public static int[] CountNotFinite(Tensor values)
    {
        var counts = new int[values.shape[0]];
        if (values.dtype != ScalarType.Float32)
            return counts;
        foreach (var (from, count) in Blocks(values))
        {
            // A sum is finite only if all its terms are, and costs a fraction of the count.
            using (var some = values.narrow(0, from, count))
            using (var sum = some.sum())
                if (float.IsFinite(sum.item<float>()))
                    continue;
            var block = Rows<float>(values, from, count);
            var width = block.Length / count;
            for (var row = 0; row < count; row++)
            {
                var faulty = 0;
                foreach (var number in block.Slice(row * width, width))
                    faulty += float.IsFinite(number) ? 0 : 1;
                counts[from + row] = faulty;
            }
        }
        return counts;
    }

    /// <summary>How many different rows there are; on the CPU.</summary>
    public static int Different(Tensor values)
    {
        using var whole = values.contiguous();
        return Enumerable.Range(0, (int)whole.shape[0]).Select(row => ContentHash.Of(Rows<byte>(whole, row))).Distinct().Count();
    }

    /// <summary>
    /// Moves <paramref name="wanted"/> rows, each named once, to the front in that order, and returns only those; ownership of
    /// <paramref name="values"/> passes to it.
    /// </summary>
    public static Tensor Arrange(Tensor values, ReadOnlySpan<int> wanted)
    {
        using (values)
        {
            // Swapping needs no second copy; the current position of each row, and the row at each position, are tracked.
            int[] rowAt = [.. Enumerable.Range(0, (int)values.shape[0])],
                placeOf = [.. rowAt];
            for (var place = 0; place < wanted.Length; place++)
            {
                var from = placeOf[wanted[place]];
                if (from == place)
                    continue;
                Swap(values, place, from);
                (rowAt[place], rowAt[from]) = (rowAt[from], rowAt[place]);
                (placeOf[rowAt[place]], placeOf[rowAt[from]]) = (place, from);
            }
            using var kept = values.narrow(0, 0, wanted.Length);
            // Unwanted rows would stay in memory as long as the others.
            return wanted.Length < values.shape[0] / 2 ? kept.clone() : kept.alias();
        }
    }

    /// <summary>
    /// Rows of tokens, [N, T, D], as maps of one column, [N, D, T, 1]; ownership of <paramref name="values"/> passes to it.
    /// </summary>
    public static Tensor TokensAsMaps(Tensor values)
    {
        using (values)
        {
            int tokens = (int)values.shape[1],
                width = (int)values.shape[2];
            var row = new float[tokens * width];
            for (var i = 0; i < values.shape[0]; i++)
            {
                var numbers = Rows<float>(values, i);
                numbers.CopyTo(row);
                for (var token = 0; token < tokens; token++)
                for (var place = 0; place < width; place++)
                    numbers[place * tokens + token] = row[token * width + place];
            }
            return values.view(values.shape[0], width, tokens, 1);
        }
    }

    private static void Swap(Tensor values, int one, int other)
    {
        Span<byte> first = Rows<byte>(values, one),
            second = Rows<byte>(values, other),
            kept = new byte[Math.Min(first.Length, 4096)];
        for (var at = 0; at < first.Length; at += kept.Length)
        {
            var length = Math.Min(kept.Length, first.Length - at);
            first.Slice(at, length).CopyTo(kept);
            second.Slice(at, length).CopyTo(first[at..]);
            kept[..length].CopyTo(second[at..]);
        }
    }
}

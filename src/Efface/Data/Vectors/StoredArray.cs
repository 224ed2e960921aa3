using System.Globalization;
using System.Runtime.InteropServices;
using Efface.Data.Files;
using static TorchSharp.torch;

namespace Efface.Data.Vectors;

/// <summary>An array in a file, known by its header: its contents are read on demand.</summary>
/// <param name="File">The file's path.</param>
/// <param name="Name">Its name in the file; empty if the file holds only one.</param>
/// <param name="Type">The type of its elements; null if it cannot be read.</param>
/// <param name="Shape">Sizes, with rows first.</param>
/// <param name="Open">Opens the file, calls back with a stream that begins at the first element, and closes it.</param>
internal sealed record StoredArray(string File, string Name, ElementType? Type, long[] Shape, Action<Action<Stream>> Open)
{
    private const int BufferBytes = 1 << 24,
        MostColumns = 64;

    /// <summary>Whether the first index varies fastest, not the last.</summary>
    public bool IsColumnMajor { get; init; }

    /// <summary>Whether elements begin with their highest byte.</summary>
    public bool IsBigEndian { get; init; }

    /// <summary>Why it cannot be read, if <see cref="Type"/> is null.</summary>
    public Problem? Refusal { get; init; }

    /// <summary>Whether it is clearly different from labels and keys that may lie beside it.</summary>
    public bool HasVectors => Type is { IsText: false } && Shape.Length is >= 2 and <= 4;

    /// <summary>Whether it has one integer per image.</summary>
    public bool HasCodes => Type is { IsInteger: true } && (Shape.Length == 1 || Shape is [_, 1]);

    /// <summary>Whether it can name images.</summary>
    public bool HasKeys => Type is { IsText: true } or { IsInteger: true } && (Shape.Length == 1 || Shape is [_, 1]);

    /// <summary>Name and shape for the user.</summary>
    public override string ToString() => $"{Name} ({string.Join(", ", Shape)})";

    /// <summary>The vectors or codes: f32 of the array's shape, or i64 [N].</summary>
    public Tensor ReadVectors(ReadingWatch watch)
    {
        var values = HasCodes
            ? RowTensor.Allocate(File, Shape[..1], ScalarType.Int64)
            : RowTensor.Allocate(File, Shape, ScalarType.Float32);
        if (HasCodes)
            Open(stream => ReadRows(stream, values, Type!.ToInt64, Type is { Size: sizeof(long) }, watch));
        else if (IsColumnMajor && Shape.Length > 1)
            Open(stream => ReadColumns(stream, values, watch));
        else
            Open(stream => ReadRows(stream, values, Type!.ToSingle, Type == ElementType.Single, watch));
        return values;
    }

    /// <summary>Visits the vectors some rows at a time: f32 [B, D], each row flattened, in memory that is used again.</summary>
    /// <param name="most">Rows at a time.</param>
    /// <param name="seekable">Opens the file as <see cref="Open"/> does, for an array whose first index varies fastest: its rows lie all
    /// over it.</param>
    /// <param name="use">Receives the position of the first row, and the rows.</param>
    public void EachChunk(int most, Action<Action<Stream>> seekable, Action<int, Tensor> use)
    {
        var (rows, width) = (checked((int)Shape[0]), StoredShape.Count(File, Shape[1..]));
        var isScattered = IsColumnMajor && Shape.Length > 1;
        int[] places = isScattered ? [.. ColumnMajorPlaces(Shape[1..])] : [];
        using var chunk = RowTensor.Allocate(File, [Math.Min(most, rows), width], ScalarType.Float32);
        (isScattered ? seekable : Open)(stream =>
        {
            var (buffer, begin) = (Array.Empty<byte>(), isScattered ? stream.Position : 0);
            for (var from = 0; from < rows; from += most)
            {
                using var some = chunk.narrow(0, 0, Math.Min(most, rows - from));
                var numbers = RowTensor.Rows<float>(some, 0, (int)some.shape[0]);
                if (isScattered)
                    ReadRange(stream, begin, from, numbers, places, ref buffer);
                else
                    ReadNext(stream, numbers, Type!.ToSingle, Type == ElementType.Single, ref buffer);
                use(from, some);
            }
        });
    }

    /// <summary>The keys of the rows, as text; null if one is empty.</summary>
    public string?[] ReadKeys()
    {
        var bytes = new byte[StoredShape.Count(File, Shape) * Type!.Size];
        Open(stream => stream.ReadExactly(bytes));
        if (IsBigEndian)
            Type.ReverseBytes(bytes);
        if (Type.IsText)
            return [.. Type.Texts(bytes).Select(text => text.Length > 0 ? text : null)];
        var numbers = new long[Shape[0]];
        Type.ToInt64(bytes, numbers);
        return [.. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))];
    }

    private void ReadRows<T>(Stream stream, Tensor values, Decode<T> decode, bool isSame, ReadingWatch watch)
        where T : unmanaged
    {
        byte[] buffer = [];
        foreach (var (from, count) in RowTensor.Blocks(values))
        {
            ReadNext(stream, RowTensor.Rows<T>(values, from, count), decode, isSame, ref buffer);
            watch.Reached(from + count, Shape[0]);
        }
    }

    private void ReadNext<T>(Stream stream, Span<T> numbers, Decode<T> decode, bool isSame, ref byte[] buffer)
        where T : unmanaged
    {
        if (isSame && !IsBigEndian)
            stream.ReadExactly(MemoryMarshal.AsBytes(numbers));
        else
            decode(Fill(stream, ref buffer, numbers.Length), numbers);
    }

    // Few enough rows that a seek for each column reads some kilobytes, unless rows are very wide.
    private void ReadRange(Stream stream, long begin, int from, Span<float> numbers, int[] places, ref byte[] buffer)
    {
        var count = numbers.Length / places.Length;
        var column = new float[count];
        for (var element = 0; element < places.Length; element++)
        {
            stream.Position = begin + (element * Shape[0] + from) * Type!.Size;
            Type.ToSingle(Fill(stream, ref buffer, count), column);
            for (var row = 0; row < count; row++)
                numbers[row * places.Length + places[element]] = column[row];
        }
    }

    // Column by column would touch each row once per number: a few columns at a time are scattered together.
    private void ReadColumns(Stream stream, Tensor values, ReadingWatch watch)
    {
        int rows = (int)Shape[0],
            width = (int)StoredShape.Count(File, Shape[1..]);
        var step = (int)Math.Clamp(BufferBytes / Math.Max(1, (long)rows * sizeof(float)), 1, Math.Min(MostColumns, width));
        int[] places = [.. ColumnMajorPlaces(Shape[1..])];
        var (buffer, columns) = (Array.Empty<byte>(), new float[(long)step * rows]);
        for (var first = 0; first < width; first += step)
        {
            var some = places.AsSpan(first, Math.Min(step, width - first));
            // One by one: all of a tall array's columns together are more bytes than a span holds.
            for (var column = 0; column < some.Length; column++)
                Type!.ToSingle(Fill(stream, ref buffer, rows), columns.AsSpan(column * rows, rows));
            foreach (var (from, count) in RowTensor.Blocks(values))
            {
                var numbers = RowTensor.Rows<float>(values, from, count);
                for (var row = 0; row < count; row++)
                for (var column = 0; column < some.Length; column++)
                    numbers[row * width + some[column]] = columns[column * rows + from + row];
            }
            watch.Reached((long)rows * (first + some.Length) / width, rows);
        }
    }

    private ReadOnlySpan<byte> Fill(Stream stream, ref byte[] buffer, int count)
    {
        if (buffer.Length < (long)count * Type!.Size)
            buffer = new byte[(long)count * Type.Size];
        var bytes = buffer.AsSpan(0, count * Type.Size);
        stream.ReadExactly(bytes);
        if (IsBigEndian)
            Type.ReverseBytes(bytes);
        return bytes;
    }

    // The positions in a row of consecutive elements when the first index varies fastest.
    private static IEnumerable<int> ColumnMajorPlaces(long[] sizes)
    {
        var index = new long[sizes.Length];
        for (var count = sizes.Aggregate(1L, (product, size) => product * size); count > 0; count--)
        {
            yield return (int)index.Zip(sizes).Aggregate(0L, (place, pair) => place * pair.Second + pair.First);
            for (var axis = 0; axis < sizes.Length && ++index[axis] == sizes[axis]; axis++)
                index[axis] = 0;
        }
    }
}

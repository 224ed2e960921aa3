using System.Runtime.InteropServices;
using Efface.Data.Files;
using static TorchSharp.torch;

namespace Efface.Models.Weights;

/// <summary>A tensor in a file of weights, known by its description; its numbers are read on demand.</summary>
/// <param name="Name">Its name; dots separate modules, and dictionaries within dictionaries.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Read">Its numbers on the CPU, of its shape: f32, or i64 if they are whole by type.</param>
internal sealed record StoredTensor(string Name, long[] Shape, Func<Tensor> Read)
{
    private const int AtOnce = 1 << 20;

    /// <summary>Why it cannot be read; null if it can.</summary>
    public Problem? Refusal { get; init; }

    /// <summary>Reads numbers that lie one after the other: f32 or i64 [count].</summary>
    /// <exception cref="EndOfStreamException">There are fewer.</exception>
    public static Tensor Numbers(Stream stream, ElementType type, long count, bool isBigEndian = false)
    {
        var values = empty([count], type.IsInteger ? ScalarType.Int64 : ScalarType.Float32);
        var buffer = new byte[type.Size * Math.Min(count, AtOnce)];
        for (var from = 0L; from < count; from += AtOnce)
        {
            using var some = values.narrow(0, from, Math.Min(AtOnce, count - from));
            var bytes = buffer.AsSpan(0, type.Size * (int)some.shape[0]);
            stream.ReadExactly(bytes);
            if (isBigEndian)
                type.ReverseBytes(bytes);
            if (type.IsInteger)
                type.ToInt64(bytes, MemoryMarshal.Cast<byte, long>(some.bytes));
            else
                type.ToSingle(bytes, MemoryMarshal.Cast<byte, float>(some.bytes));
        }
        return values;
    }
}

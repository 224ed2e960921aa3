using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Efface.Data.Files;

/// <summary>Decodes numbers from a file's bytes, in this machine's byte order.</summary>
internal delegate void Decode<T>(ReadOnlySpan<byte> bytes, Span<T> numbers);

/// <summary>The type of a stored array's elements.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="IsInteger">Whether it can be a code.</param>
/// <param name="ToSingle">As f32: values too large for it become infinite.</param>
/// <param name="ToInt64">As i64, for integers.</param>
internal sealed record ElementType(int Size, bool IsInteger, Decode<float> ToSingle, Decode<long> ToInt64)
{
    private const int CharacterSize = 4;

    /// <summary>f32, which needs no conversion.</summary>
    public static ElementType Single { get; } = Of<float>();

    /// <summary>The upper half of an f32; common in networks, missing in numpy.</summary>
    public static ElementType BFloat16 { get; } = new(sizeof(ushort), false, WidenBFloat16, (_, _) => throw new NotSupportedException());

    /// <summary>Whether it is text of a fixed width, which only keys can be.</summary>
    public bool IsText { get; private init; }

    /// <summary>A numeric type of .NET.</summary>
    public static ElementType Of<T>()
        where T : unmanaged, INumber<T> =>
        new(Unsafe.SizeOf<T>(), T.IsInteger(T.One / (T.One + T.One)), Convert<T, float>, Convert<T, long>);

    /// <summary>UTF-32 of a fixed width, padded with zeros.</summary>
    public static ElementType Text(int characters) =>
        new(CharacterSize * characters, false, (_, _) => throw new NotSupportedException(), (_, _) => throw new NotSupportedException())
        {
            IsText = true,
        };

    /// <summary>The texts of an array of fixed width.</summary>
    public IEnumerable<string> Texts(byte[] bytes)
    {
        var text = new StringBuilder();
        for (var from = 0; from < bytes.Length; from += Size)
        {
            text.Clear();
            foreach (var letter in MemoryMarshal.Cast<byte, int>(bytes.AsSpan(from, Size)))
                if (letter != 0)
                    text.Append(Rune.IsValid(letter) ? new Rune(letter) : Rune.ReplacementChar);
            yield return text.ToString().Trim();
        }
    }

    /// <summary>Converts from the other byte order.</summary>
    public void ReverseBytes(Span<byte> bytes)
    {
        switch (IsText ? CharacterSize : Size)
        {
            case 2:
                Reverse<ushort>(bytes, BinaryPrimitives.ReverseEndianness);
                break;
            case 4:
                Reverse<uint>(bytes, BinaryPrimitives.ReverseEndianness);
                break;
            case 8:
                Reverse<ulong>(bytes, BinaryPrimitives.ReverseEndianness);
                break;
        }
    }

    private static void Reverse<T>(Span<byte> bytes, Action<ReadOnlySpan<T>, Span<T>> reverse)
        where T : unmanaged
    {
        var words = MemoryMarshal.Cast<byte, T>(bytes);
        reverse(words, words);
    }

    private static void Convert<TFrom, TTo>(ReadOnlySpan<byte> bytes, Span<TTo> numbers)
        where TFrom : unmanaged, INumber<TFrom>
        where TTo : unmanaged, INumber<TTo>
    {
        var stored = MemoryMarshal.Cast<byte, TFrom>(bytes);
        for (var i = 0; i < stored.Length; i++)
            numbers[i] = TTo.CreateTruncating(stored[i]);
    }

    private static void WidenBFloat16(ReadOnlySpan<byte> bytes, Span<float> numbers)
    {
        var stored = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (var i = 0; i < stored.Length; i++)
            numbers[i] = BitConverter.UInt32BitsToSingle((uint)stored[i] << 16);
    }
}

using System.Collections.Frozen;
using Efface.Data.Files;

namespace Efface.Models.Weights.Pickles;

// What else a pickle holds are plain values: null, bool, long, BigInteger, double, string, byte[], object?[] (a tuple), List<object?> (a
// list or a set).

/// <summary>A dictionary.</summary>
internal sealed record PickledDictionary
{
    /// <summary>In the order in which they were set.</summary>
    public List<(object? Key, object? Value)> Entries { get; } = [];
}

/// <summary>A function or class of Python that a pickle names. Nothing of it is ever run.</summary>
internal sealed record PickledName(string Module, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>An object without meaning here: a device, a type, the arguments of a program.</summary>
internal sealed record PickledObject(PickledName Class);

/// <summary>Numbers that lie beside the pickle.</summary>
/// <param name="Key">Their name there.</param>
/// <param name="Kind">The type of the elements.</param>
/// <param name="Count">How many there are.</param>
internal sealed record PickledStorage(string Key, StorageKind Kind, long Count);

/// <summary>A view of a storage.</summary>
/// <param name="Storage">Its numbers, and perhaps those of other tensors.</param>
/// <param name="Offset">The first element.</param>
/// <param name="Sizes">Its shape.</param>
/// <param name="Strides">The distance in the storage to the next element in each dimension.</param>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Sizes, long[] Strides)
{
    private const long LargestNumber = 1L << 40;

    /// <summary>The storage's elements from its first to its last.</summary>
    public long Span => Sizes.Contains(0) ? 0 : 1 + Last();

    /// <summary>What is wrong with it; null if it lies in its storage and repeats no number of it.</summary>
    public string? Fault()
    {
        if (Sizes.Length != Strides.Length)
            return "is no view of a storage";
        if (Sizes.Concat(Strides).Append(Offset).Append(Storage.Count).Any(number => number is < 0 or > LargestNumber))
            return "has impossible sizes";
        if (Sizes.Contains(0))
            return null;
        // A view of one number can pretend to be of any size.
        var count = Sizes.Aggregate(Int128.One, (product, size) => Int128.Min(product * size, long.MaxValue));
        return count > Storage.Count || Last() >= Storage.Count - Offset
            ? $"is larger than its storage of {Storage.Count:N0} numbers"
            : null;
    }

    private long Last() =>
        (long)
            Int128.Min(
                Sizes.Zip(Strides, (size, stride) => (Int128)(size - 1) * stride).Aggregate(Int128.Zero, (a, b) => a + b),
                long.MaxValue
            );
}

/// <summary>The type of a storage's elements.</summary>
/// <param name="Name">As PyTorch calls it: FloatStorage.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Type">How they are decoded; null if they cannot be.</param>
internal sealed record StorageKind(string Name, int Size, ElementType? Type)
{
    /// <summary>Every kind, by its name.</summary>
    public static FrozenDictionary<string, StorageKind> All { get; } =
        new StorageKind[]
        {
            Of("Float", ElementType.Single),
            Of("Double", ElementType.Of<double>()),
            Of("Half", ElementType.Of<Half>()),
            Of("BFloat16", ElementType.BFloat16),
            Of("Long", ElementType.Of<long>()),
            Of("Int", ElementType.Of<int>()),
            Of("Short", ElementType.Of<short>()),
            Of("Char", ElementType.Of<sbyte>()),
            Of("Byte", ElementType.Of<byte>()),
            Of("Bool", ElementType.Of<byte>()),
            new("ComplexFloatStorage", 8, null),
            new("ComplexDoubleStorage", 16, null),
            new("QInt8Storage", 1, null),
            new("QUInt8Storage", 1, null),
            new("QInt32Storage", 4, null),
        }.ToFrozenDictionary(kind => kind.Name);

    private static StorageKind Of(string name, ElementType type) => new($"{name}Storage", type.Size, type);
}

using System.Globalization;
using System.IO.Compression;
using System.Numerics;
using Efface.Data.Files;
using Efface.Models.Weights.Pickles;
using static TorchSharp.torch;

namespace Efface.Models.Weights;

/// <summary>
/// Files of torch.save: an archive of a pickle and of a file for each storage (since PyTorch 1.6), or five pickles and the storages behind
/// each other (before; several of torchvision's files are of this kind).
/// </summary>
internal static class TorchCheckpoint
{
    private const string Pickle = "data.pkl",
        ByteOrder = "byteorder",
        BigEndian = "big";

    // What each file of the older format begins with.
    private static readonly BigInteger Magic = BigInteger.Parse(
        "1950a86a20f9469cfc6c",
        NumberStyles.HexNumber,
        CultureInfo.InvariantCulture
    );

    /// <summary>Whether a file begins as checkpoints do.</summary>
    public static bool IsOne(ReadOnlySpan<byte> beginning) => IsArchive(beginning) || beginning is [(byte)Opcode.Protocol, <= 5, ..];

    /// <summary>The tensors of a checkpoint, wherever they lie in its dictionaries.</summary>
    /// <exception cref="InvalidInputException">It is damaged, has no tensors, or names something that could run code.</exception>
    public static IReadOnlyList<StoredTensor> Open(string path) => UserFile.Guard(path, () =>
        {
            Span<byte> beginning = stackalloc byte[4];
            using (var file = File.OpenRead(path))
                beginning = beginning[..file.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false)];
            return IsArchive(beginning) ? OfArchive(path) : OfPickles(path);
        });

    private static bool IsArchive(ReadOnlySpan<byte> beginning) => beginning.StartsWith("PK\x03\x04"u8);

    private static IReadOnlyList<StoredTensor> OfArchive(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        var pickles = archive.Entries.Where(entry => entry.Name == Pickle).ToArray();
        if (pickles is not [var pickle])
            throw new InvalidDataException($"an archive with {pickles.Length} files {Pickle}: torch.save did not write it");
        var folder = pickle.FullName[..^Pickle.Length];
        var isBigEndian = archive.GetEntry(folder + ByteOrder) is { } order && Beginning(order) == BigEndian;
        using var stream = Open(pickle);
        var root = new PickleReader(path, stream).Read();
        return Tensors(path, root, (storage, use) =>
        {
            using var again = ZipFile.OpenRead(path);
            var entry = again.GetEntry($"{folder}data/{storage.Key}") ?? throw new InvalidDataException($"has no storage {storage.Key}");
            if (entry.Length / storage.Kind.Size < storage.Count)
                throw new InvalidDataException(
                    $"its storage {storage.Key} has {entry.Length:N0} bytes, too few for {storage.Count:N0} numbers"
                );
            using var bytes = Open(entry);
            return use(bytes, isBigEndian);
        });
    }

    // Compressed entries could become any size; torch.save stores them as they are.
    private static Stream Open(ZipArchiveEntry entry) =>
        entry.CompressedLength == entry.Length && !entry.IsEncrypted
            ? entry.Open()
            : throw new InvalidDataException($"its part {entry.FullName} is compressed, which torch.save never does");

    private static string Beginning(ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(Open(entry));
        var letters = new char[BigEndian.Length];
        return new string(letters, 0, reader.ReadBlock(letters));
    }

    private static IReadOnlyList<StoredTensor> OfPickles(string path)
    {
        using var stream = File.OpenRead(path);
        var reader = new PickleReader(path, stream);
        if (reader.Read() is not BigInteger magic || magic != Magic)
            throw new InvalidDataException("a pickle that torch.save did not write");
        reader.Read();
        var isBigEndian = reader.Read() is PickledDictionary system && system.Entries.Contains(("little_endian", false));
        var root = reader.Read();
        if (reader.Read() is not List<object?> keys)
            throw new InvalidDataException("it does not list its storages");
        var places = Places(stream, [.. keys.Select(key => Described(reader, key))]);
        return Tensors(path, root, (storage, use) =>
        {
            using var again = File.OpenRead(path);
            again.Position = places.TryGetValue(storage.Key, out var place)
                ? place
                : throw new InvalidDataException($"has no storage {storage.Key}");
            return use(again, isBigEndian);
        });
    }

    private static PickledStorage Described(PickleReader reader, object? key) =>
        key is string name && reader.Storages.TryGetValue(name, out var storage)
            ? storage
            : throw new InvalidDataException("it has a storage of no tensor");

    // Each storage begins with the count of its numbers.
    private static Dictionary<string, long> Places(Stream stream, PickledStorage[] storages)
    {
        var (places, next) = (new Dictionary<string, long>(), stream.Position);
        foreach (var storage in storages)
        {
            places[storage.Key] = next + sizeof(long);
            if (storage.Count < 0 || storage.Count > (stream.Length - places[storage.Key]) / storage.Kind.Size)
                throw new InvalidDataException($"its storage {storage.Key} does not lie in it");
            next = places[storage.Key] + storage.Count * storage.Kind.Size;
        }
        return places;
    }

    private static IReadOnlyList<StoredTensor> Tensors(string path, object? root, OpenStorage open) =>
        root is PickledDictionary dictionary
            ? [.. Nested.Tensors(dictionary).Select(entry => Stored(path, entry.Name, entry.Tensor, open))]
            : throw new InvalidInputException(
                path,
                "is no dictionary of tensors",
                "Save the state dictionary: safetensors.torch.save_file(model.state_dict(), \"weights.safetensors\")"
            );

    private static StoredTensor Stored(string path, string name, PickledTensor tensor, OpenStorage open) =>
        new(name, tensor.Sizes, () =>
            UserFile.Guard(path, () => open(tensor.Storage, (stream, isBigEndian) => Read(tensor, stream, isBigEndian)))
        )
        {
            Refusal = tensor.Storage.Kind.Type is null
                ? new Problem($"{path} tensor '{name}'", $"is a {tensor.Storage.Kind.Name}", SafetensorsArray.Remedy)
                : null,
        };

    private static Tensor Read(PickledTensor tensor, Stream stream, bool isBigEndian)
    {
        var type = tensor.Storage.Kind.Type!;
        Skip(stream, tensor.Offset * type.Size);
        using var numbers = StoredTensor.Numbers(stream, type, tensor.Span, isBigEndian);
        using var view = numbers.as_strided(tensor.Sizes, tensor.Strides);
        using var ordered = view.contiguous();
        return ordered.clone();
    }

    private static void Skip(Stream stream, long bytes)
    {
        if (stream.CanSeek)
            stream.Position += bytes;
        else
            for (var buffer = new byte[1 << 16]; bytes > 0; bytes -= Math.Min(bytes, buffer.Length))
                stream.ReadExactly(buffer, 0, (int)Math.Min(bytes, buffer.Length));
    }

    // Opens the file where a storage begins.
    private delegate Tensor OpenStorage(PickledStorage storage, Func<Stream, bool, Tensor> use);
}

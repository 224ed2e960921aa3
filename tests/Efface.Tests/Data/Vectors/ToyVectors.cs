using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Efface.Data.Vectors;
using Efface.Tests.Data.Sources;
using Parquet;
using Parquet.Schema;
using static TorchSharp.torch;

namespace Efface.Tests.Data.Vectors;

/// <summary>Files of vectors as other programs write them, in a folder that is gone at the end.</summary>
internal sealed class ToyVectors : IDisposable
{
    /// <summary>As many images as the smallest part of a third each needs, and some more.</summary>
    public const int Count = 120;

    private readonly string _folder = Directory.CreateTempSubdirectory("efface-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public string At(string name) => Path.Combine(_folder, name);

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(At(name), bytes);
        return At(name);
    }

    public string Write(string name, IEnumerable<string> lines) => Write(name, Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));

    /// <summary>Labels of <paramref name="count"/> images: key, task y, attribute z, and a split of thirds.</summary>
    public string WriteLabels(int count = Count, string name = "labels.csv") => Write(name, Lines("key,y,z,split,person", count, Labels));

    private static readonly string[] Parts = ["train", "val", "test"];

    /// <summary>The labels of an image, as a line.</summary>
    /// <summary>What reading says is wrong.</summary>
    public static IReadOnlyList<Problem> Refused(VectorOptions options) => Sheets.Refused(() => VectorReader.Read(options));

    public static string Labels(int image) =>
        $"{Key(image)},{(image % 2 == 0 ? "yes" : "no")},{image / 2 % 3},{Parts[image / 6 % 3]},p{image / 3}";

    public static IEnumerable<string> Lines(string header, int count, Func<int, string> line) =>
        Enumerable.Range(0, count).Select(line).Prepend(header);

    public static string Key(int image) => $"{image:D4} ü.jpg";

    /// <summary>What image's vectors hold wherever nothing else is said.</summary>
    public static float Number(int image, int place) => image + place / 8f;

    /// <summary>Vectors of <paramref name="images"/>, [N, 4].</summary>
    public static float[] Numbers(IEnumerable<int> images) =>
        [.. images.SelectMany(image => Enumerable.Range(0, 4).Select(place => Number(image, place)))];

    /// <summary>Those of the first images.</summary>
    public static float[] Numbers(int count = Count) => Numbers(Enumerable.Range(0, count));

    /// <summary>The flags for this folder.</summary>
    public VectorOptions Options(string representations, string labels = "labels.csv") =>
        new()
        {
            Representations = At(representations),
            Labels = At(labels),
            Task = "y",
            Attributes = ["z"],
            SplitColumn = "split",
        };

    /// <summary>What a file of vectors holds, without its labels.</summary>
    public RawVectors ReadRaw(string name, string? array = null, string? key = null, params string[] taken) =>
        VectorFile
            .Open(new VectorRequest(At(name), "--representations", key, array, taken.ToHashSet()))
            .Read([], new ReadingWatch("reading", null, CancellationToken.None));

    /// <summary>The numbers of a tensor, row by row.</summary>
    public static float[] Of(Tensor values) =>
        values.dtype == ScalarType.Float32
            ? values.contiguous().data<float>().ToArray()
            : [.. values.data<long>().ToArray().Select(number => (float)number)];

    /// <summary>A .npy: <paramref name="elements"/> are bytes in the order in which they lie.</summary>
    public static byte[] Npy(string descr, IEnumerable<long> shape, byte[] elements, bool columnMajor = false, byte version = 1)
    {
        var sizes = string.Concat(shape.Select(size => $"{size}, "));
        var header = $"{{'descr': '{descr}', 'fortran_order': {columnMajor}, 'shape': ({sizes}), }}";
        return NpyWithHeader(header, elements, version);
    }

    public static byte[] NpyWithHeader(string header, byte[] elements, byte version = 1)
    {
        var start = version == 1 ? 10 : 12;
        var text = Encoding.UTF8.GetBytes(header.PadRight((start + header.Length) / 64 * 64 + 63 - start) + "\n");
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length[..(start - 8)], .. text, .. elements];
    }

    public static byte[] Npy(float[] numbers, params long[] shape) => Npy("<f4", shape, Bytes(numbers));

    /// <summary>A .npy of names.</summary>
    public static byte[] NpyNames(IReadOnlyList<string> names, bool bigEndian = false)
    {
        var encoding = new UTF32Encoding(bigEndian, byteOrderMark: false);
        byte[][] texts = [.. names.Select(encoding.GetBytes)];
        var width = texts.Max(text => text.Length);
        return Npy(
            $"{(bigEndian ? '>' : '<')}U{width / 4}",
            [names.Count],
            [.. texts.SelectMany(text => text.Concat(new byte[width - text.Length]))]
        );
    }

    public static byte[] Npz(CompressionLevel compression, params (string Name, byte[] Npy)[] arrays)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, npy) in arrays)
            {
                using var entry = archive.CreateEntry($"{name}.npy", compression).Open();
                entry.Write(npy);
            }
        return stream.ToArray();
    }

    public static byte[] Safetensors(params (string Name, string Type, long[] Shape, byte[] Elements)[] arrays)
    {
        var (header, offset) = (new Dictionary<string, object>(), 0);
        foreach (var (name, type, shape, elements) in arrays)
        {
            header[name] = new
            {
                dtype = type,
                shape,
                data_offsets = new[] { offset, offset + elements.Length },
            };
            offset += elements.Length;
        }
        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        return [.. BitConverter.GetBytes((long)json.Length), .. json, .. arrays.SelectMany(array => array.Elements)];
    }

    public static byte[] Bytes<T>(T[] numbers)
        where T : unmanaged => System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray();

    /// <summary>
    /// A parquet file with a column h of lists, null where a list is, and keys, in row groups of <paramref name="group"/>.
    /// </summary>
    public static byte[] ParquetLists(float?[]?[] lists, string[] keys, int group)
    {
        var (item, key) = (new DataField<float>("element", true), new DataField<string>("key"));
        var schema = new ParquetSchema(new ListField("h", item), key);
        return ToyParquet.Of(
            schema,
            null,
            [
                .. lists
                    .Zip(keys)
                    .Chunk(group)
                    .Select<(float?[]? List, string Key)[], Action<ParquetRowGroupWriter>>(rows =>
                        writer =>
                        {
                            // Levels of a nullable list of nullable floats: 3 a value, 2 a null in a list, 1 an empty list, 0 no list.
                            var (values, definitions, repetitions) = (new List<float>(), new List<int>(), new List<int>());
                            foreach (var (list, _) in rows)
                            {
                                if (list is not { Length: > 0 })
                                {
                                    definitions.Add(list is null ? 0 : 1);
                                    repetitions.Add(0);
                                }
                                for (var i = 0; i < list?.Length; i++)
                                {
                                    repetitions.Add(i == 0 ? 0 : 1);
                                    definitions.Add(list[i] is null ? 2 : 3);
                                    if (list[i] is { } value)
                                        values.Add(value);
                                }
                            }
                            ToyParquet.Wait(
                                writer.WriteAllPartsAsync<float>(
                                    item,
                                    values.ToArray(),
                                    definitions.ToArray(),
                                    repetitions.ToArray(),
                                    default
                                )
                            );
                            ToyParquet.Wait(writer.WriteAsync(key, rows.Select(row => row.Key).ToArray()));
                        }
                    ),
            ]
        );
    }

    /// <summary>A parquet file of columns of numbers, null where a cell is empty.</summary>
    public static byte[] ParquetColumns(params (string Name, double?[] Cells)[] columns)
    {
        DataField<double?>[] fields = [.. columns.Select(column => new DataField<double?>(column.Name))];
        return ToyParquet.Of(new ParquetSchema(fields), null, writer =>
        {
            foreach (var (field, column) in fields.Zip(columns))
                ToyParquet.Wait(writer.WriteAsync<double>(field, column.Cells));
        });
    }

    /// <summary>A parquet file with one column of integers, null where there is none, as pandas writes codes.</summary>
    public static byte[] ParquetCodes(params long?[] codes)
    {
        var field = new DataField<long?>("code");
        return ToyParquet.Of(new ParquetSchema(field), null, writer => ToyParquet.Wait(writer.WriteAsync<long>(field, codes)));
    }
}

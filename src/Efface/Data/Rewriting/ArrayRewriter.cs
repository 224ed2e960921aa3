using System.IO.Compression;
using Efface.Data.Files;
using Efface.Data.Sheets;
using Efface.Data.Vectors;
using static TorchSharp.torch;

namespace Efface.Data.Rewriting;

/// <summary>Rewrites the vectors of array files, and copies other arrays byte by byte.</summary>
/// <param name="request">The request.</param>
/// <param name="vectors">The array of the vectors.</param>
/// <param name="map">Applies the function.</param>
/// <param name="watch">Receives the progress.</param>
/// <param name="own">Remembers what goes wrong in writing.</param>
internal sealed class ArrayRewriter(RewriteRequest request, StoredArray vectors, RowMap map, ReadingWatch watch, OwnFaults own)
{
    private const int BufferBytes = 1 << 20;

    // Whole numbers do not stay whole.
    private readonly ScalarType _type =
        map.GivesCodes ? ScalarType.Int64
        : vectors.Type == ElementType.BFloat16 ? ScalarType.BFloat16
        : vectors.Type is { IsInteger: true } ? ScalarType.Float32
        : vectors.Type!.Size switch
        {
            sizeof(ushort) => ScalarType.Float16,
            sizeof(double) => ScalarType.Float64,
            _ => ScalarType.Float32,
        };

    private readonly long[] _shape = map.GivesCodes ? vectors.Shape[..1] : vectors.Shape;

    /// <summary>Writes a .npy.</summary>
    public void WriteArray(Stream output)
    {
        output.Write(NumpyFormat.Header(_type, _shape));
        WriteRows(output);
    }

    /// <summary>Writes a .npz.</summary>
    public void WriteArchive(Stream output)
    {
        using var source = ZipFile.OpenRead(request.Path);
        using var target = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var entry in source.Entries)
        {
            var isPlain = entry.CompressedLength == entry.Length;
            var copy = target.CreateEntry(entry.FullName, isPlain ? CompressionLevel.NoCompression : CompressionLevel.Optimal);
            copy.LastWriteTime = entry.LastWriteTime;
            copy.ExternalAttributes = entry.ExternalAttributes;
            using var to = copy.Open();
            if (entry.FullName == vectors.Name + NumpyFormat.Extension)
                WriteArray(to);
            else
            {
                using var from = entry.Open();
                from.CopyTo(to);
            }
        }
    }

    /// <summary>Writes a .safetensors.</summary>
    public void WriteSafetensors(Stream output)
    {
        var (header, parts) = SafetensorsFormat.HeaderWith(request.Path, vectors.Name, _type, _shape);
        output.Write(header);
        using var source = File.OpenRead(request.Path);
        foreach (var part in parts)
            if (part.Name == vectors.Name)
                WriteRows(output);
            else
                Copy(source, part, output);
    }

    private static void Copy(FileStream source, StoredBytes part, Stream output)
    {
        source.Position = part.Begin;
        var buffer = new byte[Math.Min(part.Length, BufferBytes)];
        for (var left = part.Length; left > 0; left -= buffer.Length)
        {
            var some = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            source.ReadExactly(some);
            output.Write(some);
        }
    }

    private void WriteRows(Stream output)
    {
        var step = RowMap.RowsAtATime(StoredShape.Count(request.Path, vectors.Shape[1..]));
        var file = request.Reading.File;
        vectors.EachChunk(step, Seekable, (from, values) =>
        {
            using var scope = NewDisposeScope();
            var rows = new SheetDraft((int)values.shape[0], row => (file, from + row));
            var written = map.Apply(AsRead(values), rows, _type);
            output.Write(AsStored(written).bytes);
            watch.Reached(from + rows.Count, vectors.Shape[0]);
        });
    }

    // Tokens, [T, D] a row, are read as maps of one column, [D, T].
    private Tensor AsRead(Tensor values) => vectors.Shape is [_, var tokens, var width] ? Turned(values, tokens, width) : values;

    private Tensor AsStored(Tensor written) =>
        !map.GivesCodes && vectors.Shape is [_, var tokens, var width] ? Turned(written, width, tokens) : written;

    private static Tensor Turned(Tensor rows, long high, long wide) =>
        rows.view(rows.shape[0], high, wide).transpose(1, 2).contiguous().view(rows.shape);

    // What is packed cannot be read in another order than it lies.
    private void Seekable(Action<Stream> use) =>
        vectors.Open(stream =>
        {
            if (stream.CanSeek)
            {
                use(stream);
                return;
            }
            using var unpacked = new FileStream(
                request.Output + ".unpacked" + WholeFile.Partial,
                FileMode.Create,
                FileAccess.ReadWrite,
                FileShare.None,
                1,
                FileOptions.DeleteOnClose
            );
            stream.CopyTo(new RewriteOutput(unpacked, own));
            unpacked.Position = 0;
            use(unpacked);
        });
}

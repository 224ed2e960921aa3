using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Efface.Data.Pixels;

/// <summary>Identifies a changed file without reading it, as git does.</summary>
internal readonly record struct FileStamp(long Length, long Modified)
{
    /// <summary>The stamp of a file; null when it is missing.</summary>
    public static FileStamp? Of(string path)
    {
        var file = new FileInfo(path);
        try
        {
            // A link's own length and time say nothing about the file behind it.
            if (file.Exists && file.Attributes.HasFlag(FileAttributes.ReparsePoint))
                file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return file.Exists ? new FileStamp(file.Length, file.LastWriteTimeUtc.Ticks) : null;
        }
        catch (IOException)
        {
            // A circular link, or a file that was just deleted.
            return null;
        }
    }
}

/// <summary>One line of a cache's index: a picture's name, the file it was read from, and where its pixels are.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct PixelRecord(
    UInt128 Name,
    FileStamp Stamp,
    UInt128 Content,
    UInt128 Pixels,
    int Slot,
    DecodingFault Fault,
    int Width,
    int Height,
    uint Checksum
)
{
    /// <summary>The same record, sealed against half-written files.</summary>
    public PixelRecord Sealed() => this with { Checksum = Sum() };

    /// <summary>Whether it was written whole.</summary>
    public bool IsWhole => Checksum == Sum();

    private uint Sum()
    {
        var bare = this with { Checksum = 0 };
        return BitConverter.ToUInt32(SHA256.HashData(MemoryMarshal.AsBytes(new ReadOnlySpan<PixelRecord>(in bare))));
    }
}

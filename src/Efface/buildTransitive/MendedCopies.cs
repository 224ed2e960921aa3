using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>A copy of a package's file with a few bytes changed, made where the package is newer than the copy.</summary>
public abstract class MendedCopy : Task
{
    [Required] public string Source { get; set; }
    [Required] public string Destination { get; set; }

    public override bool Execute()
    {
        // Both item lists can name the library when a runtime identifier is set; it is the same file.
        var source = Source.Split(';')[0];
        // Another time than the package's file has: of two files with one size and one time, a build takes the second for copied.
        var stamp = File.GetLastWriteTimeUtc(source).AddMinutes(1);
        if (File.Exists(Destination) && File.GetLastWriteTimeUtc(Destination) == stamp) return true;

        var bytes = File.ReadAllBytes(source);
        Log.LogMessage(MessageImportance.Low, "{0}: {1}", Path.GetFileName(source), Mend(bytes));
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        var partial = Destination + ".partial";
        File.WriteAllBytes(partial, bytes);
        File.SetLastWriteTimeUtc(partial, stamp);
        if (File.Exists(Destination)) File.Delete(Destination);
        File.Move(partial, Destination);
        return true;
    }

    /// <summary>Changes the file's bytes in place and says what it did.</summary>
    protected abstract string Mend(byte[] file);
}

/// <summary>
/// Copies TorchSharp.dll so that the JIT compiler leaves its methods unoptimised, and what a method was given lives until it
/// returns. TorchSharp's methods hand a native call the handle of a Scalar and forget the Scalar: optimised, it may be
/// finalised, and its memory used again, before the call has read the number.
/// The assembly's DebuggableAttribute gets another value. The old one stays, for other attributes share it; the new one lies
/// over the end of the address in RepositoryUrl. Format: ECMA-335, II.22.10, II.23.3 and II.24.2.
/// </summary>
public class KeepArguments : MendedCopy
{
    // Length, prolog, DebuggingModes, number of named arguments.
    private static readonly byte[] Optimised = { 8, 1, 0, 2, 0, 0, 0, 0, 0 };  // IgnoreSymbolStoreSequencePoints
    private static readonly byte[] Unoptimised = { 8, 1, 0, 3, 1, 0, 0, 0, 0 }; // the same, Default and DisableOptimizations
    private static readonly byte[] Address = Encoding.ASCII.GetBytes("RepositoryUrl\x1ahttps://github.com/dotnet/");

    protected override string Mend(byte[] assembly)
    {
        var blobs = BlobHeap(assembly);
        var room = Only(assembly, Address) + Address.Length - Unoptimised.Length;
        // A row of CustomAttribute with wide indices: the assembly, a constructor, the value.
        var value = BitConverter.GetBytes(Only(assembly, Optimised) - blobs);
        var row = Only(assembly, value, at => BitConverter.ToInt32(assembly, at - 8) == (1 << 5 | 14));
        Unoptimised.CopyTo(assembly, room);
        BitConverter.GetBytes(room - blobs).CopyTo(assembly, row);
        return "arguments of its methods live until they return";
    }

    private static int BlobHeap(byte[] assembly)
    {
        var root = Only(assembly, Encoding.ASCII.GetBytes("BSJB"));
        var header = Only(assembly, Encoding.ASCII.GetBytes("#Blob\0\0\0"), at => at > root && at < root + 256);
        return root + BitConverter.ToInt32(assembly, header - 8);
    }

    private static int Only(byte[] assembly, byte[] sought, Func<int, bool> where = null)
    {
        var found = -1;
        for (var at = Array.IndexOf(assembly, sought[0]); at >= 0 && at + sought.Length <= assembly.Length; at = Array.IndexOf(assembly, sought[0], at + 1))
        {
            var same = 1;
            while (same < sought.Length && assembly[at + same] == sought[same]) same++;
            if (same < sought.Length || where != null && !where(at)) continue;
            if (found >= 0) throw new InvalidDataException("not the TorchSharp.dll that is known");
            found = at;
        }
        return found >= 0 ? found : throw new InvalidDataException("not the TorchSharp.dll that is known");
    }
}

/// <summary>
/// Copies a 64-bit little-endian ELF library and marks one of its symbol version needs as weak (VER_FLG_WEAK), so that
/// the dynamic loader no longer refuses the file where that version is missing.
/// Format: System V ABI, and "Version Requirements" in the Linux Standard Base, section 10.7.
/// </summary>
public class WeakenVersionNeed : MendedCopy
{
    private const uint VersionNeedSection = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort Weak = 0x2; // VER_FLG_WEAK

    [Required] public string Version { get; set; }

    protected override string Mend(byte[] elf) => MarkWeak(elf, Version) + " need(s) of " + Version + " marked weak";

    /// <summary>Sets the weak flag on every need of <paramref name="version"/>, in place; returns how many there were.</summary>
    private static int MarkWeak(byte[] elf, string version)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[4] != 2 || elf[5] != 1)
            throw new InvalidDataException("not a 64-bit little-endian ELF file");

        var sections = (int)BitConverter.ToUInt64(elf, 0x28);
        int entrySize = BitConverter.ToUInt16(elf, 0x3a), count = BitConverter.ToUInt16(elf, 0x3c), marked = 0;
        for (var i = 0; i < count; i++)
        {
            var header = sections + i * entrySize;
            if (BitConverter.ToUInt32(elf, header + 4) != VersionNeedSection) continue;
            var needs = (int)BitConverter.ToUInt64(elf, header + 24);
            var strings = (int)BitConverter.ToUInt64(elf, sections + (int)BitConverter.ToUInt32(elf, header + 40) * entrySize + 24);
            marked += MarkSection(elf, needs, strings, version);
        }
        return marked;
    }

    private static int MarkSection(byte[] elf, int need, int strings, string version)
    {
        var marked = 0;
        while (true)
        {
            int entries = BitConverter.ToUInt16(elf, need + 2), entry = need + (int)BitConverter.ToUInt32(elf, need + 8);
            for (var i = 0; i < entries; i++)
            {
                if (StringAt(elf, strings + (int)BitConverter.ToUInt32(elf, entry + 8)) == version)
                {
                    elf[entry + 4] |= (byte)Weak;
                    marked++;
                }
                entry += (int)BitConverter.ToUInt32(elf, entry + 12);
            }
            var next = (int)BitConverter.ToUInt32(elf, need + 12);
            if (next == 0) return marked;
            need += next;
        }
    }

    private static string StringAt(byte[] elf, int start)
    {
        var end = Array.IndexOf(elf, (byte)0, start);
        return Encoding.ASCII.GetString(elf, start, end - start);
    }
}

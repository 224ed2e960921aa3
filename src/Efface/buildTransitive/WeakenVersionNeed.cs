using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies a 64-bit little-endian ELF library and marks one of its symbol version needs as weak (VER_FLG_WEAK), so that
/// the dynamic loader no longer refuses the file where that version is missing.
/// Format: System V ABI, and "Version Requirements" in the Linux Standard Base, section 10.7.
/// </summary>
public class WeakenVersionNeed : Task
{
    private const uint VersionNeedSection = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort Weak = 0x2; // VER_FLG_WEAK

    [Required] public string Source { get; set; }
    [Required] public string Destination { get; set; }
    [Required] public string Version { get; set; }

    public override bool Execute()
    {
        // Both item lists can name the library when a runtime identifier is set; it is the same file.
        var source = Source.Split(';')[0];
        var stamp = File.GetLastWriteTimeUtc(source);
        if (File.Exists(Destination) && File.GetLastWriteTimeUtc(Destination) == stamp) return true;

        var elf = File.ReadAllBytes(source);
        var marked = MarkWeak(elf, Version);
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        var partial = Destination + ".partial";
        File.WriteAllBytes(partial, elf);
        File.SetLastWriteTimeUtc(partial, stamp);
        if (File.Exists(Destination)) File.Delete(Destination);
        File.Move(partial, Destination);
        Log.LogMessage(MessageImportance.Low, "{0}: {1} need(s) of {2} marked weak", Path.GetFileName(source), marked, Version);
        return true;
    }

    /// <summary>Sets the weak flag on every need of <paramref name="version"/>, in place; returns how many there were.</summary>
    public static int MarkWeak(byte[] elf, string version)
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

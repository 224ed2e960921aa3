using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>A copy of a package's file with a few bytes changed, written if it is missing or different.</summary>
public abstract class MendedCopy : Task
{
    [Required]
    public string Source { get; set; }

    [Required]
    public string Destination { get; set; }

    public override bool Execute()
    {
        // Both item lists can name the library when a runtime identifier is set; it is the same file.
        var source = Source.Split(';')[0];
        var bytes = File.ReadAllBytes(source);
        Log.LogMessage(MessageImportance.Low, "{0}: {1}", Path.GetFileName(source), Mend(bytes));
        if (File.Exists(Destination) && File.ReadAllBytes(Destination).SequenceEqual(bytes))
            return true;

        // The copy keeps its own write time: with the package's, a build would take the package's file in an output for it.
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        var partial = Destination + ".partial";
        File.WriteAllBytes(partial, bytes);
        if (File.Exists(Destination))
            File.Delete(Destination);
        File.Move(partial, Destination);
        return true;
    }

    /// <summary>Changes the file's bytes in place and says what it did.</summary>
    protected abstract string Mend(byte[] file);
}

/// <summary>
/// Copies TorchSharp.dll so that the JIT compiler leaves its methods unoptimised, and a method's arguments live until it returns.
/// TorchSharp's methods pass the handle of a Scalar to a native call and drop the Scalar: optimised, it may be finalised, and its memory
/// reused, before the call has read the number. The assembly's DebuggableAttribute gets another value. The old value stays, because other
/// attributes share it; the new one overwrites the end of the address in RepositoryUrl. Format: ECMA-335, II.22.10, II.23.3 and II.24.2.
/// </summary>
public class KeepArguments : MendedCopy
{
    // Length, prolog, DebuggingModes, number of named arguments.
    private const string Optimised = "\x8\x1\0\x2\0\0\0\0\0"; // IgnoreSymbolStoreSequencePoints
    private static readonly byte[] Unoptimised = { 8, 1, 0, 3, 1, 0, 0, 0, 0 }; // the same, Default and DisableOptimizations

    // One character per byte.
    private static readonly Encoding Latin = Encoding.GetEncoding(28591);

    protected override string Mend(byte[] assembly)
    {
        var text = Latin.GetString(assembly);
        var blobs = Only(text, "BSJB").Index + BitConverter.ToInt32(assembly, Only(text, "#Blob\0\0\0").Index - 8);
        var url = Only(text, "RepositoryUrl\x1ahttps://github\\.com/dotnet/");
        var room = url.Index + url.Length - Unoptimised.Length;
        // A row of CustomAttribute with wide indices: the assembly, a constructor, the value.
        var value = Latin.GetString(BitConverter.GetBytes(Only(text, Optimised).Index - blobs));
        var row = Only(text, "\\x2e\0\0\0.{4}" + Regex.Escape(value));
        Unoptimised.CopyTo(assembly, room);
        BitConverter.GetBytes(room - blobs).CopyTo(assembly, row.Index + 8);
        return "arguments of its methods live until they return";
    }

    private static Match Only(string assembly, string pattern)
    {
        var found = Regex.Matches(assembly, pattern, RegexOptions.Singleline | RegexOptions.CultureInvariant);
        return found.Count == 1 ? found[0] : throw new InvalidDataException("not the TorchSharp.dll that is known");
    }
}

/// <summary>
/// Copies a 64-bit little-endian ELF library and marks one of its symbol version needs as weak (VER_FLG_WEAK), so that the dynamic loader
/// no longer refuses the file if that version is missing. Format: System V ABI, and "Version Requirements" in the Linux Standard Base,
/// section 10.7.
/// </summary>
public class WeakenVersionNeed : MendedCopy
{
    private const uint VersionNeedSection = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort Weak = 0x2; // VER_FLG_WEAK

    [Required]
    public string Version { get; set; }

    protected override string Mend(byte[] elf) => MarkWeak(elf, Version) + " need(s) of " + Version + " marked weak";

    /// <summary>Sets the weak flag on every need of <paramref name="version"/>, in place; returns how many there were.</summary>
    private static int MarkWeak(byte[] elf, string version)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[4] != 2 || elf[5] != 1)
            throw new InvalidDataException("not a 64-bit little-endian ELF file");

        var sections = (int)BitConverter.ToUInt64(elf, 0x28);
        int entrySize = BitConverter.ToUInt16(elf, 0x3a),
            count = BitConverter.ToUInt16(elf, 0x3c),
            marked = 0;
        for (var i = 0; i < count; i++)
        {
            var header = sections + i * entrySize;
            if (BitConverter.ToUInt32(elf, header + 4) != VersionNeedSection)
                continue;
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
            int entries = BitConverter.ToUInt16(elf, need + 2),
                entry = need + (int)BitConverter.ToUInt32(elf, need + 8);
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
            if (next == 0)
                return marked;
            need += next;
        }
    }

    private static string StringAt(byte[] elf, int start)
    {
        var end = Array.IndexOf(elf, (byte)0, start);
        return Encoding.ASCII.GetString(elf, start, end - start);
    }
}

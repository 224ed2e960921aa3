using System.Text.Json;

namespace Efface.Models;

/// <summary>A file that is there whole or not at all.</summary>
internal static class WholeFile
{
    /// <summary>What a temporary name ends in.</summary>
    public const string Partial = ".partial";

    /// <summary>How small files of JSON are written: camelCase, indented.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Has it written to a temporary name, and renames it.</summary>
    /// <exception cref="IOException">It cannot be written; a file that was there is as it was.</exception>
    public static void Write(string path, Action<string> write)
    {
        var partial = path + Partial;
        try
        {
            write(partial);
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception fault)
            when (fault is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" })
        {
            File.Delete(partial);
            // The runtime's word for EFBIG: neither the user's limit nor, for 4 GiB, some file systems let a file grow further.
            if (fault is ArgumentOutOfRangeException)
                throw new IOException("File too large", fault);
            throw;
        }
    }
}

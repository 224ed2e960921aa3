using System.Text.Json;

namespace Efface.Data.Files;

/// <summary>A file that is written whole or not at all, and read whole or named as damaged.</summary>
internal static class WholeFile
{
    /// <summary>The ending of temporary names.</summary>
    public const string Partial = ".partial";

    /// <summary>The format of small JSON files: camelCase, indented.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Lets <paramref name="write"/> write to a temporary name, and renames the file.</summary>
    /// <exception cref="IOException">It cannot be written; an existing file is unchanged.</exception>
    public static void Write(string path, Action<string> write)
    {
        var partial = path + Partial;
        try
        {
            write(partial);
            File.Move(partial, path, overwrite: true);
        }
        // Whatever ended it, a user's interruption too: part of a file is of no use.
        catch (Exception fault)
        {
            File.Delete(partial);
            // The runtime's word for EFBIG: the file reached the user's limit or, at 4 GiB, that of some file systems.
            if (fault is ArgumentOutOfRangeException { ParamName: "value" })
                throw new IOException("File too large", fault);
            throw;
        }
    }

    /// <summary>Names the file in the message, whatever a damaged one makes its readers throw.</summary>
    /// <exception cref="InvalidInputException"><paramref name="read"/> failed.</exception>
    public static T Read<T>(string path, string remedy, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            throw new InvalidInputException(path, $"cannot be read ({fault.Message.Split('\n')[0]})", remedy);
        }
    }
}

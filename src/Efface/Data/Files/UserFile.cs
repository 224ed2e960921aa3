using System.Text.Json;

namespace Efface.Data.Files;

/// <summary>A file that another program wrote: it may be missing, damaged, or something else.</summary>
internal static class UserFile
{
    /// <summary>Refuses a path at which there is no file.</summary>
    public static void Require(string path)
    {
        if (Directory.Exists(path))
            throw new InvalidInputException(path, "is a folder", "Name the file in it");
        if (!File.Exists(path))
            throw new InvalidInputException(path, "no such file", "Check the name");
    }

    /// <summary>Names the file in the message, whatever a damaged file makes the readers throw.</summary>
    public static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault)
            when (fault
                    is IOException
                        or InvalidDataException
                        or UnauthorizedAccessException
                        or JsonException
                        or InvalidOperationException
                        or KeyNotFoundException
                        or FormatException
                        or NotSupportedException
                        or ArgumentException
                        or OverflowException
            )
        {
            throw new InvalidInputException(
                path,
                $"cannot be read ({fault.Message.Split('\n')[0].Trim().TrimEnd('.')})",
                "Check that it may be read and was written to its end, or write it again"
            );
        }
    }
}

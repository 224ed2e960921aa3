using System.Text;

namespace Efface.Data.Rewriting;

/// <summary>How a file of text is written: what its cells do not show.</summary>
/// <param name="Encoding">With the byte-order mark that the file has, or without.</param>
/// <param name="LineEnd">Between lines.</param>
/// <param name="EndsLine">Whether the last line has an end too.</param>
/// <param name="Lines">About how many.</param>
internal sealed record TextEncoding(Encoding Encoding, string LineEnd, bool EndsLine, long Lines)
{
    /// <summary>Reads all of a file.</summary>
    /// <exception cref="InvalidInputException">It is no text in its encoding, and would be damaged if it were written again.</exception>
    public static TextEncoding Of(string path)
    {
        try
        {
            return Read(path);
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidInputException(
                path,
                "has bytes that are no UTF-8 text, and other columns would be damaged",
                "Save the table as UTF-8"
            );
        }
    }

    private static TextEncoding Read(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> begin = stackalloc byte[3];
        var isMarked =
            file.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false) == begin.Length && begin.SequenceEqual(Encoding.UTF8.Preamble);
        file.Position = 0;
        using var reader = new StreamReader(file, new UTF8Encoding(isMarked, throwOnInvalidBytes: true));
        var (buffer, lines, last, end) = (new char[1 << 16], 0L, '\0', "");
        for (int read; (read = reader.Read(buffer)) > 0; last = buffer[read - 1])
        {
            var text = buffer.AsSpan(0, read);
            if (end.Length == 0 && text.IndexOfAny('\r', '\n') is var place and >= 0)
                end =
                    text[place] == '\n' ? "\n"
                    : (place + 1 < read ? text[place + 1] : reader.Peek()) == '\n' ? "\r\n"
                    : "\r";
            lines += text.Count(end is "\r" ? '\r' : '\n');
        }
        return new TextEncoding(reader.CurrentEncoding, end.Length == 0 ? "\n" : end, last is '\r' or '\n', lines);
    }
}

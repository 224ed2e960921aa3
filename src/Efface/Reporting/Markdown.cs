using System.Text;
using System.Text.RegularExpressions;

namespace Efface.Reporting;

/// <summary>Escapes text for GitHub-flavoured Markdown: it breaks no table, becomes no markup or link, and mentions nobody.</summary>
internal static partial class Markdown
{
    // Invisible, and enough that @somebody and #12 are no longer a mention and a reference.
    private const char Joiner = '\u2060';

    private const string Meaningful = @"\`*_{}[]<>|~&$@#^/";

    /// <summary>
    /// Prose: every character that could begin markup is escaped; a point or colon only where it could be part of an address.
    /// </summary>
    public static string Text(string text)
    {
        var (line, escaped) = (OneLine(text), new StringBuilder());
        for (var i = 0; i < line.Length; i++)
        {
            if (
                Meaningful.Contains(line[i])
                || line[i] is '.' or ':' && i + 1 < line.Length && !(line[i + 1] == ' ' || char.IsAsciiDigit(line[i + 1]))
            )
                escaped.Append('\\');
            escaped.Append(line[i]);
            if (line[i] is '@' or '#')
                escaped.Append(Joiner);
        }
        return escaped.ToString();
    }

    /// <summary>
    /// A name as code, in which GitHub sees no markup, mention, link or emoji. Only a vertical bar, which would end a table's cell, becomes
    /// a broken one.
    /// </summary>
    public static string Name(string name)
    {
        var line = OneLine(name).Replace('|', '¦');
        if (string.IsNullOrWhiteSpace(line))
            return "` `";
        var fence = new string('`', 1 + Backticks().Matches(line).Select(match => match.Length).DefaultIfEmpty(0).Max());
        return fence.Length == 1 ? $"`{line}`" : $"{fence} {line} {fence}";
    }

    /// <summary>A table, whose cells are already Markdown.</summary>
    public static string Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows) =>
        string.Join('\n', [Row(head), Row([.. head.Select(_ => "---")]), .. rows.Select(Row)]);

    private static string Row(IReadOnlyList<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static string OneLine(string text) => Breaks().Replace(text, " ");

    [GeneratedRegex(@"[\s\p{C}\u2028\u2029-[\u00a0]]+")]
    private static partial Regex Breaks();

    [GeneratedRegex("`+")]
    private static partial Regex Backticks();
}

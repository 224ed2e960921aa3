using System.Text.RegularExpressions;

namespace Efface.Tests;

/// <summary>
/// Messages of the library as the tool prints them: that they name properties, each with its flag, is then tested by the way.
/// </summary>
internal static partial class FlagsInMessages
{
    private static readonly IReadOnlyDictionary<string, string> Flags = Settings.FlagsIn(typeof(Settings).Assembly);

    public static string InFlags(this string message) =>
        Code().Replace(message, match => Flags.GetValueOrDefault(match.Groups[1].Value, match.Value));

    [GeneratedRegex("`([A-Za-z.]+)`")]
    private static partial Regex Code();
}

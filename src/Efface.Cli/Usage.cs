using System.Text.RegularExpressions;

namespace Efface.Cli;

/// <summary>Says which flag the command line's parser means: it names the value and the type, but not the flag.</summary>
internal static partial class Usage
{
    /// <summary>What is wrong, in the user's own words.</summary>
    public static string Explain(string message, string[] arguments)
    {
        if (Conversion().Match(message) is not { Success: true } failed)
            return message.TrimEnd('.');
        var value = failed.Groups["value"].Value;
        var at = Array.IndexOf(arguments, value);
        return at > 0
            ? $"{arguments[at - 1]} {value}: not a number that it can take"
            : $"{arguments.LastOrDefault(argument => argument.StartsWith("--", StringComparison.Ordinal)) ?? value}: has no value, or "
                + "one that is no number";
    }

    [GeneratedRegex("Failed to convert '(?<value>.*)' to ")]
    private static partial Regex Conversion();
}

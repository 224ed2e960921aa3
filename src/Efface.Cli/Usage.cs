using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace Efface.Cli;

/// <summary>What is wrong with a command line, one problem per line.</summary>
internal static partial class Usage
{
    /// <summary>Every fault, with a word that may have been meant.</summary>
    public static IEnumerable<string> Faults(ParseResult asked)
    {
        // What follows an unknown command is its own; what follows an unknown flag is its value.
        var unknown = asked.UnmatchedTokens.Where(token => token.StartsWith('-')).ToList();
        if (unknown.Count == 0 || asked.CommandResult.Command.Subcommands.Count > 0)
            unknown = [.. asked.UnmatchedTokens.Take(1)];
        var meant = Meant(asked);
        foreach (var token in unknown)
            yield return $"{token}: not known to {Path(asked)}{(meant.TryGetValue(token, out var word) ? $"; did you mean {word}" : "")}";
        if (unknown.Count == 0)
            foreach (var error in asked.Errors)
                yield return error.SymbolResult switch
                {
                    OptionResult { Tokens: [] } option => $"{option.IdentifierToken?.Value}: has no value",
                    OptionResult option => $"{option.IdentifierToken?.Value}: given twice",
                    ArgumentResult argument => $"{argument.Argument.Name}: missing",
                    _ => error.Message.TrimEnd('.'),
                };
    }

    /// <summary>The command as it is typed.</summary>
    public static string Path(ParseResult asked)
    {
        var names = new Stack<string>();
        for (SymbolResult? result = asked.CommandResult; result is CommandResult command; result = result.Parent)
            names.Push(command.Command.Name);
        return string.Join(' ', names);
    }

    // The parser knows the suggestions, but gives them only as text.
    private static Dictionary<string, string> Meant(ParseResult asked)
    {
        if (asked.Action is not ParseErrorAction action)
            return [];
        action.ShowHelp = false;
        using var said = new StringWriter();
        asked.Invoke(new InvocationConfiguration { Output = said, Error = TextWriter.Null });
        return Corrections()
            .Matches(said.ToString().ReplaceLineEndings("\n"))
            .DistinctBy(match => match.Groups["token"].Value)
            .ToDictionary(match => match.Groups["token"].Value, match => string.Join(" or ", match.Groups["word"].Captures));
    }

    [GeneratedRegex(@"'(?<token>.*)' was not matched.*\n(?:(?<word>\S+)\n)+")]
    private static partial Regex Corrections();
}

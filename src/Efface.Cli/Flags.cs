using System.CommandLine;
using System.Text.RegularExpressions;

namespace Efface.Cli;

/// <summary>The flags of a command that set the properties of a record: one for each setting in its table.</summary>
internal sealed class Flags<T>
    where T : notnull
{
    private readonly (Setting Setting, Option Option)[] _all;

    /// <param name="command">Gets the flags.</param>
    /// <param name="has">Which settings of the table to include; null for all.</param>
    public Flags(Command command, Func<Setting, bool>? has = null)
    {
        _all = [.. Settings.Of<T>().Where(has ?? (_ => true)).Select(setting => (setting, OptionOf(setting)))];
        foreach (var (_, option) in _all)
            command.Add(option);
    }

    /// <summary>What the flags say, over the defaults.</summary>
    /// <param name="asked">The command line.</param>
    /// <param name="usual">The values without flags.</param>
    /// <param name="check">What is wrong apart from unreadable flags, so that everything is reported at once; null checks ranges
    /// only.</param>
    /// <exception cref="InvalidInputException">Something cannot be read.</exception>
    public T Read(ParseResult asked, T usual, Func<T, IEnumerable<Problem>>? check = null)
    {
        var (read, problems) = (usual, new List<Problem>());
        foreach (var (setting, texts) in Given(asked))
            try
            {
                if (texts.FirstOrDefault(text => text.StartsWith("--", StringComparison.Ordinal)) is { } flag)
                    throw new InvalidInputException(setting.Flag, $"has no value before {flag}", "Give one, or leave it out");
                read = setting.Read(read, texts);
            }
            catch (InvalidInputException invalid)
            {
                problems.AddRange(invalid.Problems);
            }
        if (problems.Count > 0)
            throw new InvalidInputException([
                .. problems,
                .. check?.Invoke(read) ?? Settings.Of<T>().SelectMany(setting => setting.Check(read)),
            ]);
        return read;
    }

    /// <summary>The settings whose flags stand on the command line, each with its values.</summary>
    public IEnumerable<(Setting Setting, IReadOnlyList<string> Texts)> Given(ParseResult asked) =>
        from entry in _all
        let result = asked.GetResult(entry.Option)
        where result is { Implicit: false }
        select (entry.Setting, (IReadOnlyList<string>)[.. result.Tokens.Select(token => token.Value)]);

    private static Option OptionOf(Setting setting) =>
        setting switch
        {
            { Value: null } => new Option<bool>(setting.Flag) { Description = setting.Description },
            { Repeats: true } => new Option<string[]>(setting.Flag)
            {
                Description = setting.Description,
                HelpName = setting.Value,
                Arity = ArgumentArity.OneOrMore,
            },
            _ => new Option<string>(setting.Flag) { Description = setting.Description, HelpName = setting.Value },
        };
}

/// <summary>Messages of the library in the words of the tool.</summary>
internal static partial class Flags
{
    // What the library takes as a parameter, or in a record without flags.
    private static readonly Dictionary<string, string> Words = new(Settings.FlagsIn(typeof(Settings).Assembly))
    {
        ["path"] = "--out",
        ["resume"] = "--resume",
        ["file"] = "--config",
        ["attributes"] = "--attribute",
        ["before"] = "--before",
        ["bits"] = "--bits",
        ["codebook"] = "--codebook",
        ["AuditSettings.Seeds"] = "--seeds",
        ["ReproductionSettings.Data"] = "--data",
        ["SweepSettings.Axes"] = "--grid",
        ["SweepSettings.Seeds"] = "--seeds",
    };

    static Flags()
    {
        foreach (var (property, flag) in Settings.FlagsIn(typeof(Flags).Assembly))
            Words.Add(property, flag);
    }

    /// <summary>A message with flags in place of the library's property names.</summary>
    public static string InWords(Problem problem) =>
        Code().Replace(problem.ToString(), match => Words.GetValueOrDefault(match.Groups[1].Value, match.Value));

    [GeneratedRegex("`([A-Za-z.]+)`")]
    private static partial Regex Code();
}

using Efface.Records;

namespace Efface.Tests;

/// <summary>Configurations as users write them.</summary>
internal static class Configs
{
    /// <summary>What the flags say, and the usual for the rest: <c>--epochs 3 --forget hat,wig</c>.</summary>
    public static RunConfig Of(string flags) => new RunConfig().With(flags);

    /// <summary>With what further flags say.</summary>
    public static RunConfig With(this RunConfig config, string flags) =>
        flags
            .Split("--", StringSplitOptions.RemoveEmptyEntries)
            .Select(flag => flag.Trim().Split(' '))
            .Aggregate(config, (asked, words) =>
                Settings.Of<RunConfig>().Single(setting => setting.Name == words[0]).Read(asked, words[1..])
            );
}

using Xunit;

namespace Efface.Cli.Tests;

/// <summary>The real data sets, where they are at hand: in $EFFACE_DATA, else in efface-data in the temporary folder.</summary>
internal static class RealData
{
    /// <summary>Their folder; the test is skipped without it, and fails where EFFACE_REQUIRE_DATA asks for it.</summary>
    public static string Root()
    {
        var root = Environment.GetEnvironmentVariable("EFFACE_DATA") ?? Path.Combine(Path.GetTempPath(), "efface-data");
        var missing = !File.Exists(Path.Combine(root, ".complete"));
        if (missing && Environment.GetEnvironmentVariable("EFFACE_REQUIRE_DATA") is not null)
            Assert.Fail($"the data sets are not in {root}, and EFFACE_REQUIRE_DATA asks for them");
        Assert.SkipWhen(missing, $"the data sets are not in {root}");
        return root;
    }
}

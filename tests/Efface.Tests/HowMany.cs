using System.Globalization;

namespace Efface.Tests;

/// <summary>How many cases of a list are tried where each takes long: the first few, or as many as EFFACE_CASES says, which the long check
/// sets.</summary>
internal static class HowMany
{
    /// <summary>As many as that, or more.</summary>
    public static int AtLeast(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("EFFACE_CASES"), CultureInfo.InvariantCulture, out var wanted)
            ? Math.Max(usual, wanted)
            : usual;
}

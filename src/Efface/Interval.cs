using System.Globalization;

namespace Efface;

/// <summary>The range of a number.</summary>
internal readonly record struct Interval(double Low, bool HasLow, double High, bool HasHigh)
{
    /// <summary>Reads <c>[1, 12]</c>, <c>(0, 1)</c>, <c>[1, ∞)</c>.</summary>
    public static Interval Parse(string text)
    {
        var ends = text[1..^1].Split(',', StringSplitOptions.TrimEntries);
        return new Interval(End(ends[0]), text[0] == '[', End(ends[1]), text[^1] == ']');

        static double End(string end) => end == "∞" ? double.PositiveInfinity : double.Parse(end, CultureInfo.InvariantCulture);
    }

    /// <summary>What is wrong with a number; null if it lies within.</summary>
    public string? Fault(double number)
    {
        if ((HasLow ? number >= Low : number > Low) && (HasHigh ? number <= High : number < High))
            return null;
        return number < Low ? Text($"below {Low}")
            : double.IsFinite(number) && number > High ? Text($"above {High}")
            : $"not {this}";
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var low = HasLow ? Text($"{Low} or more") : Text($"a number above {Low}");
        return double.IsInfinity(High) ? low
            : HasHigh ? Text($"{low}, at most {High}")
            : Text($"{low} and below {High}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

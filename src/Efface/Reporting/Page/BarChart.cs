namespace Efface.Reporting.Page;

/// <summary>A bar, with a line at a reference value from elsewhere.</summary>
internal sealed record Bar(string Name, double Value, double? Reference);

/// <summary>A group of bars.</summary>
internal sealed record BarGroup(string Name, IReadOnlyList<Bar> Bars);

/// <summary>Bars of numbers from 0 to 1, as a separate picture file.</summary>
internal static class BarChart
{
    private const int Left = 190,
        Length = 420,
        Thick = 20,
        Gap = 34;

    /// <summary>A whole SVG document.</summary>
    public static string Draw(string title, IReadOnlyList<BarGroup> groups)
    {
        var tops = new List<int>();
        var y = 40;
        foreach (var group in groups)
        {
            tops.Add(y);
            y += Gap + group.Bars.Count * (Thick + 4);
        }
        return PictureFile.Of(
            title,
            Left + Length + 120,
            y + 10,
            Html.Of(
                $"""
                {groups.Select((group, i) => Group(group, tops[i]))}
                """
            )
        );
    }

    private static Html Group(BarGroup group, int top) =>
        Html.Of(
            $"""
            <text x="10" y="{top + 14}" font-weight="bold">{group.Name}</text>
            {group.Bars.Select((bar, i) => Draw(bar, top + 22 + i * (Thick + 4)))}
            """
        );

    private static Html Draw(Bar bar, int y) =>
        Html.Of(
            $"""
            <text x="{Left - 8}" y="{y + 14}" text-anchor="end">{bar.Name}</text>
            <rect x="{Left}" y="{y}" width="{bar.Value * Length:0.#}" height="{Thick}" fill="#3a6ea5"/>
            <text x="{Left + Length + 10}" y="{y + 14}">{Numbers.Plain(bar.Value)}{(
                bar.Reference is { } known ? $" ({Numbers.Plain(known)})" : ""
            )}</text>
            {(
                bar.Reference is { } reference
                    ? Html.Of(
                        $"""
                        <line x1="{Left + reference * Length:0.#}" x2="{Left + reference * Length:0.#}" y1="{y - 2}" y2="{(
                            y + Thick + 2
                        )}" stroke="#c0392b" stroke-width="2"/>
                        """
                    )
                    : Html.Empty
            )}
            """
        );
}

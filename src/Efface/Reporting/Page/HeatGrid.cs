namespace Efface.Reporting.Page;

/// <summary>
/// Numbers over two settings as a coloured grid, in a separate picture file; each field shows its number, so that it does not depend on
/// colour alone.
/// </summary>
internal static class HeatGrid
{
    private const int Field = 74,
        Left = 80,
        Top = 60;

    /// <summary>A whole SVG document.</summary>
    /// <param name="title">The title.</param>
    /// <param name="across">The setting that changes from column to column, and its values.</param>
    /// <param name="down">The setting that changes from row to row, and its values.</param>
    /// <param name="values">[rows][columns]; NaN leaves a field empty.</param>
    public static string Draw(
        string title,
        (string Name, IReadOnlyList<string> Values) across,
        (string Name, IReadOnlyList<string> Values) down,
        IReadOnlyList<IReadOnlyList<double>> values
    )
    {
        var finite = values.SelectMany(row => row).Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        var (low, high) = (finite.Min(), finite.Max());
        return PictureFile.Of(
            title,
            Left + Field * across.Values.Count + 20,
            Top + Field * down.Values.Count + 20,
            Html.Of(
                $"""
                <text x="{Left + Field * across.Values.Count / 2}" y="38" text-anchor="middle">{across.Name}</text>
                <text x="14" y="{Top + Field * down.Values.Count / 2}">{down.Name}</text>
                {across.Values.Select(
                    (value, column) =>
                        Html.Of($"""<text x="{Left + Field * column + Field / 2}" y="{Top - 6}" text-anchor="middle">{value}</text>""")
                )}
                {down.Values.Select(
                    (value, row) =>
                        Html.Of($"""<text x="{Left - 8}" y="{Top + Field * row + Field / 2 + 4}" text-anchor="end">{value}</text>""")
                )}
                {values.SelectMany((row, i) => row.Select((value, j) => Draw(value, low, high, Left + Field * j, Top + Field * i)))}
                """
            )
        );
    }

    private static Html Draw(double value, double low, double high, int x, int y)
    {
        if (!double.IsFinite(value))
            return Html.Empty;
        var share = high > low ? (value - low) / (high - low) : 0.5;
        // From pale to dark blue; the text turns white on dark fields.
        var (red, green, blue) = (235 - 200 * share, 243 - 160 * share, 250 - 90 * share);
        return Html.Of(
            $"""
            <rect x="{x}" y="{y}" width="{Field - 2}" height="{Field - 2}" fill="rgb({red:0},{green:0},{blue:0})"/>
            <text x="{x + Field / 2 - 1}" y="{y + Field / 2 + 4}" text-anchor="middle" fill="{(
                share > 0.55 ? "#fff" : "#000"
            )}">{Numbers.Plain(value)}</text>
            """
        );
    }
}

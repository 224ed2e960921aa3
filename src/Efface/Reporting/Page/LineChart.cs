using System.Globalization;

namespace Efface.Reporting.Page;

/// <summary>A line of a chart.</summary>
/// <param name="Name">In words.</param>
/// <param name="Points">x and y; those that are not finite are left out.</param>
internal sealed record Line(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>
/// Lines over epochs, or over another quantity. Drawn here rather than by a chart library, whose SVG has fixed colours, the writing
/// machine's fonts and identifiers that clash on one page.
/// </summary>
internal static class LineChart
{
    private const int Width = 340,
        Height = 190,
        Left = 50,
        Right = 8,
        Top = 8,
        Bottom = 34;

    /// <summary>A chart with its caption.</summary>
    /// <param name="title">The caption, with the unit.</param>
    /// <param name="lines">At least one.</param>
    /// <param name="style">The class that gives colour.</param>
    /// <param name="print">Formats a value.</param>
    /// <param name="fromZero">Whether the scale includes 0.</param>
    /// <param name="over">The quantity on the x axis.</param>
    public static Html Draw(
        string title,
        IReadOnlyList<Line> lines,
        string style,
        Func<double, string> print,
        bool fromZero,
        string over = "epochs"
    )
    {
        var points = lines.SelectMany(line => line.Points).ToList();
        var x = Axis.Around(points.Select(point => point.X), 6, 1);
        var y = Axis.Around(points.Select(point => point.Y).Concat(fromZero ? [0] : []), 4, 1e-6);
        return Html.Of(
            $"""
            <figure class="chart {style}">
            <figcaption>{title}</figcaption>
            <svg viewBox="0 0 {Width} {Height}" role="img" aria-label="{Description(title, lines, print, over)}">
            {y.Ticks.Select(tick =>
                Html.Of(
                    $"""
                    <line class="grid" x1="{Left}" x2="{Width - Right}" y1="{Y(y, tick)}" y2="{Y(y, tick)}"/>
                    <text x="{Left - 6}" y="{Y(y, tick)}" dy="4" text-anchor="end">{print(tick)}</text>
                    """
                )
            )}
            {x.Ticks.Select(tick =>
                Html.Of($"""<text x="{X(x, tick)}" y="{Height - Bottom + 15}" text-anchor="middle">{Numbers.Short(tick)}</text>""")
            )}
            <text x="{(Left + Width - Right) / 2}" y="{Height - 4}" text-anchor="middle">{(over == "epochs" ? "epoch" : over)}</text>
            {lines.Select((line, i) => Trace(line, i, x, y))}
            </svg>
            <ul class="key">{lines.Select(
                (line, i) =>
                    Html.Of(
                        $"""
                        <li><svg class="swatch" width="30" height="10" aria-hidden="true">
                        <line class="trace trace-{i % 4}" x1="0" x2="30" y1="5" y2="5"/></svg> {line.Name}: {Last(line, print)}</li>
                        """
                    )
            )}</ul>
            </figure>
            """
        );
    }

    private static Html Trace(Line line, int index, Axis x, Axis y)
    {
        var finite = line.Points.Where(point => double.IsFinite(point.Y)).Select(point => (X: X(x, point.X), Y: Y(y, point.Y))).ToList();
        if (finite.Count == 0)
            return Html.Empty;
        return Html.Of(
            $"""
            <polyline class="trace trace-{index % 4}" points="{string.Join(' ', finite.Select(point => $"{point.X},{point.Y}"))}"/>
            <circle class="end" cx="{finite[^1].X}" cy="{finite[^1].Y}" r="2.5"/>
            """
        );
    }

    private static string Description(string title, IReadOnlyList<Line> lines, Func<double, string> print, string over) =>
        $"{title} over {over}. "
        + string.Join(" ", lines.Select(line => $"{line.Name}: from {print(line.Points[0].Y)} to {Last(line, print)}."));

    private static string Last(Line line, Func<double, string> print) => print(line.Points[^1].Y);

    private static string X(Axis axis, double value) => Pixel(Left + axis.Share(value) * (Width - Left - Right));

    private static string Y(Axis axis, double value) => Pixel(Height - Bottom - axis.Share(value) * (Height - Top - Bottom));

    private static string Pixel(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}

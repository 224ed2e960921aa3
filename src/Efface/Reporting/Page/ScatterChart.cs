using System.Globalization;

namespace Efface.Reporting.Page;

/// <summary>A point of a chart.</summary>
/// <param name="Name">In words.</param>
/// <param name="X">Horizontal.</param>
/// <param name="Y">Vertical.</param>
/// <param name="Style">Classes that give colour, of <see cref="Styles"/>.</param>
internal sealed record Dot(string Name, double X, double Y, string Style);

/// <summary>Points over two measures.</summary>
internal static class ScatterChart
{
    private const int Width = 340,
        Height = 244,
        Left = 50,
        Right = 12,
        Top = 24,
        Bottom = 36;

    // The finest step that a tick can print.
    private const double SmallestStep = 0.001;

    /// <summary>A chart with its caption; a point's name appears on hover.</summary>
    /// <param name="title">Its caption.</param>
    /// <param name="across">The horizontal measure.</param>
    /// <param name="up">The vertical measure.</param>
    /// <param name="dots">The points; those that are not finite are left out.</param>
    /// <param name="named">Whether each name is printed beside its dot: for few dots.</param>
    /// <param name="tolerated">The end of the tolerated range across, shown as a band; null draws none.</param>
    public static Html Draw(string title, string across, string up, IReadOnlyList<Dot> dots, bool named = false, double? tolerated = null)
    {
        var finite = dots.Where(dot => double.IsFinite(dot.X) && double.IsFinite(dot.Y)).ToList();
        var (x, y) = (Axis.Around(finite.Select(dot => dot.X), 5, SmallestStep), Axis.Around(finite.Select(dot => dot.Y), 4, SmallestStep));
        string X(double value) => Pixel(Left + x.Share(value) * (Width - Left - Right));
        string Y(double value) => Pixel(Height - Bottom - y.Share(value) * (Height - Top - Bottom));
        return Html.Of(
            $"""
            <figure class="chart">
            <figcaption>{title}</figcaption>
            <svg viewBox="0 0 {Width} {Height}" role="img" aria-label="{title}: {string.Join(
                "; ",
                finite.Select(dot => $"{dot.Name} {Numbers.Short(dot.X)}, {Numbers.Short(dot.Y)}")
            )}">
            {Band()}
            {y.Ticks.Select(tick =>
                Html.Of(
                    $"""
                    <line class="grid" x1="{Left}" x2="{Width - Right}" y1="{Y(tick)}" y2="{Y(tick)}"/>
                    <text x="{Left - 6}" y="{Y(tick)}" dy="4" text-anchor="end">{Numbers.Short(tick)}</text>
                    """
                )
            )}
            {x.Ticks.Select(tick =>
                Html.Of($"""<text x="{X(tick)}" y="{Height - Bottom + 15}" text-anchor="middle">{Numbers.Short(tick)}</text>""")
            )}
            <text x="{(Left + Width - Right) / 2}" y="{Height - 4}" text-anchor="middle">{across}</text>
            <text x="4" y="10">{up}</text>
            {finite.Select(dot =>
                Html.Of(
                    $"""
                    <g class="{dot.Style}"><circle cx="{X(dot.X)}" cy="{Y(dot.Y)}" r="4.5"><title>{dot.Name}: {Numbers.Short(dot.X)},
                    {Numbers.Short(dot.Y)}</title></circle>{(named ? Name(dot) : Html.Empty)}</g>
                    """
                )
            )}
            </svg>
            </figure>
            """
        );

        // Beside the dot, on the side with more room.
        Html Name(Dot dot) =>
            x.Share(dot.X) < 0.5
                ? Html.Of($"""<text x="{X(dot.X)}" y="{Y(dot.Y)}" dx="9" dy="4">{dot.Name}</text>""")
                : Html.Of($"""<text x="{X(dot.X)}" y="{Y(dot.Y)}" dx="-9" dy="4" text-anchor="end">{dot.Name}</text>""");

        Html Band() =>
            tolerated is { } end && end > x.Low
                ? Html.Of(
                    $"""
                    <rect class="tolerated" x="{Left}" y="{Top}" width="{Pixel(
                        Math.Min(1, x.Share(end)) * (Width - Left - Right)
                    )}" height="{Height - Top - Bottom}"/>
                    """
                )
                : Html.Empty;
    }

    private static string Pixel(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}

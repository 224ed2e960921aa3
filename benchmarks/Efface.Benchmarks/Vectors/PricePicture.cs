using System.Globalization;

namespace Efface.Benchmarks;

/// <summary>What stays over what is told, from the lines that <see cref="Erased"/> printed, as an SVG for the documents.</summary>
public static class PricePicture
{
    private const int Width = 720,
        Height = 420,
        Left = 60,
        Right = 20,
        Top = 44,
        Bottom = 48;
    private const double LeastLeak = -2,
        LeastKept = 0.5,
        MostKept = 0.85,
        Tolerated = 5;

    // Runs whose names begin so, what they are called, their colour, and how far below the last of them the name stands; runs of one
    // line are joined.
    private static readonly (string Prefix, string Name, string Colour, int Below)[] Kinds =
    [
        ("noise", "balance", "#0b6e4f", 4),
        ("strict", "strict (a code)", "#1d4e89", -10),
        ("leace", "LEACE", "#a23b3b", 24),
        ("inlp", "nullspace projection", "#a23b3b", 40),
        ("hsic", "HSIC", "#a23b3b", 56),
        ("adversarial", "adversarial heads", "#a23b3b", 72),
        ("prediction-only", "the decision alone", "#555", 4),
    ];

    private sealed record Line(string Name, string Colour, int Below, (double Leak, double Kept)[] Points);

    /// <summary>Draws it.</summary>
    /// <param name="files">Lines of runs of one set.</param>
    public static string Draw(IEnumerable<string> files)
    {
        var rows = files.SelectMany(File.ReadAllLines).Select(line => line.Split('\t')).Where(cells => cells[0] != "run").ToArray();
        Line[] lines =
        [
            .. Kinds
                .Select(kind => new Line(
                    kind.Name,
                    kind.Colour,
                    kind.Below,
                    [
                        .. rows.Where(cells => cells[0].StartsWith(kind.Prefix, StringComparison.Ordinal) && !IsRepeated(cells[0]))
                            .Select(cells => (Number(cells[5]), Number(cells[13]))),
                    ]
                ))
                .Where(line => line.Points.Length > 0),
        ];
        var most = Math.Ceiling(lines.SelectMany(line => line.Points).Max(point => point.Leak) / 10) * 10;
        double X(double leak) => Left + (Math.Max(leak, LeastLeak) - LeastLeak) / (most - LeastLeak) * (Width - Left - Right);
        double Y(double kept) => Height - Bottom - (kept - LeastKept) / (MostKept - LeastKept) * (Height - Top - Bottom);
        var before = Y(Number(rows[0][14]));
        string[] drawn =
        [
            $"""<svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{Height}" viewBox="0 0 {Width} {Height}" """
                + """font-family="sans-serif" font-size="13" role="img" aria-label="What stays over what is told">""",
            """<rect width="100%" height="100%" fill="#fff"/>""",
            $"""<rect x="{Left}" y="{Top}" width="{Pixel(X(Tolerated) - Left)}" """
                + $"""height="{Height - Top - Bottom}" fill="#e8f3ec"/>""",
            Text(Left, 18, "start", "#000", "Kept: mean AUC of other attributes, within each class to forget"),
            Text(Left + 4, Top + 16, "start", "#0b6e4f", "tolerated"),
            Text((Left + Width) / 2, Height - 8, "middle", "#000", "Told: points that the best attacker reads over the floor"),
            .. Enumerable.Range(0, 8).Select(i => LeastKept + 0.05 * i).SelectMany(kept => Across(Y(kept), $"{kept:F2}", "#ddd", "")),
            .. Enumerable.Range(0, (int)most / 5 + 1).Select(i => Text(X(5 * i), Height - Bottom + 18, "middle", "#000", $"{5 * i}")),
            .. Across(before, "", "#888", " stroke-dasharray=\"4 4\""),
            Text(Width - Right, before - 8, "end", "#555", "as they came in"),
            .. lines.SelectMany(line => Drawn(line, X, Y)),
            "</svg>",
        ];
        return string.Join('\n', drawn) + "\n";
    }

    // The run of strict without a number of bits is that with six.
    private static bool IsRepeated(string run) => run.StartsWith("strict-", StringComparison.Ordinal);

    private static IEnumerable<string> Drawn(Line line, Func<double, double> x, Func<double, double> y)
    {
        var points = line.Points.Select(point => (X: x(point.Leak), Y: y(point.Kept))).ToArray();
        var path = string.Join(' ', points.Select(point => $"{Pixel(point.X)},{Pixel(point.Y)}"));
        yield return $"""<polyline fill="none" stroke="{line.Colour}" stroke-width="2" points="{path}"/>""";
        foreach (var point in points)
            yield return $"""<circle cx="{Pixel(point.X)}" cy="{Pixel(point.Y)}" r="4.5" fill="{line.Colour}"/>""";
        // Beside the last point, on the side with more room.
        var last = points[^1];
        var isRight = last.X > Width - 200;
        yield return Text(last.X + (isRight ? -9 : 9), last.Y + line.Below, isRight ? "end" : "start", line.Colour, line.Name);
    }

    private static IEnumerable<string> Across(double y, string label, string colour, string style)
    {
        yield return $"""<line x1="{Left}" x2="{Width - Right}" y1="{Pixel(y)}" y2="{Pixel(y)}" stroke="{colour}"{style}/>""";
        yield return Text(Left - 8, y, "end", "#000", label);
    }

    private static string Text(double x, double y, string anchor, string colour, string text) =>
        $"""<text x="{Pixel(x)}" y="{Pixel(y)}" text-anchor="{anchor}" fill="{colour}">{text}</text>""";

    private static string Pixel(double value) => value.ToString("F0", CultureInfo.InvariantCulture);

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
}

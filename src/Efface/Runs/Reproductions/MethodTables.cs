using System.Globalization;
using Efface.Auditing;
using Efface.Records;
using Efface.Reporting.Page;
using Efface.Runs.Experiments;

namespace Efface.Runs.Reproductions;

/// <summary>Tables 1 and 3 and figure 5: ways to forget side by side, with the floors and the paper's numbers.</summary>
internal static class MethodTables
{
    private static readonly string[] Head =
    [
        "data",
        "without",
        "model",
        "method",
        "place",
        "fidelity",
        "attack",
        "floors: majority, y, ŷ",
        "AUM",
        "leak, points",
        "verdict",
        "any attacker, points",
        "kept, mean AUC (ŷ)",
        "drawing error",
        "s",
        "paper: attack, fidelity, AUM",
    ];

    private static readonly string HowToRead =
        "Means over seeds; in brackets the smallest lower and largest upper end of the seeds' 95% intervals on test images. `before` is "
        + "baseline 1, `attention-removal` baseline 2. Place: the released place where most is read. "
        + "`before` hands out its embedding, from which codes and decisions are computed; where a recipe releases a map before it, "
        + "`before, at` is the same model cut there: what that recipe took out is the difference to this row, in every column. Attack: "
        + "plain accuracy of the best attacker without y, chosen on validation. "
        + "Floors: what is reached without h by who knows nothing, y, the decision ŷ. Leak: balanced accuracy beyond who knows y, of "
        + "the best attacker, who may know y; its intervals are widened for places × attributes (Bonferroni), and Leaks rests on them, "
        + "Forgotten on each attacker's own 95%; "
        + $"{Points(new AuditSettings().Tolerance)} points are tolerated. Any attacker: the certificate's bound on that leak; – where "
        + "there is no code. "
        + "Kept: of everything that was not to be forgotten, in brackets from ŷ alone. Drawing error: of test images that a fresh "
        + "decoder draws from what is released, binary cross-entropy in nats; the less, the more is left. s: seconds of the training, "
        + "with reading the data and, where they were not there yet, making images without the area that Grad-CAM marks. The paper's "
        + "numbers are a reference and no aim.";

    public static IReadOnlyList<ExperimentCell> UsualCells(ReproductionSettings settings) => Cells(PaperSets.Usual(settings), settings);

    public static IReadOnlyList<ExperimentCell> AttributeCells(ReproductionSettings settings) => Cells(Attributes(settings), settings);

    public static Reproduced Table1(ReproductionSettings settings, IReadOnlyDictionary<string, RunFolder> runs) =>
        Compared("Table 1: attack, fidelity and AUM of every way to forget", Rows(PaperSets.Usual(settings), settings, runs), runs);

    public static Reproduced Table3(ReproductionSettings settings, IReadOnlyDictionary<string, RunFolder> runs) =>
        Compared("Table 3: each attribute, and those of a data set together", Rows(Attributes(settings), settings, runs), runs);

    public static Reproduced Figure5(ReproductionSettings settings, IReadOnlyDictionary<string, RunFolder> runs)
    {
        var rows = Rows(PaperSets.Usual(settings), settings, runs);
        return Compared("Figure 5: AUM", rows, runs) with { Pictures = new Dictionary<string, string> { ["figure5.svg"] = Bars(rows) } };
    }

    /// <summary>AUM of each row as a bar, as SVG.</summary>
    public static string Bars(IReadOnlyList<MethodRow> rows)
    {
        var several = rows.Select(row => row.Model).Distinct().Count() > 1;
        return BarChart.Draw(
            "AUM: harmonic mean of fidelity and 1 - attack accuracy; the line, in brackets, is the paper's",
            [
                .. rows.GroupBy(row => $"{row.Data}, {row.Task} without {row.Attribute}")
                    .Select(group => new BarGroup(
                        group.Key,
                        [
                            .. group.Select(row => new Bar(
                                several ? $"{row.Model}, {row.Method}" : row.Method,
                                row.Aum,
                                PaperNumbers.Find(row.Data, row.Attribute, row.Model, row.Method)?.Aum
                            )),
                        ]
                    )),
            ]
        );
    }

    /// <summary>A table of methods, with notes on how to read it.</summary>
    public static Reproduced Table(string title, IReadOnlyList<MethodRow> rows, IReadOnlyDictionary<string, RunFolder> runs) =>
        new(
            title,
            ScaleCaption.Of(runs.Values, rows.Max(row => row.Seeds)),
            HowToRead,
            Head,
            [.. rows.Select(Row)],
            rows,
            new Dictionary<string, string>()
        );

    private static Reproduced Compared(string title, IReadOnlyList<MethodRow> rows, IReadOnlyDictionary<string, RunFolder> runs) =>
        Table(title, rows, runs) with
        {
            Findings = MethodChoice.Sentences(rows),
        };

    private static IEnumerable<ExperimentData> Attributes(ReproductionSettings settings) =>
        PaperSets.EachAttribute(settings).Concat(PaperSets.Together(settings));

    private static List<ExperimentCell> Cells(IEnumerable<ExperimentData> sets, ReproductionSettings settings) =>
        [
            .. sets.SelectMany(data => settings.Scale.Models.SelectMany(model => ExperimentMethods.Cells(data, model, settings.Scale)))
                .DistinctBy(cell => cell.Name),
        ];

    private static List<MethodRow> Rows(
        IEnumerable<ExperimentData> sets,
        ReproductionSettings settings,
        IReadOnlyDictionary<string, RunFolder> runs
    ) => [.. sets.SelectMany(data => settings.Scale.Models.SelectMany(model => ExperimentMethods.Rows(data, model, settings.Scale, runs)))];

    /// <summary>The printed cells of a row.</summary>
    public static IReadOnlyList<string> Row(MethodRow row)
    {
        var paper = PaperNumbers.Find(row.Data, row.Attribute, row.Model, row.Method);
        return
        [
            row.Data,
            row.Read == row.Attribute ? row.Attribute : $"{row.Attribute}: {row.Read}",
            row.Model,
            row.Method,
            row.Place ?? "–",
            Interval(row.Fidelity, Share),
            Interval(row.Attack, Share),
            $"{Share(row.Majority)}, {Share(row.LabelOnly)}, {Share(row.PredictionOnly)}",
            Share(row.Aum),
            Interval(row.Leak, Points),
            $"{row.Verdict}",
            row.Certified is { } bound ? Points(bound) : "–",
            row.Kept is { } kept ? $"{Share(kept)}{(row.KeptByPrediction is { } prediction ? $" ({Share(prediction)})" : "")}" : "–",
            row.DrawingError is { } error ? error.ToString("F4", CultureInfo.InvariantCulture) : "–",
            row.Seconds.ToString("F0", CultureInfo.InvariantCulture),
            paper is null ? "–" : $"{Share(paper.Attack)}, {Share(paper.Fidelity)}, {(paper.Aum is { } aum ? Share(aum) : "–")}",
        ];
    }

    /// <summary>A number with its interval.</summary>
    public static string Interval(Measured measured, Func<double, string> print) =>
        $"{print(measured.Value)} [{print(measured.Low)}, {print(measured.High)}]";

    private static string Share(double value) =>
        value.ToString("0.000", CultureInfo.InvariantCulture).TrimStart('0') is { Length: > 0 } text ? text : ".000";

    /// <summary>A difference of shares in percentage points.</summary>
    public static string Points(double value) => (100 * value).ToString("F1", CultureInfo.InvariantCulture);
}

using Efface.Records;
using Efface.Training;

namespace Efface.Reporting.Page;

/// <summary>How each run's training went.</summary>
internal static class TrainingSection
{
    /// <summary>Losses, fidelity and information over the epochs, one row of charts per run.</summary>
    public static Html Write(IReadOnlyList<ReportRun> runs)
    {
        var trained = runs.Where(run => run.Metrics.Count > 0).ToList();
        return trained.Count == 0
            ? Html.Empty
            : Html.Of(
                $"""
                <section aria-labelledby="training">
                <h2 id="training">How training went</h2>
                <p>Measured while the model learnt. Information estimated by heads that learn together with the model can be fooled by it:
                these curves show the training, and prove nothing about forgetting.</p>
                {trained.Select(Charts)}
                </section>
                """
            );
    }

    private static Html Charts(ReportRun run)
    {
        var style = AttackerPlot.Style(run);
        return Html.Of(
            $"""
            <h3>{AttackerPlot.Swatch(run)} {run.Label}</h3>
            {Outcome(run.Record.Result)}
            <div class="charts">
            {LineChart.Draw("Losses, in nats", Losses(run.Metrics), style, Numbers.Short, fromZero: true)}
            {LineChart.Draw(
                "Fidelity",
                [
                    Over(run.Metrics, "training images", epoch => epoch.TrainingFidelity),
                    Over(run.Metrics, "validation images", epoch => epoch.Fidelity),
                ],
                style,
                Numbers.Percent,
                fromZero: false
            )}
            {(
                run.Metrics.All(epoch => epoch.ProbedLeaks is null)
                    ? Html.Empty
                    : LineChart.Draw(
                        "Read by fresh probes on validation, in points beyond the task",
                        Probed(run.Metrics),
                        style,
                        Numbers.Points,
                        fromZero: true
                    )
            )}
            {Chart("Information, in bits", InformationLines(run.Metrics), style)}
            {Chart("Dependence, as the kernel sees it", Dependences(run.Metrics), style)}
            {Chart("Errors of what is drawn and read", Kept(run.Metrics), style)}
            </div>
            """
        );
    }

    private static Html Chart(string title, List<Line> lines, string style) =>
        lines.Count == 0 ? Html.Empty : LineChart.Draw(title, lines, style, Numbers.Short, fromZero: true);

    private static Html Outcome(ResultRecord? result) =>
        result switch
        {
            null => Html.Of($"<p>The run has not finished.</p>"),
            { Diverged: { } cause } => Html.Of($"<p><strong>Training diverged:</strong> {cause}</p>"),
            _ => Html.Of(
                $"""
                <p>{Numbers.Count(result.Epochs)} epochs in {Numbers.Count(result.Seconds)} seconds{(
                    result.Interrupted ? ", stopped by the user" : ""
                )}.</p>
                """
            ),
        };

    private static List<Line> Losses(IReadOnlyList<EpochMetrics> metrics)
    {
        List<Line> lines = [Over(metrics, "task loss", epoch => epoch.TaskLoss)];
        if (metrics.Any(epoch => epoch.DetachmentLoss is not null))
            lines.Add(Over(metrics, "detachment loss", epoch => epoch.DetachmentLoss ?? double.NaN));
        return lines;
    }

    private const string Retained = "retainedLoss.",
        Dependence = "dependence.";

    private static readonly string[] Errors = ["reconstructionError", "embeddingError"];

    private static IEnumerable<string> Measured(IReadOnlyList<EpochMetrics> metrics) =>
        metrics.SelectMany(epoch => epoch.Information.Keys).Distinct();

    // The mean of dozens of retained columns: metrics.jsonl has each.
    private static List<Line> Kept(IReadOnlyList<EpochMetrics> metrics)
    {
        List<Line> lines = [.. Measured(metrics).Intersect(Errors).Select(name => Named(metrics, name))];
        var retained = Measured(metrics).Where(name => name.StartsWith(Retained, StringComparison.Ordinal)).ToList();
        if (retained.Count > 0)
            lines.Add(
                Over(metrics, "retained columns, mean loss", epoch =>
                    retained.Average(name => epoch.Information.GetValueOrDefault(name, double.NaN))
                )
            );
        return lines;
    }

    private static List<Line> InformationLines(IReadOnlyList<EpochMetrics> metrics) =>
        [
            .. Measured(metrics)
                .Except(Errors)
                .Where(name =>
                    !name.StartsWith(Retained, StringComparison.Ordinal) && !name.StartsWith(Dependence, StringComparison.Ordinal)
                )
                .Select(name => Named(metrics, name)),
        ];

    private static List<Line> Dependences(IReadOnlyList<EpochMetrics> metrics) =>
        [.. Measured(metrics).Where(name => name.StartsWith(Dependence, StringComparison.Ordinal)).Select(name => Named(metrics, name))];

    private static List<Line> Probed(IReadOnlyList<EpochMetrics> metrics)
    {
        var looks = metrics.Where(epoch => epoch.ProbedLeaks is not null).ToList();
        return
        [
            .. looks[0]
                .ProbedLeaks!.Keys.Select(name => new Line(
                    name,
                    [.. looks.Select(epoch => ((double)epoch.Epoch, epoch.ProbedLeaks!.GetValueOrDefault(name, double.NaN)))]
                )),
        ];
    }

    private static Line Named(IReadOnlyList<EpochMetrics> metrics, string name) =>
        Over(metrics, Sentences.Words(name), epoch => epoch.Information.TryGetValue(name, out var value) ? value : double.NaN);

    private static Line Over(IReadOnlyList<EpochMetrics> metrics, string name, Func<EpochMetrics, double> value) =>
        new(name, [.. metrics.Select(epoch => ((double)epoch.Epoch, value(epoch)))]);
}

using Efface.Training;

namespace Efface.Reporting.Page;

/// <summary>How each run's training went.</summary>
internal static class TrainingSection
{
    /// <summary>Losses, fidelity and information over the epochs, one row of charts a run.</summary>
    public static Html Write(IReadOnlyList<ReportRun> runs)
    {
        var trained = runs.Where(run => run.Metrics.Count > 0).ToList();
        return trained.Count == 0 ? Html.Empty : Html.Of($"""
            <section aria-labelledby="training">
            <h2 id="training">How training went</h2>
            <p>Measured while the model learnt. Information estimated by heads that learn together with the model can be fooled by it: these curves show the training, and prove nothing about forgetting.</p>
            {trained.Select(Charts)}
            </section>
            """);
    }

    private static Html Charts(ReportRun run)
    {
        var style = AttackerPlot.Style(run);
        var information = InformationLines(run.Metrics);
        return Html.Of($"""
            <h3>{AttackerPlot.Swatch(run)} {run.Label}</h3>
            {Outcome(run.Record.Result)}
            <div class="charts">
            {LineChart.Draw("Losses, in nats", Losses(run.Metrics), style, Numbers.Short, fromZero: true)}
            {LineChart.Draw("Fidelity", [Over(run.Metrics, "training images", epoch => epoch.TrainingFidelity), Over(run.Metrics, "validation images", epoch => epoch.Fidelity)], style, Numbers.Percent, fromZero: false)}
            {(run.Metrics.All(epoch => epoch.ProbedLeaks is null) ? Html.Empty : LineChart.Draw("Read by fresh probes on validation, in points beyond the task", Probed(run.Metrics), style, Numbers.Points, fromZero: true))}
            {(information.Count == 0 ? Html.Empty : LineChart.Draw("Information, in bits", information, style, Numbers.Short, fromZero: true))}
            </div>
            """);
    }

    private static Html Outcome(ResultRecord? result) => result switch
    {
        null => Html.Of($"<p>The run has not finished.</p>"),
        { Diverged: { } cause } => Html.Of($"<p><strong>Training diverged:</strong> {cause}</p>"),
        _ => Html.Of($"<p>{Numbers.Count(result.Epochs)} epochs in {Numbers.Count(result.Seconds)} seconds{(result.Interrupted ? ", stopped by the user" : "")}.</p>"),
    };

    private static List<Line> Losses(IReadOnlyList<EpochMetrics> metrics)
    {
        List<Line> lines = [Over(metrics, "task loss", epoch => epoch.TaskLoss)];
        if (metrics.Any(epoch => epoch.DetachmentLoss is not null)) lines.Add(Over(metrics, "detachment loss", epoch => epoch.DetachmentLoss ?? double.NaN));
        if (metrics.Any(epoch => epoch.Information.ContainsKey(Reconstruction))) lines.Add(Named(metrics, Reconstruction));
        lines.AddRange(metrics.SelectMany(epoch => epoch.Information.Keys).Distinct().Where(name => name.StartsWith(Retained, StringComparison.Ordinal)).Select(name => Named(metrics, name)));
        return lines;
    }

    private const string Reconstruction = "reconstructionError", Retained = "retainedLoss.";

    private static List<Line> InformationLines(IReadOnlyList<EpochMetrics> metrics)
        => [.. metrics.SelectMany(epoch => epoch.Information.Keys).Distinct().Where(name => name != Reconstruction && !name.StartsWith(Retained, StringComparison.Ordinal)).Select(name => Named(metrics, name))];

    private static List<Line> Probed(IReadOnlyList<EpochMetrics> metrics)
    {
        var looks = metrics.Where(epoch => epoch.ProbedLeaks is not null).ToList();
        return [.. looks[0].ProbedLeaks!.Keys.Select(name => new Line(name, [.. looks.Select(epoch => ((double)epoch.Epoch, epoch.ProbedLeaks!.GetValueOrDefault(name, double.NaN)))]))];
    }

    private static Line Named(IReadOnlyList<EpochMetrics> metrics, string name)
        => Over(metrics, Sentences.Words(name), epoch => epoch.Information.TryGetValue(name, out var value) ? value : double.NaN);

    private static Line Over(IReadOnlyList<EpochMetrics> metrics, string name, Func<EpochMetrics, double> value)
        => new(name, [.. metrics.Select(epoch => ((double)epoch.Epoch, value(epoch)))]);
}

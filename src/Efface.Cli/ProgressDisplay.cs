using System.Diagnostics;
using System.Globalization;
using Efface.Auditing;
using Efface.Data;
using Efface.Erasing;
using Efface.Runs;
using Efface.Runs.Bench;
using Efface.Runs.Experiments;
using Efface.Training;
using Spectre.Console;

namespace Efface.Cli;

/// <summary>Shows on stderr how far the work is: a live bar on a terminal, plain lines elsewhere.</summary>
internal sealed class ProgressDisplay : IExperimentObserver, IBenchObserver, IErasingObserver
{
    private const double SecondsBetweenLines = 5;

    private readonly Shell _shell;
    private readonly ProgressTask? _bar;
    private readonly Stopwatch _attacking = new();
    private readonly Stopwatch _erasingSince = new();
    private string? _erasing;
    private double _lastLine;

    private ProgressDisplay(Shell shell, ProgressTask? bar) => (_shell, _bar) = (shell, bar);

    /// <summary>Runs work with a display.</summary>
    public static T Show<T>(Shell shell, Func<ProgressDisplay, T> work)
    {
        if (!shell.IsLive)
            return work(new ProgressDisplay(shell, null));
        return shell
            .Display.Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new ElapsedTimeColumn()
            )
            .Start(context => work(new ProgressDisplay(shell, context.AddTask("starting"))));
    }

    public void OnChapter(string title) => Line(title);

    public void OnCell(string cell, int done, int total) => Line($"[{done + 1}/{total}] {cell}");

    public void OnStep(StepProgress progress) =>
        Bar(
            Text($"epoch {progress.Epoch + 1}/{progress.Epochs}, {progress.ImagesPerSecond:F0} images/s, {progress.Remaining:m\\:ss} left"),
            (progress.Epoch + (double)progress.Step / progress.Steps) / progress.Epochs
        );

    public void OnEpoch(EpochMetrics metrics) =>
        Line(
            Text($"epoch {metrics.Epoch}/{metrics.Epochs}  task loss {metrics.TaskLoss:F3}")
                + (metrics.DetachmentLoss is { } loss ? Text($"  detachment {loss:F3}") : "")
                + Text($"  fidelity {metrics.Fidelity:P1}{Information(metrics)}  {metrics.ImagesPerSecond:F0} images/s")
        );

    public void OnReading(ReadingProgress progress)
    {
        var rate = progress.Done / Math.Max(progress.Seconds, 1e-3);
        var text = Text($"{progress.Doing} {progress.Done:N0}/{progress.Total:N0}");
        if (progress.Done > 0)
            text += Text($", {rate:F0} {progress.Unit}/s, {TimeSpan.FromSeconds((progress.Total - progress.Done) / rate):m\\:ss} left");
        Bar(text, progress.Total > 0 ? (double)progress.Done / progress.Total : 0);
        if (_bar is null && (progress.Seconds - _lastLine > SecondsBetweenLines || progress.Done == progress.Total && _lastLine > 0))
        {
            _lastLine = progress.Seconds;
            Line(text);
        }
    }

    public void OnNote(string note) => Line(note);

    public void OnAudit(AuditProgress progress)
    {
        if (progress.Done == 0)
            _attacking.Restart();
        var text = Text($"attack {progress.Done + 1}/{progress.Total}: {progress.Now}{Left(progress)}");
        Bar(text, (double)progress.Done / progress.Total);
        if (_bar is null && progress.Done % 5 == 0)
            Line(text);
    }

    public void OnErasing(ErasingProgress progress)
    {
        if (progress.What != _erasing)
        {
            _erasing = progress.What;
            _erasingSince.Restart();
            if (_bar is null)
                Line(progress.What);
        }
        var left = progress.Done < 0.1 ? "" : Text($", {_erasingSince.Elapsed / progress.Done * (1 - progress.Done):m\\:ss} left");
        Bar(progress.What + left, progress.Done);
    }

    // Estimated from the attacks so far.
    private string Left(AuditProgress progress) =>
        progress.Done < 2 ? "" : Text($", {_attacking.Elapsed / progress.Done * (progress.Total - progress.Done):m\\:ss} left");

    public void OnBench(BenchCase now, string doing, int done, int total)
    {
        var text =
            $"{now.Model}, {now.Size} pixels, {now.Precision.ToString().ToLowerInvariant()}: {doing.ToLowerInvariant()}, turn "
            + $"{Math.Min(done + 1, total)} of {total}";
        Bar(text, (double)done / total);
        if (_bar is null)
            Line(text);
    }

    private static string Information(EpochMetrics metrics) =>
        string.Concat(
            metrics
                .Information.Select(entry => Text($"  {entry.Key} {entry.Value:F3}"))
                .Concat(
                    metrics.ProbedLeaks?.Select(entry => Text($"  fresh probe reads {entry.Key} {entry.Value:P1} beyond the task")) ?? []
                )
        );

    private void Bar(string text, double share)
    {
        if (_bar is null)
            return;
        _bar.Description = Markup.Escape(text);
        _bar.Value = 100 * share;
    }

    // A log keeps its lines whole; the live display wraps them to the terminal.
    private void Line(string text)
    {
        if (_shell.IsLive)
            _shell.Display.WriteLine(text);
        else
            _shell.Error.WriteLine(text);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

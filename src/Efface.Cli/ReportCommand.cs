using System.ComponentModel;
using Efface.Reporting;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>efface report.</summary>
internal sealed class ReportCommand : Command<ReportCommand.Settings>
{
    internal sealed class Settings : OutputSettings
    {
        [CommandArgument(0, "<RUNS>"), Description("Run folders, in order: usually the one before unlearning, then the one after.")]
        public required string[] Runs { get; init; }

        [CommandOption("--out <FILE>"), Description("The page to write (report.html in the last run's folder).")]
        public string? Out { get; init; }
    }

    public override int Execute(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        var runs = settings.Runs.Select(RunFolder.Open).ToArray();
        var path = settings.Out ?? Path.Combine(runs[^1].Path, "report.html");
        File.WriteAllText(path, HtmlReport.Render(runs, DateTimeOffset.UtcNow));
        if (settings.Json) Shell.PrintJson(new { report = Path.GetFullPath(path) });
        else Console.Out.WriteLine($"Report: {path}");
        return Shell.Done;
    }
}

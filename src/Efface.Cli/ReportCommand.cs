using System.ComponentModel;
using Efface.Reporting;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>efface report.</summary>
internal sealed class ReportCommand(Shell shell) : Command<ReportCommand.Settings>
{
    internal sealed class Settings : OutputSettings
    {
        [CommandArgument(0, "<RUNS>"), Description("Run folders, in order: usually the one before unlearning, then the one after.")]
        public required string[] Runs { get; init; }

        [CommandOption("--out <FILE>"), Description("The page to write (report.html in the last run's folder).")]
        public string? Out { get; init; }

        [
            CommandOption("--markdown [FILE]"),
            Description("A summary in Markdown for a pull request instead of the page, on stdout or into a file; stands behind the runs.")
        ]
        public required FlagValue<string> Markdown { get; init; }
    }

    public override int Execute(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        if (settings.Markdown.IsSet)
            Check(settings);
        var runs = settings.Runs.Select(RunFolder.Open).ToArray();
        if (settings.Markdown.IsSet)
            return Summarise(runs, settings);
        var path = settings.Out ?? Path.Combine(runs[^1].Path, "report.html");
        File.WriteAllText(path, HtmlReport.Render(runs, DateTimeOffset.UtcNow));
        if (settings.Json)
            shell.PrintJson(new { report = Path.GetFullPath(path) });
        else
            shell.Out.WriteLine($"Report: {path}");
        return Shell.Done;
    }

    private int Summarise(RunFolder[] runs, Settings settings)
    {
        var summary = MarkdownReport.Render(runs, DateTimeOffset.UtcNow);
        if (settings.Markdown.Value is not { Length: > 0 } file)
            shell.Out.Write(summary);
        else
        {
            File.WriteAllText(file, summary);
            if (settings.Json)
                shell.PrintJson(new { markdown = Path.GetFullPath(file) });
            else
                shell.Out.WriteLine($"Summary: {file}");
        }
        return Shell.Done;
    }

    private static void Check(Settings settings)
    {
        var file = settings.Markdown.Value;
        var problems = new List<Problem>();
        if (settings.Out is not null)
            problems.Add(
                new Problem(
                    "--out",
                    "is the page's, and --markdown writes none",
                    "Give --markdown FILE, or write the page with a command of its own"
                )
            );
        if (settings.Json && string.IsNullOrEmpty(file))
            problems.Add(new Problem("--json", "wants stdout, as --markdown without a file does", "Give --markdown FILE"));
        if (Directory.Exists(file))
            problems.Add(new Problem($"--markdown {file}", "is a folder", "Put --markdown behind the runs, or name a file"));
        if (problems.Count > 0)
            throw new InvalidInputException(problems);
    }
}

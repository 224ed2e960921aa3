using System.CommandLine;
using Efface.Records;
using Efface.Reporting;

namespace Efface.Cli;

/// <summary>efface report.</summary>
internal sealed class ReportCommand : ToolCommand
{
    private readonly Argument<string[]> _runs = new("RUNS")
    {
        Description = "Run folders, in order: usually the one before unlearning, then the one after.",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<string> _out = new("--out")
    {
        Description = "The page to write (report.html in the last run's folder).",
        HelpName = "FILE",
    };
    private readonly Option<string> _markdown = new("--markdown")
    {
        Description = "A summary in Markdown for a pull request instead of the page, on stdout or into a file; stands behind the runs.",
        HelpName = "FILE",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public ReportCommand(Shell shell)
        : base(shell, "report", "Run folders to one HTML page.", isNative: false)
    {
        Add(_runs);
        Add(_out);
        Add(_markdown);
    }

    protected override int Execute(ParseResult asked)
    {
        var (page, file, isJson) = (asked.GetValue(_out), asked.GetValue(_markdown), IsJson(asked));
        var isMarkdown = asked.GetResult(_markdown) is { Implicit: false };
        if (isMarkdown)
            Check(page, file, isJson);
        RunFolder[] runs = [.. asked.GetValue(_runs)!.Select(RunFolder.Open)];
        if (isMarkdown)
            return Summarise(runs, file, isJson);
        var path = page ?? Path.Combine(runs[^1].Path, "report.html");
        File.WriteAllText(path, HtmlReport.Render(runs, DateTimeOffset.UtcNow));
        if (isJson)
            Shell.PrintJson(new { report = Path.GetFullPath(path) });
        else
            Shell.Out.WriteLine($"Report: {path}");
        return Shell.Done;
    }

    private int Summarise(RunFolder[] runs, string? file, bool isJson)
    {
        var summary = MarkdownReport.Render(runs, DateTimeOffset.UtcNow);
        if (file is not { Length: > 0 })
            Shell.Out.Write(summary);
        else
        {
            File.WriteAllText(file, summary);
            if (isJson)
                Shell.PrintJson(new { markdown = Path.GetFullPath(file) });
            else
                Shell.Out.WriteLine($"Summary: {file}");
        }
        return Shell.Done;
    }

    private static void Check(string? page, string? file, bool isJson)
    {
        var problems = new List<Problem>();
        if (page is not null)
            problems.Add(
                new Problem(
                    "--out",
                    "is the page's, and --markdown writes none",
                    "Give --markdown FILE, or write the page with a command of its own"
                )
            );
        if (isJson && string.IsNullOrEmpty(file))
            problems.Add(new Problem("--json", "wants stdout, as --markdown without a file does", "Give --markdown FILE"));
        if (Directory.Exists(file))
            problems.Add(new Problem($"--markdown {file}", "is a folder", "Put --markdown behind the runs, or name a file"));
        if (problems.Count > 0)
            throw new InvalidInputException(problems);
    }
}

using System.CommandLine;
using Efface.Records;
using Efface.Runs;

namespace Efface.Cli;

/// <summary>efface demo.</summary>
internal sealed class DemoCommand : RunCommand
{
    private readonly Flags<RunPlace> _place;

    public DemoCommand(Shell shell)
        : base(shell, "demo", "The whole story on faces that Efface draws itself: train, audit, unlearn, audit, report.") =>
        _place = new Flags<RunPlace>(this, setting => setting.Flag == "--out");

    protected override int Execute(ParseResult asked)
    {
        var folder = _place.Read(asked, new RunPlace()).Out ?? FreeFolder();
        var result = Show(display => DemoRun.Run(folder, Config(asked, DemoRun.Config), display, Shell.Cancel));
        if (IsJson(asked))
            Shell.PrintJson(
                new
                {
                    report = Path.GetFullPath(result.Report),
                    before = ComparisonRow.Of(result.Before),
                    after = ComparisonRow.Of(result.After),
                }
            );
        else
        {
            ComparisonTable.Print(Shell, [result.Before, result.After]);
            Shell.Out.WriteLine($"Report: {Path.GetFullPath(result.Report)}");
        }
        return Shell.Done;
    }

    // The demo is run again without flags: the second time must not fail because of the first one's folder.
    private static string FreeFolder() =>
        Enumerable.Range(1, int.MaxValue).Select(i => i == 1 ? "efface-demo" : $"efface-demo-{i}").First(name => !Directory.Exists(name));
}

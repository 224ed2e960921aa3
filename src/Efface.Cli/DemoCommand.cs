using Efface.Reporting;
using Efface.Runs;

namespace Efface.Cli;

/// <summary>efface demo.</summary>
internal sealed class DemoCommand(Shell shell) : NativeCommand<OutSettings>(shell)
{
    protected override int Execute(OutSettings settings)
    {
        var result = Show(display => DemoRun.Run(settings.Out ?? FreeFolder(), settings.ToConfig(DemoRun.Config), display, Shell.Cancel));
        if (settings.Json)
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

    // The demo is run without flags, and again: the second time must not fail for the first one's folder.
    private static string FreeFolder() =>
        Enumerable.Range(1, int.MaxValue).Select(i => i == 1 ? "efface-demo" : $"efface-demo-{i}").First(name => !Directory.Exists(name));
}

using System.CommandLine;
using Efface.Runs;

namespace Efface.Cli;

/// <summary>efface doctor.</summary>
internal sealed class DoctorCommand(Shell shell)
    : ToolCommand(
        shell,
        "doctor",
        "What native library, device, threads and memory there are, and the fix for what is wrong.",
        isNative: false
    )
{
    protected override int Execute(ParseResult asked)
    {
        var report = Doctor.Examine();
        if (IsJson(asked))
            Shell.PrintJson(report);
        else
            foreach (var finding in report.Findings)
            {
                Shell.Out.WriteLine($"{(finding.Fault is null ? "ok   " : "FAULT")} {finding.Name, -18} {finding.Value}");
                if (finding.Fault is not null)
                    Shell.Out.WriteLine($"      {finding.Fault}. {finding.Fix}.");
            }
        return report.Healthy ? Shell.Done : Shell.BadInput;
    }
}

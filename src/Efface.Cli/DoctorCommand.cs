using Efface.Runs;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>efface doctor.</summary>
internal sealed class DoctorCommand(Shell shell) : Command<OutputSettings>
{
    public override int Execute(CommandContext context, OutputSettings settings, CancellationToken cancellationToken)
    {
        var report = Doctor.Examine();
        if (settings.Json)
            shell.PrintJson(report);
        else
            foreach (var finding in report.Findings)
            {
                shell.Out.WriteLine($"{(finding.Fault is null ? "ok   " : "FAULT")} {finding.Name, -18} {finding.Value}");
                if (finding.Fault is not null)
                    shell.Out.WriteLine($"      {finding.Fault}. {finding.Fix}.");
            }
        return report.Healthy ? Shell.Done : Shell.BadInput;
    }
}

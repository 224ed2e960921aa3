using System.CommandLine;
using System.Globalization;
using Efface.Data.Reading;
using Efface.Runs;

namespace Efface.Cli;

/// <summary>efface apply: an eraser on new vectors.</summary>
internal sealed class ApplyCommand : ToolCommand
{
    private readonly Flags<ApplyOptions> _options;

    public ApplyCommand(Shell shell)
        : base(shell, "apply", "Apply an eraser to new vectors, in bounded memory.") => _options = new Flags<ApplyOptions>(this);

    protected override int Execute(ParseResult asked)
    {
        var options = _options.Read(asked, new ApplyOptions());
        var applied = Show(display => ApplyRun.Run(options, display, Shell.Cancel));
        if (applied.Distance > ApplyRun.Far)
            Shell.Error.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"efface: the mean of these vectors is {applied.Distance:F1} deviations from those of fitting: check "
                        + $"that they come from the same model, and audit what came out."
                )
            );
        foreach (var group in FaultGroup.Of(applied.Faults))
            Shell.Error.WriteLine($"efface: without a usable vector: {Flags.InWords(group.ToProblem())}");
        if (IsJson(asked))
            Shell.PrintJson(applied);
        else
            Shell.Out.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{applied.Rows:N0} rows, {applied.Unusable:N0} of them without a usable vector: {applied.Output}"
                )
            );
        return Shell.Done;
    }
}

using System.CommandLine;
using System.Globalization;
using Efface.Runs.Exports;

namespace Efface.Cli;

/// <summary>efface export: a run as an ONNX file.</summary>
internal sealed class ExportCommand : ToolCommand
{
    private readonly Flags<ExportOptions> _options;

    public ExportCommand(Shell shell)
        : base(
            shell,
            "export",
            "Write a run's network, or its eraser behind your own model, as an ONNX file; checked before it is there."
        ) => _options = new Flags<ExportOptions>(this);

    protected override int Execute(ParseResult asked)
    {
        var options = _options.Read(asked, new ExportOptions());
        var exported = Show(display => ExportRun.Run(options, display, Shell.Cancel));
        var audited = exported.Verdict is { } verdict ? $"; its audit says {verdict}" : "";
        if (IsJson(asked))
            Shell.PrintJson(exported);
        else
            Shell.Out.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{exported.File}: {exported.Bytes / 1e6:F1} MB. On {exported.Compared:N0} test rows ONNX Runtime differs by "
                        + $"{exported.LargestDifference:G2} at most{audited}."
                )
            );
        return Shell.Done;
    }
}

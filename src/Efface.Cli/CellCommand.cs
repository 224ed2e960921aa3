using System.CommandLine;
using System.Text.Json;
using Efface.Records;
using Efface.Runs.Experiments;

namespace Efface.Cli;

/// <summary>
/// The request to a process that works beside others: one cell of an experiment, a line on stdin. Users never call it. When stdin ends, the
/// parent process has stopped or died: then this one stops too.
/// </summary>
internal sealed class CellCommand : ToolCommand
{
    public CellCommand(Shell shell)
        : base(shell, "cell", "One cell of an experiment, asked on stdin.") => Hidden = true;

    /// <summary>The cell and the experiment's folder.</summary>
    internal sealed record Asked(string Folder, ExperimentCell Cell);

    /// <summary>One line.</summary>
    public static JsonSerializerOptions Line { get; } = new(RunFolder.Json) { WriteIndented = false };

    protected override int Execute(ParseResult flags)
    {
        var asked = JsonSerializer.Deserialize<Asked>(Console.In.ReadLine() ?? "null", Line)
            ?? throw new InvalidInputException("efface cell", "was asked nothing", "Use efface reproduce or efface sweep");
        new Thread(() =>
        {
            if (Console.In.ReadLine() is null)
                Shell.Stop();
        })
        {
            IsBackground = true,
        }.Start();
        Show(display => new ExperimentFolder(asked.Folder).Run(asked.Cell, display, Shell.Cancel));
        return Shell.Done;
    }
}

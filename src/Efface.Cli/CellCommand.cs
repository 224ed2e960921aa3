using System.Text.Json;
using Efface.Reporting;
using Efface.Runs;

namespace Efface.Cli;

/// <summary>What a process beside others is asked: one cell of an experiment, from stdin. Nobody else needs it.</summary>
internal sealed class CellCommand : NativeCommand<OutputSettings>
{
    /// <summary>The cell and the experiment's folder.</summary>
    internal sealed record Asked(string Folder, ExperimentCell Cell);

    protected override int Execute(OutputSettings settings)
    {
        var asked = JsonSerializer.Deserialize<Asked>(Console.In.ReadToEnd(), RunFolder.Json)!;
        ProgressDisplay.Show(display => new ExperimentFolder(asked.Folder).Run(asked.Cell, display, Shell.Cancel));
        return Shell.Done;
    }
}

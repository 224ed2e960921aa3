using Efface.Runs;

namespace Efface.Cli;

/// <summary>efface train.</summary>
internal sealed class TrainCommand : NativeCommand<OutSettings>
{
    protected override int Execute(OutSettings settings) => Finish(
        ProgressDisplay.Show(display => ModelRun.Train(settings.ToConfig(), settings.OutOr("train"), display, Shell.Cancel)), settings.Json);
}

using Efface.Runs;

namespace Efface.Cli;

/// <summary>efface train.</summary>
internal sealed class TrainCommand : NativeCommand<OutSettings>
{
    protected override int Execute(OutSettings settings) => ProgressDisplay.Show(display =>
        Finish(ModelRun.Train(settings.ToConfig(), settings.OutOr("train"), display, Shell.Cancel), settings.Json));
}

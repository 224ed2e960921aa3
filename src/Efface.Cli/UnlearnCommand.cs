using System.ComponentModel;
using Efface.Runs;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>efface unlearn.</summary>
internal sealed class UnlearnCommand : NativeCommand<UnlearnCommand.Settings>
{
    internal sealed class Settings : OutSettings
    {
        [CommandOption("--from <RUN>"), Description("Start from the model of this run folder; without it, from scratch.")]
        public string? From { get; init; }
    }

    protected override int Execute(Settings settings)
    {
        // What the trained run says about data and network holds, unless a flag says otherwise.
        var defaults = settings.From is null ? null : Inheritance.ForUnlearning(settings.From);
        return Finish(
            ProgressDisplay.Show(display => ModelRun.Unlearn(settings.ToConfig(defaults), settings.OutOr("unlearn"), display, Shell.Cancel)), settings.Json);
    }
}

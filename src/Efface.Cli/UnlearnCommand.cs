using System.ComponentModel;
using Efface.Runs;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>efface unlearn.</summary>
internal sealed class UnlearnCommand(Shell shell) : NativeCommand<UnlearnCommand.Settings>(shell)
{
    internal sealed class Settings : OutSettings
    {
        [CommandOption("--from <RUN>"), Description("Start from the model of this run folder; without it, from scratch.")]
        public string? From { get; init; }

        [CommandOption("--probe <N>"), Description("Every N epochs fresh attackers look at validation images and say what still leaks.")]
        public int? Probe { get; init; }

        [CommandOption("--steer"), Description("λ3 follows what they find.")]
        public bool Steer { get; init; }

        [CommandOption("--distil <W>"), Description("Weight of the trained model's embedding as what the code is to carry; 0 for none.")]
        public double? Distil { get; init; }

        [CommandOption("--retain <COLS>"), Description("Columns that are to stay readable in the code, separated by commas.")]
        public string? Retain { get; init; }

        [CommandOption("--retention <W>"), Description("Weight of each of them in the loss.")]
        public double? Retention { get; init; }
    }

    protected override int Execute(Settings settings)
    {
        // What the trained run says about data and network holds, unless a flag says otherwise.
        var defaults = settings.From is null ? null : Inheritance.ForUnlearning(settings.From);
        var config = settings.ToConfig(settings.Begun(defaults));
        config = config with
        {
            Retain = OutputSettings.Names("--retain", settings.Retain) ?? config.Retain,
            Retention = settings.Retention ?? config.Retention,
            Distillation = settings.Distil ?? config.Distillation,
            Probe = settings.Probe ?? config.Probe,
            Steer = settings.Steer || config.Steer,
        };
        return Finish(
            Show(display => ModelRun.Unlearn(config, settings.OutOr("unlearn"), settings.Resume, display, Shell.Cancel)),
            settings.Json
        );
    }
}

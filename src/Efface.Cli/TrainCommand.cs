using System.ComponentModel;
using Efface.Baselines;
using Efface.Reporting;
using Efface.Runs;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>efface train.</summary>
internal sealed class TrainCommand(Shell shell) : NativeCommand<TrainCommand.Settings>(shell)
{
    internal sealed class Settings : OutSettings
    {
        [
            CommandOption("--remove-attention <COLS>"),
            Description("Baseline 2: take the area that tells these columns out of the images first.")
        ]
        public string? RemoveAttention { get; init; }

        [CommandOption("--fraction <F>"), Description("The share of pixels that --remove-attention takes out at most (0.3).")]
        public double? Fraction { get; init; }

        [CommandOption("--fill <NAME>"), Description("What stands there instead: mean (the default), blur or noise.")]
        public string? Fill { get; init; }

        public RunConfig ToTrainConfig()
        {
            var config = ToConfig(Begun());
            if (RemoveAttention is null && Fraction is null && Fill is null)
                return config;
            var file = config.AttentionRemoval ?? new AttentionRemovalSettings();
            return config with
            {
                AttentionRemoval = file with
                {
                    Attributes = Names("--remove-attention", RemoveAttention) ?? file.Attributes,
                    Fraction = Fraction ?? file.Fraction,
                    Fill = Fill is null ? file.Fill : ParseFill(Fill),
                },
            };
        }

        private static Fill ParseFill(string name) =>
            Enum.GetNames<Fill>().Contains(name, StringComparer.OrdinalIgnoreCase)
                ? Enum.Parse<Fill>(name, ignoreCase: true)
                : throw new InvalidInputException(
                    $"--fill {name}",
                    "no such fill",
                    $"Choose one of {string.Join(", ", Enum.GetNames<Fill>()).ToLowerInvariant()}"
                );
    }

    protected override int Execute(Settings settings) =>
        Finish(
            Show(display => ModelRun.Train(settings.ToTrainConfig(), settings.OutOr("train"), settings.Resume, display, Shell.Cancel)),
            settings.Json
        );
}

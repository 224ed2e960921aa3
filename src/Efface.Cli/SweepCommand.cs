using System.ComponentModel;
using Efface.Runs;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>efface sweep: grids over any option.</summary>
internal sealed class SweepCommand(Shell shell) : NativeCommand<SweepCommand.Settings>(shell)
{
    internal sealed class Settings : RunSettings
    {
        [CommandOption("--from <RUN>"), Description("All points start from the model of this run folder; without it, from scratch.")]
        public string? From { get; init; }

        [
            CommandOption("--grid <NAME=VALUES>"),
            Description("An option of efface unlearn with its values, such as lambda3=1,5,20 or recipe=strict,leace. May be given again.")
        ]
        public string[]? Grid { get; init; }

        [CommandOption("--seeds <N>"), Description("How often each point is trained, with seeds from 0 (1).")]
        public int? Seeds { get; init; }

        [
            CommandOption("--attackers <NAMES>"),
            Description("Which attackers audits send, separated by commas (all); maps are read by resnet18, the paper's decoder, too.")
        ]
        public string? Attackers { get; init; }

        [CommandOption("--jobs <N>"), Description("Runs side by side, each in a process of its own (1).")]
        public int? Jobs { get; init; }

        [CommandOption("--dry-run"), Description("List the runs and about how long their training takes, and do nothing.")]
        public bool DryRun { get; init; }

        [CommandOption("--out <DIR>"), Description("Folder of the results; finished runs there are kept, and what was stopped goes on.")]
        public string? Out { get; init; }

        public SweepSettings ToSweep()
        {
            if (Seed is not null)
                throw new InvalidInputException($"--seed {Seed}", "a sweep has several", "Give --seeds N");
            var config = ToConfig(From is null ? null : Inheritance.ForUnlearning(From));
            var (task, attribute) = Inheritance.UsualColumns(config);
            var audit = ExperimentScale.AuditWith(Names("--attackers", Attackers));
            return new SweepSettings(
                config with
                {
                    From = From ?? config.From,
                    Task = task,
                    Forget = attribute,
                },
                [.. (Grid ?? []).Select(SweepAxis.Parse)],
                Seeds ?? 1,
                attribute,
                audit
            );
        }
    }

    protected override int Execute(Settings settings)
    {
        var (sweep, folder, jobs) = (
            settings.ToSweep(),
            ExperimentSettings.FolderOf(settings.Out),
            ExperimentSettings.JobsOf(settings.Jobs)
        );
        if (settings.DryRun)
            return ReproduceCommand.List(
                Shell,
                Show(display => ExperimentPlan.Of(Sweep.Cells(sweep), folder, display, Shell.Cancel)),
                settings.Json
            );
        var result = Show(display =>
            Sweep
                .Run(sweep, folder, jobs, CellRunner.For(folder, jobs, display, Shell.Error), display, Shell.Cancel)
                .GetAwaiter()
                .GetResult()
        );
        if (settings.Json)
            Shell.PrintJson(result);
        else
            Shell.Out.WriteLine(
                $"{File.ReadAllText(Path.Combine(folder.Path, "sweep.md"))}\nThe knee: "
                    + $"{result.Knee.Row.Method}\n{Path.Combine(folder.Path, "sweep.html")}"
            );
        return Shell.Done;
    }
}

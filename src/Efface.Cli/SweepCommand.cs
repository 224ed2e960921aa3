using System.CommandLine;
using Efface.Runs;
using Efface.Runs.Experiments;
using Efface.Runs.Sweeps;

namespace Efface.Cli;

/// <summary>efface sweep: grids over any option.</summary>
internal sealed class SweepCommand : RunCommand
{
    private readonly Flags<GridSettings> _grid;
    private readonly Flags<ExperimentPlace> _place;

    public SweepCommand(Shell shell)
        : base(shell, "sweep", "A grid over any option of unlearn: Pareto fronts, heat maps and the knee, on one page.", like: "unlearn")
    {
        _grid = new Flags<GridSettings>(this);
        _place = new Flags<ExperimentPlace>(this);
    }

    internal sealed record GridSettings
    {
        [Setting(
            "--grid",
            "NAME=VALUES",
            "An option of efface unlearn with its values, such as lambda3=1,5,20 or recipe=strict,leace. May be given again.",
            Repeats = true
        )]
        public IReadOnlyList<string> Grid { get; init; } = [];

        [Setting("--seeds", "N", "How often each point is trained, with seeds from 0 (1).")]
        public int Seeds { get; init; } = 1;

        [Setting(
            "--attackers",
            "NAMES",
            "Which attackers audits send, separated by commas (all); maps are read by resnet18, the paper's decoder, too."
        )]
        public IReadOnlyList<string>? Attackers { get; init; }
    }

    private SweepSettings Swept(ParseResult asked)
    {
        var grid = _grid.Read(asked, new GridSettings());
        var config = Config(asked);
        if (Given(asked).Any(setting => setting.Property == "TrainingSettings.Seed"))
            throw new InvalidInputException($"--seed {config.Training.Seed}", "a sweep has several", "Give --seeds N");
        var (task, attribute) = Inheritance.UsualColumns(config);
        return new SweepSettings(
            config with
            {
                Data = config.Data with { Task = task },
                Recipe = config.Recipe with { Forget = attribute },
            },
            [.. grid.Grid.Select(SweepAxis.Parse)],
            grid.Seeds,
            attribute,
            ExperimentScale.AuditWith(grid.Attackers)
        );
    }

    protected override int Execute(ParseResult asked)
    {
        var (sweep, place) = (Swept(asked), _place.Read(asked, new ExperimentPlace()));
        var (folder, jobs) = (place.Folder(), place.Jobs);
        if (place.DryRun)
            return ReproduceCommand.List(
                Shell,
                Show(display => ExperimentPlan.Of(Sweep.Cells(sweep), folder, display, Shell.Cancel)),
                IsJson(asked)
            );
        var result = Show(display =>
            Sweep
                .Run(sweep, folder, jobs, CellRunner.For(folder, jobs, display, Shell.Error), display, Shell.Cancel)
                .GetAwaiter()
                .GetResult()
        );
        if (IsJson(asked))
            Shell.PrintJson(result);
        else
            Shell.Out.WriteLine(
                $"{File.ReadAllText(Path.Combine(folder.Path, "sweep.md"))}\nThe knee: "
                    + $"{result.Knee.Row.Method}\n{Path.Combine(folder.Path, "sweep.html")}"
            );
        return Shell.Done;
    }
}

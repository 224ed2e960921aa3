using System.ComponentModel;
using Efface.Runs;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>efface reproduce: a table or figure of the paper.</summary>
internal sealed class ReproduceCommand(Shell shell) : NativeCommand<ReproduceCommand.Settings>(shell)
{
    internal sealed class Settings : ExperimentSettings
    {
        [CommandArgument(0, "<TABLE>"), Description("table1, table2, table3, figure3, figure4, figure5, figure6, or definition (2.1).")]
        public string Table { get; init; } = "";

        [
            CommandOption("--data <LIST>"),
            Description(
                "The paper's data sets and where they are: cifar10=DIR,celeba=DIR,fairface=DIR; utkface=DIR stands in for fairface, "
                    + "faces are drawn."
            )
        ]
        public string? Data { get; init; }

        [CommandOption("--models <LIST>"), Description("resnet18 (the default), resnet34, resnet50.")]
        public string? Models { get; init; }

        [CommandOption("--recipes <LIST>"), Description("Ways to forget, or all (paper,strict,prediction-only,attention-removal).")]
        public string? Recipes { get; init; }

        public BenchSettings ToBench()
        {
            var idle = new (string Flag, bool IsGiven)[]
            {
                ("--data", Data is not null),
                ("--recipes", Recipes is not null),
                ("--limit", Limit is not null),
                ("--epochs", Epochs is not null),
                ("--unlearning-epochs", UnlearningEpochs is not null),
                ("--seeds", Seeds is not null),
                ("--attackers", Attackers is not null),
                ("--cache", Cache is not null),
                ("--jobs", Jobs is not null),
                ("--dry-run", DryRun),
            }
                .Where(flag => flag.IsGiven)
                .Select(flag => new Problem(
                    flag.Flag,
                    $"means nothing to {SpeedTable.Name}, which measures time and memory on noise",
                    "Leave it out"
                ))
                .ToList();
            if (idle.Count > 0)
                throw new InvalidInputException(idle);
            var usual = new BenchSettings();
            return usual with
            {
                Models = Names("--models", Models) ?? usual.Models,
                Sizes = Size is { } size ? [size] : usual.Sizes,
                Stem = Stem ?? usual.Stem,
                Width = Width ?? usual.Width,
                Batch = Batch,
                Threads = Threads,
                MeasuresMemory = PeakMemory.IsKnown,
            };
        }

        public ReproductionSettings ToReproduction(Reproduction what)
        {
            var (recipes, models) = (Names("--recipes", Recipes), Names("--models", Models));
            if (recipes is not null && !what.ComparesRecipes)
                throw new InvalidInputException($"--recipes {Recipes}", $"means nothing to {what.Name}: {what.Shows}", "Leave it out");
            if (models is { Length: > 1 } && !what.ComparesModels)
                throw new InvalidInputException($"--models {Models}", $"{what.Name} is of one network", "Name one");
            return new ReproductionSettings(
                PaperSets.Parse(
                    Data
                        ?? throw new InvalidInputException(
                            "--data",
                            "missing",
                            "Give cifar10=DIR,celeba=DIR,fairface=DIR, or some of them; faces needs no folder"
                        )
                ),
                ToScale(models, recipes is ["all"] ? [.. Unlearning.Recipes.All.Select(recipe => recipe.Name)] : recipes)
            );
        }
    }

    protected override int Execute(Settings settings)
    {
        if (settings.Table == SpeedTable.Name)
        {
            var (bench, place) = (settings.ToBench(), settings.Folder.Path);
            return Report(settings, SpeedTable.Write(Show(display => BenchCommand.Measure(bench, display, Shell.Cancel)), place));
        }
        var what = Reproduction.Named(settings.Table);
        var (asked, folder, jobs) = (settings.ToReproduction(what), settings.Folder, settings.AtOnce);
        if (settings.DryRun)
            return List(
                Shell,
                Show(display => ExperimentPlan.Of(ReproductionRun.Cells(what, asked), folder, display, Shell.Cancel)),
                settings.Json
            );
        var files = Show(display =>
            ReproductionRun
                .Run(what, asked, folder, jobs, CellRunner.For(folder, jobs, display, Shell.Error), display, Shell.Cancel)
                .GetAwaiter()
                .GetResult()
        );
        return Report(settings, files);
    }

    private int Report(Settings settings, IReadOnlyList<string> files)
    {
        if (settings.Json)
            Shell.PrintJson(new { folder = settings.Folder.Path, files });
        else
            Shell.Out.WriteLine($"{File.ReadAllText(files[0])}\n{string.Join('\n', files)}");
        return Shell.Done;
    }

    /// <summary>Prints what would be run.</summary>
    public static int List(Shell shell, ExperimentPlan plan, bool json)
    {
        if (json)
            shell.PrintJson(plan);
        else
        {
            foreach (var cell in plan.Cells)
                shell.Out.WriteLine($"{(cell.IsFinished ? "finished" : $"about {cell.Seconds:F0} s"), -14}{cell.Name}");
            var audits = plan.AuditSeconds is { } seconds
                ? $"about {Clock(seconds)} of audits, as the finished ones took"
                : "audits on top, which can be estimated when one is finished";
            shell.Out.WriteLine(
                $"{plan.Cells.Count(cell => !cell.IsFinished)} of {plan.Cells.Count} runs are missing: one after the other about "
                    + $"{Clock(plan.Seconds)} of training, and {audits}."
            );
        }
        return Shell.Done;
    }

    private static string Clock(double seconds) => $"{(int)(seconds / 3600)}:{TimeSpan.FromSeconds(seconds):mm\\:ss}";
}

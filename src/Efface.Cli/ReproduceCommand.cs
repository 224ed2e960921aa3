using System.CommandLine;
using Efface.Runs.Bench;
using Efface.Runs.Experiments;
using Efface.Runs.Reproductions;
using Efface.Unlearning;

namespace Efface.Cli;

/// <summary>efface reproduce: a table or figure of the paper.</summary>
internal sealed class ReproduceCommand : ToolCommand
{
    private readonly Argument<string> _table = new("TABLE")
    {
        Description = "table1, table2, table3, figure3, figure4, figure5, figure6, or definition (2.1).",
    };
    private readonly Option<string> _data = new("--data")
    {
        Description =
            "The paper's data sets and where they are: cifar10=DIR,celeba=DIR,fairface=DIR; utkface=DIR stands in for fairface, "
            + "faces are drawn.",
        HelpName = "LIST",
    };
    private readonly Flags<ExperimentScale> _scale;
    private readonly Flags<ExperimentPlace> _place;

    public ReproduceCommand(Shell shell)
        : base(
            shell,
            "reproduce",
            "The paper's tables and figures on your own copies of the data, beside honest floors and the paper's numbers."
        )
    {
        Add(_table);
        Add(_data);
        _scale = new Flags<ExperimentScale>(this, setting => setting.Property is "ReadingOptions.Cache" || IsOfScale(setting));
        _place = new Flags<ExperimentPlace>(this);
    }

    private static bool IsOfScale(Setting setting) => setting.Property.StartsWith(nameof(ExperimentScale), StringComparison.Ordinal);

    // Table 2 is measured on noise: it uses the network of the scale, and nothing about data or training.
    private BenchSettings Bench(ParseResult asked)
    {
        string[] idle =
        [
            .. asked.GetValue(_data) is null ? [] : new[] { _data.Name },
            .. from given in _scale.Given(asked)
            where !Settings.Of<BenchSettings>().Any(setting => setting.Name.TrimEnd('s') == given.Setting.Name.TrimEnd('s'))
            select given.Setting.Flag,
            .. _place.Given(asked).Select(given => given.Setting.Flag).Except(["--out"]),
        ];
        if (idle.Length > 0)
            throw new InvalidInputException([
                .. idle.Select(flag => new Problem(
                    flag,
                    $"means nothing to {SpeedTable.Name}, which measures time and memory on noise",
                    "Leave it out"
                )),
            ]);
        var usual = new BenchSettings { MeasuresMemory = PeakMemory.IsKnown };
        var scale = _scale.Read(
            asked,
            new ExperimentScale
            {
                Models = usual.Models,
                Stem = usual.Stem,
                Width = usual.Width,
            }
        );
        return usual with
        {
            Models = scale.Models,
            Sizes = scale.Size is { } size ? [size] : usual.Sizes,
            Stem = scale.Stem!,
            Width = scale.Width,
            Batch = _scale.Given(asked).Any(given => given.Setting.Name == "batch") ? scale.Batch : null,
            Threads = scale.Threads,
        };
    }

    private ReproductionSettings Scaled(ParseResult asked, Reproduction what)
    {
        var scale = _scale.Read(asked, new ExperimentScale());
        if (_scale.Given(asked).Any(given => given.Setting.Name == "recipes") && !what.ComparesRecipes)
            throw new InvalidInputException(
                $"--recipes {Setting.Text(scale.Recipes)}",
                $"means nothing to {what.Name}: {what.Shows}",
                "Leave it out"
            );
        if (scale.Models.Count > 1 && !what.ComparesModels)
            throw new InvalidInputException($"--models {Setting.Text(scale.Models)}", $"{what.Name} is of one network", "Name one");
        if (scale.Recipes is ["all"])
            scale = scale with { Recipes = [.. Recipes.All.Select(recipe => recipe.Name)] };
        return new ReproductionSettings(
            PaperSets.Parse(
                asked.GetValue(_data)
                    ?? throw new InvalidInputException(
                        "--data",
                        "missing",
                        "Give cifar10=DIR,celeba=DIR,fairface=DIR, or some of them; faces needs no folder"
                    )
            ),
            scale
        );
    }

    protected override int Execute(ParseResult asked)
    {
        var (table, place) = (asked.GetValue(_table)!, _place.Read(asked, new ExperimentPlace()));
        if (table == SpeedTable.Name)
        {
            var (bench, into) = (Bench(asked), place.Folder());
            return Report(asked, into, SpeedTable.Write(Show(display => BenchCommand.Measure(bench, display, Shell.Cancel)), into.Path));
        }
        var what = Reproduction.Named(table);
        var (settings, folder, jobs) = (Scaled(asked, what), place.Folder(), place.Jobs);
        if (place.DryRun)
            return List(
                Shell,
                Show(display => ExperimentPlan.Of(ReproductionRun.Cells(what, settings), folder, display, Shell.Cancel)),
                IsJson(asked)
            );
        var files = Show(display =>
            ReproductionRun
                .Run(what, settings, folder, jobs, CellRunner.For(folder, jobs, display, Shell.Error), display, Shell.Cancel)
                .GetAwaiter()
                .GetResult()
        );
        return Report(asked, folder, files);
    }

    private int Report(ParseResult asked, ExperimentFolder folder, IReadOnlyList<string> files)
    {
        if (IsJson(asked))
            Shell.PrintJson(new { folder = folder.Path, files });
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

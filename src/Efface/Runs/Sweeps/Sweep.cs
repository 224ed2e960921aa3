using System.Text.Json.Serialization;
using Efface.Auditing;
using Efface.Data.Files;
using Efface.Records;
using Efface.Runs.Experiments;
using Efface.Runs.Reproductions;
using Efface.Training;

namespace Efface.Runs.Sweeps;

/// <summary>What to sweep.</summary>
/// <param name="Base">What all points share.</param>
/// <param name="Axes">What differs.</param>
/// <param name="Seeds">The number of seeds of each point.</param>
/// <param name="Attributes">The attributes to audit.</param>
/// <param name="Audit">The settings of audits.</param>
internal sealed record SweepSettings(
    RunConfig Base,
    IReadOnlyList<SweepAxis> Axes,
    int Seeds,
    IReadOnlyList<string> Attributes,
    AuditSettings Audit
);

/// <summary>A point of a sweep.</summary>
/// <param name="Values">One per axis.</param>
/// <param name="Row">The result, over its seeds.</param>
internal sealed record SweepPoint(IReadOnlyList<string> Values, MethodRow Row);

/// <summary>The result of a sweep.</summary>
/// <param name="Axes">What differed.</param>
/// <param name="Before">The model that all points started from; null from scratch.</param>
/// <param name="Points">Every point.</param>
/// <param name="Front">The points that no other one beats in one of fidelity, leak, certificate and what is kept without being worse in
/// another.</param>
/// <param name="Knee">The point of the front nearest to the best of everything.</param>
internal sealed record SweepResult(
    IReadOnlyList<SweepAxis> Axes,
    MethodRow? Before,
    IReadOnlyList<SweepPoint> Points,
    IReadOnlyList<SweepPoint> Front,
    SweepPoint Knee
)
{
    /// <summary>The model that all points started from, read at each place before its embedding that a point releases.</summary>
    public IReadOnlyList<MethodRow> BeforeElsewhere { get; init; } = [];

    /// <summary>All rows of that model.</summary>
    [JsonIgnore]
    public IEnumerable<MethodRow> OfBefore => Before is null ? [] : BeforeElsewhere.Prepend(Before);
}

/// <summary>Grids over any option of <c>efface unlearn</c>.</summary>
internal static class Sweep
{
    // What comes with a trained model.
    private static readonly string[] OfTheModel = ["model", "stem", "width", "size"];

    /// <summary>Every point and seed, after the model that they start from.</summary>
    /// <exception cref="InvalidInputException">Everything that is wrong with the grid.</exception>
    public static IReadOnlyList<ExperimentCell> Cells(SweepSettings settings)
    {
        var problems = new List<Problem>();
        if (settings.Axes.Count == 0)
            problems.Add(
                new Problem(
                    "`SweepSettings.Axes`",
                    "missing",
                    "Give an option with its values, such as `SweepSettings.Axes` lambda3=1,5,20; it may be given again"
                )
            );
        foreach (var name in settings.Axes.GroupBy(axis => axis.Name).Where(group => group.Count() > 1).Select(group => group.Key))
            problems.Add(new Problem($"`SweepSettings.Axes` {name}", "given twice", "Give all its values at once"));
        if (settings.Seeds < 1)
            problems.Add(new Problem($"`SweepSettings.Seeds` {settings.Seeds}", "below 1", "Give 1 or more"));
        if (settings.Base.Model.From is { } from)
        {
            foreach (var name in settings.Axes.Select(axis => axis.Name).Intersect(OfTheModel))
                problems.Add(
                    new Problem(
                        $"`SweepSettings.Axes` {name}",
                        $"all points start from the model in {from}, which has its own",
                        "Leave it out, or leave `ModelSettings.From` out"
                    )
                );
            if (TrainedModel.Describe(from) is not { Bits: null, ClosedBy: null })
                problems.Add(
                    new Problem($"`ModelSettings.From` {from}", "has forgotten something already", "Start from a run of efface train")
                );
        }
        if (problems.Count > 0)
            throw new InvalidInputException(problems);
        ExperimentCell[] points =
        [
            .. from values in Grid(settings.Axes) from seed in Enumerable.Range(0, settings.Seeds) select Cell(settings, values, seed),
        ];
        return [.. SweepOrigins.Cells(settings, points.Select(point => point.Config)), .. points];
    }

    /// <summary>Does the missing runs, and writes sweep.html, sweep.csv and sweep.json.</summary>
    /// <inheritdoc cref="ReproductionRun.Run"/>
    public static async Task<SweepResult> Run(
        SweepSettings settings,
        ExperimentFolder folder,
        int jobs,
        Func<ExperimentCell, CancellationToken, Task> run,
        IExperimentObserver observer,
        CancellationToken cancel
    )
    {
        var cells = Cells(settings);
        Experiment.Check(cells, folder, observer, cancel);
        var runs = await Experiment.Run(cells, folder, jobs, run, observer, cancel).ConfigureAwait(false);
        SweepPoint[] points =
        [
            .. Grid(settings.Axes)
                .Select(values => new SweepPoint(
                    values,
                    MethodRow.Of(
                        string.Join(", ", Named(settings.Axes, values)),
                        [.. Enumerable.Range(0, settings.Seeds).Select(seed => runs[Name(settings.Axes, values, seed)])]
                    )
                )),
        ];
        var front = SweepFront.Of(points);
        var origins = SweepOrigins.Rows(cells, runs);
        var result = new SweepResult(settings.Axes, origins.Count > 0 ? origins[0] : null, points, front, SweepFront.Knee(front))
        {
            BeforeElsewhere = [.. origins.Skip(1)],
        };
        ReproductionRun.Write(
            "sweep",
            MethodTables.Table("Sweep", [.. origins, .. points.Select(point => point.Row)], runs) with
            {
                Json = result,
            },
            folder.Path
        );
        WholeFile.Write(Path.Combine(folder.Path, "sweep.html"), partial =>
            File.WriteAllText(partial, SweepPage.Write(result, ScaleCaption.Of(runs.Values, settings.Seeds)))
        );
        return result;
    }

    private static ExperimentCell Cell(SweepSettings settings, IReadOnlyList<string> values, int seed)
    {
        // Recipes first: λ left open by a recipe are its own.
        var config = settings
            .Axes.Zip(values)
            .OrderBy(pair => pair.First.Name == "recipe" ? 0 : 1)
            .Aggregate(
                settings.Base with
                {
                    Training = settings.Base.Training with { Seed = seed },
                    Model = settings.Base.Model with { From = null },
                },
                (config, pair) => pair.First.Apply(config, pair.Second)
            );
        return new ExperimentCell
        {
            Name = Name(settings.Axes, values, seed),
            Config = config,
            Forgets = true,
            From = settings.Base.Model.From is null ? null : ExperimentMethods.Before,
            Before = settings.Base.Model.From is null ? null : SweepOrigins.NameFor(config),
            Attributes = settings.Attributes,
            Audit = settings.Audit,
        };
    }

    private static IEnumerable<IReadOnlyList<string>> Grid(IReadOnlyList<SweepAxis> axes) =>
        axes.Aggregate(
            (IEnumerable<IReadOnlyList<string>>)
                [
                    [],
                ],
            (points, axis) => points.SelectMany(point => axis.Values.Select(value => (IReadOnlyList<string>)[.. point, value]))
        );

    private static IEnumerable<string> Named(IReadOnlyList<SweepAxis> axes, IReadOnlyList<string> values) =>
        axes.Zip(values).Select(pair => $"{pair.First.Name} {pair.Second}");

    private static string Name(IReadOnlyList<SweepAxis> axes, IReadOnlyList<string> values, int seed) =>
        $"{string.Join('-', axes.Zip(values).Select(pair => $"{pair.First.Name}-{pair.Second}"))}-seed-{seed}";
}

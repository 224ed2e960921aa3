using Efface.Records;
using Efface.Runs.Bench;
using Efface.Runs.Experiments;

namespace Efface.Runs.Reproductions;

/// <summary>What to reproduce, on which data and at which scale.</summary>
/// <param name="Data">Data sets with the folders that hold them.</param>
/// <param name="Scale">How long, how often, and on how many images.</param>
internal sealed record ReproductionSettings(IReadOnlyList<(string Name, string? Root)> Data, ExperimentScale Scale);

/// <summary>A finished table or figure.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Caption">Its scale.</param>
/// <param name="HowToRead">The meaning of its columns and terms.</param>
/// <param name="Head">Names of the columns.</param>
/// <param name="Rows">Cells of the printed table.</param>
/// <param name="Json">The numbers behind it.</param>
/// <param name="Pictures">SVG files by name; empty if there are none.</param>
internal sealed record Reproduced(
    string Title,
    string Caption,
    string HowToRead,
    IReadOnlyList<string> Head,
    IReadOnlyList<IReadOnlyList<string>> Rows,
    object Json,
    IReadOnlyDictionary<string, string> Pictures
)
{
    /// <summary>The conclusions of the table, in words; empty if it needs none.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];
}

/// <summary>A table or figure of Guo et al. (ACM MM 2022) as a command.</summary>
/// <param name="Name">As in <c>efface reproduce NAME</c>.</param>
/// <param name="Shows">What it shows.</param>
/// <param name="Cells">The runs behind it, each after those that it needs.</param>
/// <param name="Make">Creates it from the finished runs.</param>
internal sealed record Reproduction(
    string Name,
    string Shows,
    Func<ReproductionSettings, IReadOnlyList<ExperimentCell>> Cells,
    Func<ReproductionSettings, IReadOnlyDictionary<string, RunFolder>, Reproduced> Make
)
{
    /// <summary>Whether it shows several ways to forget.</summary>
    public bool ComparesRecipes { get; init; }

    /// <summary>Whether it shows several networks.</summary>
    public bool ComparesModels { get; init; }

    /// <summary>Every table and figure based on runs; table 2 is <see cref="BenchRun"/>.</summary>
    public static IReadOnlyList<Reproduction> All { get; } =
    [
        new("table1", "every way to forget, on each data set", MethodTables.UsualCells, MethodTables.Table1)
        {
            ComparesRecipes = true,
            ComparesModels = true,
        },
        new("table3", "each attribute of each data set, and all of them together", MethodTables.AttributeCells, MethodTables.Table3)
        {
            ComparesRecipes = true,
            ComparesModels = true,
        },
        new(
            "figure3",
            "where a classifier sees the attribute, and images without that area",
            PictureFigures.RemovalCells,
            PictureFigures.Figure3
        ),
        new("figure4", "test images, and what can be drawn again before and after", PictureFigures.DrawingCells, PictureFigures.Figure4)
        {
            ComparesRecipes = true,
        },
        new("figure5", "AUM of every way to forget as bars", MethodTables.UsualCells, MethodTables.Figure5)
        {
            ComparesRecipes = true,
            ComparesModels = true,
        },
        new("figure6", "AUM over λ2 and λ3, for two λ1", LambdaMap.Cells, LambdaMap.Figure6),
        new(
            "definition",
            "definition 2.1: from a trained model, from scratch, and a model trained again",
            DefinitionTable.Cells,
            DefinitionTable.Make
        ),
    ];

    /// <summary>The one called <paramref name="name"/>.</summary>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public static Reproduction Named(string name) =>
        All.FirstOrDefault(known => known.Name == name)
        ?? throw new InvalidInputException(
            $"efface reproduce {name}",
            "no such table or figure",
            $"Choose one of {string.Join(", ", All.Select(known => known.Name).Append("table2").Order())}"
        );
}

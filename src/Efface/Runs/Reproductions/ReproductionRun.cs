using System.Text.Json;
using System.Text.Json.Nodes;
using Efface.Data.Files;
using Efface.Records;
using Efface.Runs.Experiments;
using nietras.SeparatedValues;

namespace Efface.Runs.Reproductions;

/// <summary>Does the runs of a table or figure, and writes it.</summary>
internal static class ReproductionRun
{
    /// <summary>Writes NAME.md, NAME.csv, NAME.json and pictures; finished cells are kept, and stopped ones are resumed.</summary>
    /// <param name="what">Which table or figure.</param>
    /// <param name="settings">The data and the scale.</param>
    /// <param name="folder">The folder; tables in one folder share their cells.</param>
    /// <param name="jobs">Cells in parallel.</param>
    /// <param name="run">Runs one cell.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancel">Stops after the current batches.</param>
    /// <returns>The written files.</returns>
    /// <exception cref="InvalidInputException">Everything that is wrong with the input, before the first cell.</exception>
    public static async Task<IReadOnlyList<string>> Run(
        Reproduction what,
        ReproductionSettings settings,
        ExperimentFolder folder,
        int jobs,
        Func<ExperimentCell, CancellationToken, Task> run,
        IExperimentObserver observer,
        CancellationToken cancel
    )
    {
        var cells = Cells(what, settings);
        Experiment.Check(cells, folder, observer, cancel);
        return Write(
            what.Name,
            what.Make(settings, await Experiment.Run(cells, folder, jobs, run, observer, cancel).ConfigureAwait(false)),
            folder.Path
        );
    }

    /// <summary>The runs behind a table or figure.</summary>
    /// <exception cref="InvalidInputException">Everything that is wrong with the scale.</exception>
    public static IReadOnlyList<ExperimentCell> Cells(Reproduction what, ReproductionSettings settings) =>
        settings.Scale.Check().ToArray() is { Length: > 0 } problems ? throw new InvalidInputException(problems) : what.Cells(settings);

    /// <summary>Writes NAME.md, NAME.csv, NAME.json and pictures.</summary>
    internal static List<string> Write(string name, Reproduced made, string folder)
    {
        var files = new List<string>();
        Text($"{name}.md", Markdown(made));
        Text($"{name}.csv", Csv(made));
        Text(
            $"{name}.json",
            JsonSerializer.Serialize(
                new
                {
                    made.Title,
                    made.Findings,
                    made.Caption,
                    made.HowToRead,
                    rows = made.Json,
                },
                RunFolder.Json
            ) + "\n"
        );
        foreach (var (file, svg) in made.Pictures)
            Text(file, svg);
        return files;

        void Text(string file, string text)
        {
            files.Add(Path.Combine(folder, file));
            WholeFile.Write(files[^1], partial => File.WriteAllText(partial, text));
        }
    }

    private static string Markdown(Reproduced made)
    {
        var pictures = made.Pictures.Keys.Select(file => $"![{file}]({file})\n");
        var findings = string.Concat(made.Findings.Select(finding => $"- {Cell(finding)}\n"));
        var table = Reporting.Markdown.Table(made.Head, made.Rows.Select(row => row.Select(Cell).ToList()));
        return $"# {made.Title}\n\n{findings}{(findings.Length > 0 ? "\n" : "")}{made.Caption}\n\n{table}\n\n{made.HowToRead}\n\n"
            + string.Join('\n', pictures);

        // Names come from the data; a bar would end the cell.
        static string Cell(string text) => text.Replace("|", "¦", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
    }

    // Raw numbers, one per column, if the table has them; else the printed table.
    private static string Csv(Reproduced made)
    {
        var flat =
            JsonSerializer.SerializeToNode(made.Json, RunFolder.Json) is JsonArray { Count: > 0 } rows && rows[0] is JsonObject
                ? rows.Select(row => Flat(row, "").ToDictionary()).ToList()
                : null;
        var head = flat?.SelectMany(row => row.Keys).Distinct().ToList() ?? made.Head;
        using var writer = Sep.New(',').Writer(options => options with { Escape = true }).ToText();
        foreach (var row in flat?.Select(row => head.Select(column => row.GetValueOrDefault(column, ""))) ?? made.Rows)
        {
            using var line = writer.NewRow();
            foreach (var (column, cell) in head.Zip(row))
                line[column].Set(cell);
        }
        return writer.ToString();
    }

    private static IEnumerable<KeyValuePair<string, string>> Flat(JsonNode? node, string path) =>
        node switch
        {
            JsonObject fields => fields.SelectMany(field => Flat(field.Value, path.Length == 0 ? field.Key : $"{path}.{field.Key}")),
            JsonArray items => items.SelectMany((item, i) => Flat(item, $"{path}.{i}")),
            _ => [new(path, node?.ToString() ?? "")],
        };
}

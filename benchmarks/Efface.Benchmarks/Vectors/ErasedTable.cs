using System.Globalization;

namespace Efface.Benchmarks;

/// <summary>Lines that <see cref="Erased"/> printed, as rows of a document's table: means over seeds.</summary>
public static class ErasedTable
{
    /// <summary>What the columns of <see cref="Rows"/> are.</summary>
    public const string Header =
        "| run | forgotten | seeds | verdict | leak, points | fidelity (before) | kept (before) | … within classes (before) | noise |";

    /// <summary>What the columns of <see cref="Columns"/> are.</summary>
    public const string ColumnsHeader = "| run | forgotten | kept column | mean AUC within classes (before) |";

    /// <summary>A row for each kept column of runs that name few.</summary>
    public static IEnumerable<string> Columns(IEnumerable<string> lines) =>
        from line in lines
        let cells = line.Split('\t')
        where cells[0] != "run" && cells.Length > 18
        from entry in cells[18].Split(' ', StringSplitOptions.RemoveEmptyEntries)
        let parts = entry.Split('=', '/')
        group (After: Number(parts[1]), Before: Number(parts[2])) by (Name: Name(cells), Attribute: cells[3], Column: parts[0]) into values
        select $"| {values.Key.Name} | {values.Key.Attribute} | {values.Key.Column} "
            + $"| {Share(values.Average(value => value.After))} ({Share(values.Average(value => value.Before))}) |";

    /// <summary>A row for each run and attribute, in the order of the lines. Runs are named NAME-SEED.</summary>
    public static IEnumerable<string> Rows(IEnumerable<string> lines) =>
        lines
            .Select(line => line.Split('\t'))
            .Where(cells => cells[0] != "run")
            .GroupBy(cells => (Name: Name(cells), Attribute: cells[3]))
            .Select(of => Row(of.Key.Name, of.Key.Attribute, [.. of]));

    private static string Name(string[] cells) => cells[0][..cells[0].LastIndexOf('-')];

    private static string Row(string name, string attribute, string[][] runs)
    {
        double[] Of(int column) => [.. runs.Select(cells => Number(cells[column])).Where(double.IsFinite)];
        string Mean(int column) => Of(column) is { Length: > 0 } values ? Share(values.Average()) : "–";
        string Beside(int column, int before) => Of(before).Length > 0 ? $"{Mean(column)} ({Mean(before)})" : Mean(column);
        var verdicts = runs.CountBy(cells => cells[4]).Select(verdict => runs.Length == 1 ? verdict.Key : $"{verdict.Value} {verdict.Key}");
        var noise = Of(15) is { Length: > 0 } noises
            ? noises.Min() == noises.Max()
                ? string.Create(CultureInfo.InvariantCulture, $"{noises[0]:.0#}")
                : string.Create(CultureInfo.InvariantCulture, $"{noises.Min():.0#} to {noises.Max():.0#}")
            : "–";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {attribute} | {runs.Length} | {string.Join(", ", verdicts)} "
                + $"| {Math.Round(Of(5).Average(), 1) + 0.0:F1} [{Of(6).Min():F1}, {Of(7).Max():F1}] "
                + $"| {Beside(9, 10)} | {Beside(11, 12)} | {Beside(13, 14)} | {noise} |"
        );
    }

    private static string Share(double value) => value.ToString(".000", CultureInfo.InvariantCulture);

    private static double Number(string cell) => double.TryParse(cell, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
}

using System.CommandLine;
using System.Globalization;
using Efface.Data.Reading;
using Efface.Runs;
using Spectre.Console;

namespace Efface.Cli;

/// <summary>efface data inspect.</summary>
internal sealed class DataInspectCommand(Shell shell)
    : RunCommand(shell, "inspect", "Read a data set as training would: counts, joint table, floors, every problem.")
{
    private const int MostRows = 40;

    protected override int Execute(ParseResult asked)
    {
        var inspection = Show(display => DataInspection.Of(Config(asked), display, Shell.Cancel));
        if (IsJson(asked))
            Shell.PrintJson(inspection);
        else
            Print(inspection);
        return Shell.Done;
    }

    private void Print(DataInspection inspection)
    {
        Shell.Out.WriteLine(
            $"{inspection.Data.Name}: {string.Join(", ", inspection.Data.Counts.Select(part => $"{part.Value:N0} {part.Key}"))}; images "
                + $"{string.Join('×', inspection.Image)}"
        );
        if (inspection.Data.Reading is { } reading)
            Shell.Out.WriteLine(
                $"{reading.RowsRead:N0} rows read, {inspection.Skipped.Count:N0} cannot be used, {reading.LeftOut:N0} left out by "
                    + "--limit, --only and --drop."
            );
        Shell.Out.WriteLine("Training images of each class:");
        foreach (var column in inspection.Columns)
            Shell.Out.WriteLine($"  {column.Name}: {Counts(column)}");
        foreach (var (joint, floors) in inspection.Data.Joint.Zip(inspection.Floors))
        {
            var table = new Table().Title(Markup.Escape($"{joint.Attribute} by {joint.Task}, training images")).AddColumn("");
            foreach (var name in joint.TaskClasses)
                table.AddColumn(Markup.Escape(name), column => column.RightAligned());
            for (var z = 0; z < Math.Min(MostRows, joint.AttributeClasses.Count); z++)
                table.AddRow([
                    Markup.Escape(joint.AttributeClasses[z]),
                    .. joint.Counts.Select(row => row[z].ToString("N0", CultureInfo.InvariantCulture)),
                ]);
            if (joint.AttributeClasses.Count > MostRows)
                table.AddRow([Markup.Escape($"… {joint.AttributeClasses.Count - MostRows} more"), .. joint.TaskClasses.Select(_ => "")]);
            Shell.Tables.Write(table);
            Shell.Out.WriteLine(
                $"{joint.Attribute} has {joint.AttributeEntropy:F2} bits, of which {joint.AttributeEntropyGivenTask:F2} remain when "
                    + $"{joint.Task} is known: so much can be forgotten."
            );
            Shell.Out.WriteLine(
                $"Without an image, balanced accuracy {floors.Majority.BalancedAccuracy.Value:P1} knowing nothing, "
                    + $"{floors.LabelOnly.BalancedAccuracy.Value:P1} knowing {joint.Task}."
            );
        }
        foreach (var group in FaultGroup.Of(inspection.Skipped))
            Shell.Out.WriteLine($"Skipped: {group.ToProblem()}");
        foreach (var finding in inspection.Data.Reading?.Findings ?? [])
            Shell.Out.WriteLine($"Note: {finding}");
    }

    private static string Counts(ColumnCounts column)
    {
        const int Shown = 20;
        var counts = column.Classes.Zip(column.Counts, (name, count) => $"{name} {count:N0}").ToArray();
        return string.Join(", ", counts.Take(Shown)) + (counts.Length > Shown ? $" and {counts.Length - Shown} more classes" : "");
    }
}

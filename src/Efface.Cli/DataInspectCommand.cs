using System.Globalization;
using Efface.Runs;
using Spectre.Console;

namespace Efface.Cli;

/// <summary>efface data inspect.</summary>
internal sealed class DataInspectCommand : NativeCommand<RunSettings>
{
    protected override int Execute(RunSettings settings)
    {
        var inspection = DataInspection.Of(settings.ToConfig());
        if (settings.Json) Shell.PrintJson(inspection);
        else Print(inspection);
        return Shell.Done;
    }

    private static void Print(DataInspection inspection)
    {
        Console.Out.WriteLine($"{inspection.Data.Name}: {string.Join(", ", inspection.Data.Counts.Select(part => $"{part.Value:N0} {part.Key}"))}; images {string.Join('×', inspection.Image)}");
        foreach (var column in inspection.Columns)
            Console.Out.WriteLine($"  {column.Name}: {string.Join(", ", column.Classes.Zip(column.Counts, (name, count) => $"{name} {count:N0}"))}");
        foreach (var (joint, floors) in inspection.Data.Joint.Zip(inspection.Floors))
        {
            var table = new Table().Title(Markup.Escape($"{joint.Attribute} by {joint.Task}, training images")).AddColumn("");
            foreach (var name in joint.TaskClasses) table.AddColumn(Markup.Escape(name), column => column.RightAligned());
            for (var z = 0; z < joint.AttributeClasses.Count; z++)
                table.AddRow([Markup.Escape(joint.AttributeClasses[z]), .. joint.Counts.Select(row => row[z].ToString("N0", CultureInfo.InvariantCulture))]);
            AnsiConsole.Write(table);
            Console.Out.WriteLine($"{joint.Attribute} has {joint.AttributeEntropy:F2} bits, of which {joint.AttributeEntropyGivenTask:F2} remain when {joint.Task} is known: so much can be forgotten.");
            Console.Out.WriteLine($"Without an image, balanced accuracy {floors.Majority.BalancedAccuracy.Value:P1} knowing nothing, {floors.LabelOnly.BalancedAccuracy.Value:P1} knowing {joint.Task}.");
        }
    }
}

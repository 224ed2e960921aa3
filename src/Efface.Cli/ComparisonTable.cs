using System.Globalization;
using Efface.Auditing;
using Efface.Reporting;
using Spectre.Console;

namespace Efface.Cli;

/// <summary>Before and after, as a table on stdout.</summary>
internal static class ComparisonTable
{
    public static void Print(IReadOnlyList<RunFolder> folders)
    {
        var rows = folders.Select(ComparisonRow.Of).OfType<ComparisonRow>().ToArray();
        var table = new Table().AddColumn("");
        foreach (var row in rows) table.AddColumn(row.Run == "train" ? "before" : "after", column => column.RightAligned());

        void Add(string name, Func<ComparisonRow, string> cell) => table.AddRow([name, .. rows.Select(row => Markup.Escape(cell(row)))]);
        Add("fidelity (task, test)", row => Percent(row.Fidelity));
        Add("where the attacker reads", row => $"{row.Attribute} at {row.Place}");
        Add("best attacker, balanced accuracy", row => Percent(row.Attack));
        Add("… who also knows the task", row => Percent(row.AttackGivenTask));
        Add("floor: knows the task only", row => Percent(row.LabelOnly));
        Add("leak given the task", row => Percent(row.GivenTask));
        Add("leak beyond the prediction", row => Percent(row.BeyondPrediction));
        Add("AUM", row => row.Aum?.ToString("F3", CultureInfo.InvariantCulture) ?? Missing);
        Add("verdict", row => row.Verdict.ToString());
        AnsiConsole.Write(table);
        foreach (var folder in folders)
            foreach (var reason in folder.Audit?.Reasons ?? [])
                Console.Out.WriteLine($"{(folder.Run.Command == "train" ? "before" : "after")}: {reason}");
    }

    private const string Missing = "—";

    private static string Percent(Measured? measured) => measured is null ? Missing : string.Create(CultureInfo.InvariantCulture, $"{measured.Value:P1} [{measured.Low:P1}, {measured.High:P1}]");
}

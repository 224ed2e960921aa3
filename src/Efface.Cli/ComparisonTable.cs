using System.Globalization;
using Efface.Auditing;
using Efface.Records;
using Spectre.Console;

namespace Efface.Cli;

/// <summary>Before and after, as a table on stdout.</summary>
internal static class ComparisonTable
{
    public static void Print(Shell shell, IReadOnlyList<RunFolder> folders)
    {
        var rows = folders.Select(ComparisonRow.Of).OfType<ComparisonRow>().ToArray();
        var table = new Table().AddColumn("");
        foreach (var row in rows)
            table.AddColumn(Name(row.Run), column => column.RightAligned());

        // Beside what became of them, vectors are what was before.
        string Name(string command) => command == "audit" && rows.Length > 1 ? "before" : Label(command);
        void Add(string name, Func<ComparisonRow, string> cell) => table.AddRow([name, .. rows.Select(row => Markup.Escape(cell(row)))]);
        // Vectors without a task are compared with guessing.
        var hasTask = rows.Any(row => row.Fidelity is not null);
        if (hasTask)
            Add("fidelity (task, test)", row => Percent(row.Fidelity));
        Add("where the attacker reads", row => $"{row.Attribute} at {row.Place}");
        Add("best attacker, balanced accuracy", row => Percent(row.Attack));
        if (hasTask)
            Add("… who also knows the task", row => Percent(row.AttackGivenTask));
        Add(hasTask ? "floor: knows the task only" : "floor: guesses", row => Percent(row.LabelOnly));
        Add(hasTask ? "leak given the task" : "leak over guessing", row => Percent(row.GivenTask));
        if (hasTask)
            Add("leak beyond the prediction", row => Percent(row.BeyondPrediction));
        if (hasTask)
            Add("AUM", row => Plain(row.Aum));
        if (rows.Any(row => row.Kept is not null))
            Add("kept: mean AUC of other attributes", row => Plain(row.Kept?.After));
        if (rows.Any(row => row.Kept?.Within is not null))
            Add("… within each class to forget", row => Plain(row.Kept?.Within));
        if (rows.Any(row => row.Kept?.PredictionOnly is not null))
            Add("… from the bare decision", row => Plain(row.Kept?.PredictionOnly));
        foreach (var rate in rows[^1].Verification?.Rates ?? [])
            Add(string.Create(CultureInfo.InvariantCulture, $"verified at {rate.FalseAccept:P1} false accepts"), row =>
                Percent(row.Verification?.Rates.FirstOrDefault(other => other.FalseAccept == rate.FalseAccept)?.TrueAccept)
            );
        Add("verdict", row => row.Verdict.ToString());
        foreach (var warning in folders.SelectMany(folder => folder.Audit?.Warnings ?? []).Distinct())
            shell.Out.WriteLine($"First: {warning}.");
        shell.Tables.Write(table);
        foreach (var folder in folders)
        {
            foreach (var reason in folder.Audit?.Reasons.Except(folder.Audit.Warnings) ?? [])
                shell.Out.WriteLine($"{Name(folder.Run.Command)}: {reason}");
        }
        if (folders[^1].Audit is not { Source.Count: > 0 } audit)
            return;
        foreach (var line in audit.Source.Select(origin => $"{origin}").Concat(audit.Classes.Select(classes => $"{classes}")))
            shell.Out.WriteLine(line);
    }

    private static string Label(string command) =>
        command switch
        {
            "train" => "before",
            "unlearn" => "after",
            _ => "vectors",
        };

    private const string Missing = "—";

    private static string Plain(double? value) => value?.ToString("F3", CultureInfo.InvariantCulture) ?? Missing;

    private static string Percent(Measured? measured) =>
        measured is null
            ? Missing
            : string.Create(CultureInfo.InvariantCulture, $"{measured.Value:P1} [{measured.Low:P1}, {measured.High:P1}]");
}

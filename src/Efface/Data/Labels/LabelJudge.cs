using Efface.Data.Sheets;

namespace Efface.Data.Labels;

/// <summary>Labels after the rules, and findings about them.</summary>
/// <param name="Columns">In the order in which they were read.</param>
/// <param name="Findings">What was read as missing.</param>
internal sealed record JudgedLabels(IReadOnlyList<SheetColumn> Columns, IReadOnlyList<Finding> Findings);

/// <summary>
/// The one place that decides what a label is, for images and for vectors alike: missing values, the user's rules, and whether the chosen
/// task or attributes are classes at all.
/// </summary>
internal static class LabelJudge
{
    private const string Missing = nameof(LabelRules.Missing),
        Bin = nameof(LabelRules.Bin);

    /// <summary>The sheet with its final labels: without missing ones, after the data set's own rules and the user's.</summary>
    /// <param name="sheet">As read.</param>
    /// <param name="rules">The user's; a bin of theirs replaces the data set's own.</param>
    /// <param name="chosen">Names of task and attributes.</param>
    /// <exception cref="InvalidInputException">A rule names something that does not exist, or a chosen column has no classes.</exception>
    public static LabelSheet Judged(this LabelSheet sheet, LabelRules rules, IReadOnlyCollection<string> chosen)
    {
        var binned = ColumnRules.Parse(rules).Where(rule => rule.Property == Bin).Select(rule => rule.Column).ToHashSet();
        var own = new LabelRules { Bin = sheet.Bins };
        var usual = ColumnRules.Parse(own).Where(rule => !binned.Contains(rule.Column)).Select(rule => rule.Text);
        var draft = new SheetDraft(sheet.Count, sheet.Place);
        var judged = Judge(sheet.Columns, draft, rules with { Bin = [.. usual, .. rules.Bin] }, chosen, $"data set {sheet.Name}");
        return draft.Finish(sheet with { Columns = judged.Columns, Findings = [.. sheet.Findings, .. judged.Findings] }, sheet.Faults);
    }

    /// <summary>Judges the labels of rows.</summary>
    /// <param name="columns">As read.</param>
    /// <param name="rows">Their rows; those that rules leave out are left out, and those that no rule can judge are refused.</param>
    /// <param name="rules">The user's, and before them the data set's own.</param>
    /// <param name="chosen">Names of task and attributes.</param>
    /// <param name="source">The source of the columns, in words.</param>
    /// <exception cref="InvalidInputException">A rule names something that does not exist, or a chosen column has no classes: all of it at
    /// once.</exception>
    public static JudgedLabels Judge(
        IReadOnlyList<SheetColumn> columns,
        SheetDraft rows,
        LabelRules rules,
        IReadOnlyCollection<string> chosen,
        string source
    )
    {
        var (problems, findings) = (new List<Problem>(), new List<Finding>());
        var written = ColumnRules.Parse(rules).ToArray();
        string[] Said(string column) =>
            [.. written.Where(rule => rule.Column == column && rule.Property == Missing).SelectMany(rule => rule.Values)];
        string[] Meant(string column) =>
            [
                .. written
                    .Where(rule => rule.Column == column && rule.Property is not (Missing or Bin))
                    .SelectMany(rule => rule.Into is { } into ? rule.Values.Append(into) : rule.Values),
            ];
        SheetColumn Filled(SheetColumn column)
        {
            var (filled, told) = MissingLabels.Apply(column, Said(column.Name), Meant(column.Name), chosen.Contains(column.Name), problems);
            if (told is not null)
                findings.Add(told);
            if (chosen.Contains(column.Name))
                problems.AddRange(ClassCheck.InDoubt(filled, Meant(column.Name)));
            return filled;
        }
        var unknown = ColumnRules.Unknown(columns, written.Where(rule => rule.Property == Missing), source).ToArray();
        var judged = ColumnRules.Apply([.. columns.Select(Filled)], rows, rules, source, problems);
        problems.AddRange(unknown);
        problems.AddRange(
            judged.Where(column => chosen.Contains(column.Name)).SelectMany(column => ClassCheck.Of(column, Meant(column.Name)))
        );
        return problems.Count == 0 ? new JudgedLabels(judged, findings) : throw new InvalidInputException([.. problems.Distinct()]);
    }
}

namespace Efface.Data;

/// <summary>Decides what each row is used for: as the data set says, else by a seeded draw, stratified by the task, that keeps groups together.</summary>
internal sealed class PartDraw
{
    private const double HeldOut = 0.1;

    private readonly LabelSheet _sheet;
    private readonly DataOptions _options;
    private readonly Func<int, int> _stratum, _group;
    private readonly SheetColumn? _groups;

    public PartDraw(LabelSheet sheet, SheetColumn? task, DataOptions options)
    {
        (_sheet, _options) = (sheet, options);
        _groups = sheet.Columns.FirstOrDefault(column => column.Name == options.Reading.GroupColumn);
        _stratum = task is null ? _ => 0 : row => task.Codes[row];
        // A picture that several rows name must not both train and test.
        _group = _groups is null ? row => sheet.ImageOfRow[row] : row => _groups.Codes[row];
    }

    /// <summary>One part for each row of the sheet; only those of <paramref name="rows"/> mean anything.</summary>
    public Part[] Parts(int[] rows)
    {
        var parts = (Part[]?)_sheet.Parts?.Clone() ?? new Part[_sheet.Count];
        if (_sheet.Parts is null)
            foreach (var row in Splits.DrawGroups(rows, _stratum, _group, HeldOut, _options.Seed)) parts[row] = Part.Test;
        if (!Array.Exists(rows, row => parts[row] == Part.Validation))
        {
            int[] train = [.. rows.Where(row => parts[row] == Part.Train)];
            var fraction = _sheet.Parts is null ? HeldOut / (1 - HeldOut) : HeldOut;
            foreach (var row in Splits.DrawGroups(train, _stratum, _group, fraction, _options.Seed)) parts[row] = Part.Validation;
        }
        return parts;
    }

    /// <summary>Where the data set's own parts share a group, its rows stay in the part that is read last.</summary>
    public int[] WithoutSharedGroups(int[] rows, Part[] parts, Action<int, string?, string?, string, string> refuse)
    {
        if (_groups is null || _sheet.Parts is null) return rows;
        var last = new Dictionary<int, Part>();
        foreach (var row in rows) last[_group(row)] = last.TryGetValue(_group(row), out var part) && part > parts[row] ? part : parts[row];
        foreach (var row in rows.Where(row => last[_group(row)] != parts[row]))
            refuse(row, _groups.Name, _groups.Value(row), $"is also in the {last[_group(row)].Word()} part, which tests what {parts[row].Word()} has seen", "Give the group one part");
        return [.. rows.Where(row => last[_group(row)] == parts[row])];
    }

    /// <summary>At most as many rows of each part as the limit says, stratified by the task.</summary>
    public int[] Limit(int[] rows, Part[] parts)
    {
        if (_options.Limit is not { } limit) return rows;
        var kept = new List<int>();
        foreach (var part in Enum.GetValues<Part>())
        {
            int[] all = [.. rows.Where(row => parts[row] == part)];
            kept.AddRange(all.Length <= limit ? all : Splits.Draw(all, _stratum, (double)limit / all.Length, _options.Seed + 1));
        }
        return [.. kept.Order()];
    }
}

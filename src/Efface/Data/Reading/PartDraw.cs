using Efface.Data.Sheets;

namespace Efface.Data.Reading;

/// <summary>
/// Decides the part of each row: as the data set says, else by a seeded draw, stratified by the task, that keeps groups together.
/// </summary>
/// <param name="count">Rows of the sheet.</param>
/// <param name="stratum">The stratum of a row, such as its task.</param>
/// <param name="group">The group of a row.</param>
/// <param name="seed">The same seed draws the same parts.</param>
internal sealed class PartDraw(int count, Func<int, int> stratum, Func<int, int> group, int seed)
{
    private const double HeldOut = 0.1;

    /// <summary>The part of each row as the data set has it; null if all are drawn.</summary>
    public Part[]? Given { get; init; }

    /// <summary>Share of the rows that a draw of all parts gives to test.</summary>
    public double TestShare { get; init; } = HeldOut;

    /// <summary>Share that it gives to validation.</summary>
    public double ValidationShare { get; init; } = HeldOut;

    /// <summary>One part for each row of the sheet; only those of <paramref name="rows"/> are meaningful.</summary>
    public Part[] Parts(int[] rows)
    {
        var parts = (Part[]?)Given?.Clone() ?? new Part[count];
        if (Given is null)
            foreach (var row in Splits.DrawGroups(rows, stratum, group, TestShare, seed))
                parts[row] = Part.Test;
        if (!Array.Exists(rows, row => parts[row] == Part.Validation))
        {
            int[] train = [.. rows.Where(row => parts[row] == Part.Train)];
            var fraction = Given is null ? ValidationShare / (1 - TestShare) : HeldOut;
            foreach (var row in Splits.DrawGroups(train, stratum, group, fraction, seed))
                parts[row] = Part.Validation;
        }
        return parts;
    }

    /// <summary>If the data set's own parts share a group, its rows stay in the part that is evaluated last.</summary>
    public int[] WithoutSharedGroups(int[] rows, Part[] parts, SheetColumn groups, Action<int, string?, string?, string, string> refuse)
    {
        if (Given is null)
            return rows;
        var last = new Dictionary<int, Part>();
        foreach (var row in rows)
            last[group(row)] = last.TryGetValue(group(row), out var part) && part > parts[row] ? part : parts[row];
        foreach (var row in rows.Where(row => last[group(row)] != parts[row]))
            refuse(
                row,
                groups.Name,
                groups.Value(row),
                $"is also in the {last[group(row)].Word()} part, which tests what {parts[row].Word()} has seen",
                "Give the group one part"
            );
        return [.. rows.Where(row => last[group(row)] == parts[row])];
    }

    /// <summary>At most as many rows of each part as the limit says, stratified by the task.</summary>
    public int[] Limit(int[] rows, Part[] parts, int? most)
    {
        if (most is not { } limit)
            return rows;
        var kept = new List<int>();
        foreach (var part in Enum.GetValues<Part>())
        {
            int[] all = [.. rows.Where(row => parts[row] == part)];
            kept.AddRange(Splits.AtMost(all, limit, stratum, seed + 1));
        }
        return [.. kept.Order()];
    }
}

using Efface.Data.Sheets;

namespace Efface.Data.Reading;

/// <summary>What reading a data set found besides its images.</summary>
/// <param name="RowsRead">Every row of the data set, usable or not.</param>
/// <param name="LeftOut">Rows that <c>--only</c>, <c>--drop</c> or <c>--limit</c> left out: the user's own choice.</param>
/// <param name="Skipped">Rows that cannot be used.</param>
/// <param name="Findings">What does not stop the run, but should be known.</param>
public sealed record DataReport(int RowsRead, int LeftOut, IReadOnlyList<RowFault> Skipped, IReadOnlyList<Finding> Findings)
{
    /// <summary>Nothing to report.</summary>
    public static DataReport Empty { get; } = new(0, 0, [], []);

    /// <summary>All of it in sentences.</summary>
    public IEnumerable<string> Notes =>
        [.. Groups.Select(group => $"skipped: {group.ToProblem()}"), .. Findings.Select(finding => $"note: {finding}")];

    /// <summary>The skipped rows by kind, the most frequent first.</summary>
    public IReadOnlyList<FaultGroup> Groups => FaultGroup.Of(Skipped);
}

/// <summary>All rows with the same fault.</summary>
/// <param name="Fault">In words.</param>
/// <param name="Remedy">What the user can do about it.</param>
/// <param name="Rows">Each of them.</param>
public sealed record FaultGroup(string Fault, string Remedy, IReadOnlyList<RowFault> Rows)
{
    private const int Shown = 5;

    /// <summary>Groups faults by kind, the most frequent first.</summary>
    public static IReadOnlyList<FaultGroup> Of(IEnumerable<RowFault> faults) =>
        [
            .. faults
                .GroupBy(fault => (fault.Fault, fault.Remedy))
                .Select(group => new FaultGroup(group.Key.Fault, group.Key.Remedy, [.. group]))
                .OrderByDescending(group => group.Rows.Count),
        ];

    /// <summary>Count and first few, as a problem.</summary>
    public Problem ToProblem() =>
        new(
            Rows.Count == 1
                ? Rows[0].Where
                : $"{Rows.Count:N0} rows "
                    + $"({string.Join("; ", Rows.Take(Shown).Select(row => row.Where))}{(Rows.Count > Shown ? "; …" : "")})",
            Fault,
            Remedy
        );
}

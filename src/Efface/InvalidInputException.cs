namespace Efface;

/// <summary>One thing that is wrong with the user's input.</summary>
/// <param name="Subject">The file, row, column, flag or value in question.</param>
/// <param name="Fault">What is wrong with it.</param>
/// <param name="Remedy">What the user can do about it.</param>
public sealed record Problem(string Subject, string Fault, string Remedy)
{
    /// <summary>A problem for each name that appears more than once in a flag's list.</summary>
    internal static IEnumerable<Problem> NamedTwice(string flag, IEnumerable<string> names, string kind) =>
        names
            .CountBy(name => name)
            .Where(count => count.Value > 1)
            .Select(count => new Problem($"{flag} {count.Key}", "named twice", $"Name each {kind} once"));

    /// <inheritdoc/>
    public override string ToString() => $"{Subject}: {Fault}. {Remedy}.";
}

/// <summary>The user's input is wrong. Carries every problem found, not only the first (exit code 2).</summary>
/// <param name="problems">At least one problem.</param>
public sealed class InvalidInputException(IReadOnlyList<Problem> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>A single problem.</summary>
    public InvalidInputException(string subject, string fault, string remedy)
        : this([new Problem(subject, fault, remedy)]) { }

    /// <summary>Every problem found.</summary>
    public IReadOnlyList<Problem> Problems { get; } = problems;
}

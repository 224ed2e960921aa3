using Efface.Auditing;
using Efface.Data;

namespace Efface.Runs;

/// <summary>What is wrong with the settings of an audit, each with its remedy.</summary>
internal static class AuditChecks
{
    /// <summary>The flags.</summary>
    public static IEnumerable<Problem> Settings(AuditSettings settings, IReadOnlyList<string> sought, string otherwise)
    {
        if (sought.Count == 0)
            yield return new Problem(
                "--attribute",
                $"missing, and {otherwise}",
                "Name the columns to look for, such as --attribute glasses"
            );
        foreach (var problem in Problem.NamedTwice("--attribute", sought, "attribute"))
            yield return problem;
        if (settings.Tolerance is not (> 0 and < 1))
            yield return new Problem(
                $"--tolerance {settings.Tolerance}",
                "not between 0 and 1",
                "Give a share of balanced accuracy such as 0.05"
            );
        if (settings.WorstTolerance is not (> 0 and < 1))
            yield return new Problem($"--worst-tolerance {settings.WorstTolerance}", "not between 0 and 1", "Give a share such as 0.25");
        if (settings.Confidence is not (>= 0.5 and < 1))
            yield return new Problem($"--confidence {settings.Confidence}", "not from 0.5 to below 1", "Give a confidence such as 0.95");
        if (settings.Seeds.Count == 0)
            yield return new Problem("--seeds 0", "below 1", "Give 1 or more");
        string[] known = [.. Attackers.All.Where(attacker => !attacker.IsFloor).Select(attacker => attacker.Name)];
        if (settings.Attackers.Except(known).ToArray() is { Length: > 0 } unknown)
            yield return new Problem(
                $"--attackers {string.Join(',', unknown)}",
                "no such attacker",
                $"Choose from {string.Join(", ", known)}"
            );
    }

    /// <summary>The columns to look for.</summary>
    /// <param name="columns">Those that there are.</param>
    /// <param name="task">y; null without a task.</param>
    /// <param name="sought">Names.</param>
    /// <param name="test">Rows of the test part.</param>
    /// <param name="source">What holds the columns, in words.</param>
    public static IEnumerable<Problem> Columns(
        IReadOnlyList<Column> columns,
        Column? task,
        IReadOnlyList<string> sought,
        int[] test,
        string source
    )
    {
        foreach (var name in sought)
        {
            if (columns.FirstOrDefault(column => column.Name == name) is not { } column)
                yield return new Problem(
                    $"--attribute {name}",
                    $"not in {source}",
                    $"Its columns are {string.Join(", ", columns.Select(other => other.Name))}"
                );
            else if (name == task?.Name)
                yield return new Problem($"--attribute {name}", "is the task itself", "Name another column");
            else if (task is not null && JointTable.Of(task, column, test).TaskDeterminesAttribute)
                yield return new Problem(
                    $"--attribute {name}",
                    $"task {task.Name} determines it: there is nothing beyond the task to find",
                    "Name another column"
                );
        }
    }
}

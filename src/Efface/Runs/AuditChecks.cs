using Efface.Auditing;
using Efface.Data;

namespace Efface.Runs;

/// <summary>What is wrong with the settings of an audit, each with its remedy.</summary>
internal static class AuditChecks
{
    /// <summary>The settings, and that there is an attribute to look for.</summary>
    public static IEnumerable<Problem> Settings(AuditSettings settings, IReadOnlyList<string> sought, string otherwise)
    {
        if (sought.Count == 0)
            yield return new Problem(
                "`attributes`",
                $"missing, and {otherwise}",
                "Name the columns to look for, such as `attributes` glasses"
            );
        foreach (var problem in Problem.NamedTwice("`attributes`", sought, "attribute"))
            yield return problem;
        foreach (var problem in settings.Check())
            yield return problem;
    }

    /// <summary>The columns to look for.</summary>
    /// <param name="columns">The existing columns.</param>
    /// <param name="task">y; null without a task.</param>
    /// <param name="sought">The names to look for.</param>
    /// <param name="test">Rows of the test part.</param>
    /// <param name="source">The source of the columns, in words.</param>
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
                    $"`attributes` {name}",
                    $"not in {source}",
                    $"Its columns are {string.Join(", ", columns.Select(other => other.Name))}"
                );
            else if (name == task?.Name)
                yield return new Problem($"`attributes` {name}", "is the task itself", "Name another column");
            else if (task is not null && JointTable.Of(task, column, test).TaskDeterminesAttribute)
                yield return new Problem(
                    $"`attributes` {name}",
                    $"task {task.Name} determines it: there is nothing beyond the task to find",
                    "Name another column"
                );
        }
    }
}

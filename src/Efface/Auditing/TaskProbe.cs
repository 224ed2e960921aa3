using Efface.Auditing.Attacks;
using Efface.Data;
using static TorchSharp.torch;

namespace Efface.Auditing;

/// <summary>
/// ŷ for representations whose model is not available: the task as predicted by logistic regression fitted on the training part.
/// </summary>
internal static class TaskProbe
{
    /// <summary>The decisions on the images of each part, in the order of the representations.</summary>
    /// <param name="values">Representations, [N, ...].</param>
    /// <param name="place">The place of the representations.</param>
    /// <param name="task">y, of N labels.</param>
    /// <param name="parts">The rows of training, validation and test.</param>
    public static int[][] Predict(Tensor values, Place place, Column? task, IReadOnlyList<int[]> parts)
    {
        if (task is null)
            return [.. parts.Select(rows => new int[rows.Length])];
        using var scope = NewDisposeScope();
        var problem = place.Problem(task.Classes.Count);
        var sets = parts
            .Select(rows =>
            {
                int[] y = [.. rows.Select(row => task.Labels[row])];
                return new AttackSet(values.index_select(0, tensor(rows.Select(row => (long)row).ToArray())), y, y, y);
            })
            .ToArray();
        IAttacker reader = problem.IsDiscrete ? new LookupAttacker() : new LinearAttacker();
        using var fitted = reader.Fit(problem, sets[0], sets[1], seed: 0);
        return [.. sets.Select(set => new Readings(fitted.Read(set), sets[0].Prior(task.Classes.Count), set.Attribute).Decisions())];
    }
}

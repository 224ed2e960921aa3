using Efface.Auditing;
using Efface.Auditing.Attacks;
using Efface.Data;
using Efface.Data.Reading;
using Efface.Data.Sheets;
using Efface.Data.Sources;
using Efface.Records;

namespace Efface.Runs;

/// <summary>A column's classes, and the number of training images of each.</summary>
internal sealed record ColumnCounts(string Name, IReadOnlyList<string> Classes, int[] Counts);

/// <summary>What a user should know about a data set before training: its contents, and the most that can be forgotten.</summary>
/// <param name="Data">Counts, fingerprint, joint tables, findings.</param>
/// <param name="Image">[C, H, W].</param>
/// <param name="Columns">Every column.</param>
/// <param name="Floors">For each attribute, what can be read without looking at an image.</param>
/// <param name="Skipped">Rows that cannot be used.</param>
internal sealed record DataInspection(
    DataRecord Data,
    long[] Image,
    IReadOnlyList<ColumnCounts> Columns,
    IReadOnlyList<AttributeFloors> Floors,
    IReadOnlyList<RowFault> Skipped
)
{
    /// <summary>Reads a data set as training would.</summary>
    /// <param name="config">The user's settings; without a task the columns are listed, and there are no floors.</param>
    /// <param name="observer">Receives the progress of decoding.</param>
    /// <param name="cancel">Stops decoding early.</param>
    /// <exception cref="InvalidInputException">Every problem found.</exception>
    public static DataInspection Of(RunConfig config, IReadingObserver? observer = null, CancellationToken cancel = default)
    {
        var hasTask = config.Data.Task is not null || DataSources.Find(config.Data.Name)?.Task is not null;
        if (!hasTask)
        {
            var data = Preflight.Look(config, observer, cancel);
            using (data.Table)
                return Of(data.Table, null, [], data.Report);
        }
        using var prepared = Preflight.Check(config, forgets: config.Recipe.Forget.Count > 0, observer, cancel: cancel);
        return Of(prepared.Table, prepared.Labels.Task, prepared.Labels.Attributes, prepared.Report);
    }

    private static DataInspection Of(ImageTable table, Column? task, IReadOnlyList<Column> attributes, DataReport report)
    {
        var rows = table.Rows(Part.Train);
        return new DataInspection(
            DataRecord.Of(table, task, attributes, report),
            table.Shape,
            [.. table.Columns.Select(column => new ColumnCounts(column.Name, column.Classes, column.Count(rows)))],
            task is null ? [] : [.. attributes.Select(attribute => AttributeFloors.Of(table, task, attribute))],
            report.Skipped
        );
    }
}

/// <summary>What an attacker reaches on test without looking at an image.</summary>
internal sealed record AttributeFloors(string Attribute, Floor Majority, Floor LabelOnly)
{
    /// <summary>Fits both floors on train and evaluates them on test.</summary>
    public static AttributeFloors Of(ImageTable table, Column task, Column attribute)
    {
        AttackSet Set(Part part)
        {
            var rows = table.Rows(part);
            int[] y = [.. rows.Select(row => task.Labels[row])];
            return new AttackSet(TorchSharp.torch.zeros(0), y, y, [.. rows.Select(row => attribute.Labels[row])]);
        }
        var parts = new AttackParts(
            new AttackProblem([], 1, 0, attribute.Classes.Count),
            Set(Part.Train),
            Set(Part.Validation),
            Set(Part.Test)
        );
        Floor Floor(Attack attack)
        {
            var scores = attack.Test.Score(new Sampling(new AuditSettings().Confidence));
            return new Floor(scores.Accuracy, scores.BalancedAccuracy);
        }
        return new AttributeFloors(attribute.Name, Floor(parts.Floor(FloorAttacker.Majority)), Floor(parts.Floor(FloorAttacker.LabelOnly)));
    }
}

using Efface.Baselines;
using Efface.Data;
using Efface.Data.Reading;
using Efface.Data.Sheets;
using Efface.Data.Vectors;

namespace Efface.Records;

/// <summary>run.json: the command, its settings and data, and the result.</summary>
public sealed record RunRecord
{
    /// <summary>The version of this file's format.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary><c>train</c>, <c>unlearn</c>, or <c>audit</c> if only representations were audited.</summary>
    public required string Command { get; init; }

    /// <summary>The start time, UTC.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>All settings of the run.</summary>
    public required RunConfig Config { get; init; }

    /// <summary>The machine and the versions.</summary>
    public required EnvironmentRecord Environment { get; init; }

    /// <summary>The images, before anything was removed from them.</summary>
    public required DataRecord Data { get; init; }

    /// <summary>The effect of removing an attribute's area from them; null if nothing was removed.</summary>
    public AttentionRemovalResult? AttentionRemoval { get; init; }

    /// <summary>SHA-256 of each file of the weights that it started from, by its name; null if it has none from elsewhere.</summary>
    public IReadOnlyDictionary<string, string>? Weights { get; init; }

    /// <summary>The result; null while it runs.</summary>
    public ResultRecord? Result { get; init; }
}

/// <summary>The machine and the versions.</summary>
public sealed record EnvironmentRecord(
    string Efface,
    string Runtime,
    string OperatingSystem,
    string Processor,
    int Cores,
    int Threads,
    string Torch,
    string Device
);

/// <summary>The examples of a run.</summary>
/// <param name="Name">The data set.</param>
/// <param name="Fingerprint">SHA-256 over values, labels and parts.</param>
/// <param name="Counts">Examples of each part.</param>
/// <param name="Joint">For each attribute the training part's counts.</param>
/// <param name="Reading">What was found while reading.</param>
public sealed record DataRecord(
    string Name,
    string Fingerprint,
    IReadOnlyDictionary<string, int> Counts,
    IReadOnlyList<JointRecord> Joint,
    ReadingRecord? Reading = null
)
{
    /// <summary>The classes of task and attributes, and their images in each part.</summary>
    public IReadOnlyList<ClassCounts> Classes { get; init; } = [];

    /// <summary>Which parts of which files were used as vectors; empty for images.</summary>
    public IReadOnlyList<VectorOrigin> Vectors { get; init; } = [];

    /// <summary>Counts a table's parts.</summary>
    public static DataRecord Of(Examples table, Column? task, IReadOnlyList<Column> attributes, DataReport? report = null) =>
        new(
            table.Name,
            table.Fingerprint,
            Enum.GetValues<Part>().ToDictionary(part => part.Word(), part => table.Rows(part).Length),
            task is null ? [] : [.. attributes.Select(attribute => JointRecord.Of(JointTable.Of(task, attribute, table.Rows(Part.Train))))],
            report is null ? null : ReadingRecord.Of(report)
        )
        {
            Classes = [.. attributes.Prepend(task).OfType<Column>().Select(column => ClassCounts.Of(column, table.Rows))],
            Vectors = (table as VectorTable)?.Origins ?? [],
        };
}

/// <summary>What reading the data found besides images; skipped.csv lists the skipped rows.</summary>
/// <param name="RowsRead">Every row of the data set.</param>
/// <param name="LeftOut">Rows that <c>--only</c>, <c>--drop</c> or <c>--limit</c> left out.</param>
/// <param name="Skipped">Rows that could not be used, by fault.</param>
/// <param name="Findings">What else should be known.</param>
public sealed record ReadingRecord(int RowsRead, int LeftOut, IReadOnlyDictionary<string, int> Skipped, IReadOnlyList<Finding> Findings)
{
    /// <summary>Converts a report.</summary>
    public static ReadingRecord Of(DataReport report) =>
        new(
            report.RowsRead,
            report.LeftOut,
            report.Groups.GroupBy(group => group.Fault).ToDictionary(groups => groups.Key, groups => groups.Sum(group => group.Rows.Count)),
            report.Findings
        );
}

/// <summary>How often each class of the attribute occurs with each class of the task.</summary>
/// <param name="Task">The task's column.</param>
/// <param name="Attribute">The attribute's column.</param>
/// <param name="TaskClasses">Names of the rows.</param>
/// <param name="AttributeClasses">Names of the columns.</param>
/// <param name="Counts">[classes of y][classes of z].</param>
/// <param name="AttributeEntropy">H(z), bits.</param>
/// <param name="AttributeEntropyGivenTask">H(z|y), bits: the most that could be forgotten.</param>
public sealed record JointRecord(
    string Task,
    string Attribute,
    IReadOnlyList<string> TaskClasses,
    IReadOnlyList<string> AttributeClasses,
    int[][] Counts,
    double AttributeEntropy,
    double AttributeEntropyGivenTask
)
{
    /// <summary>Converts a table.</summary>
    public static JointRecord Of(JointTable joint) =>
        new(
            joint.Task.Name,
            joint.Attribute.Name,
            joint.Task.Classes,
            joint.Attribute.Classes,
            [
                .. Enumerable
                    .Range(0, joint.Task.Classes.Count)
                    .Select(y => Enumerable.Range(0, joint.Attribute.Classes.Count).Select(z => joint[y, z]).ToArray()),
            ],
            joint.AttributeEntropy,
            joint.AttributeEntropyGivenTask
        );
}

/// <summary>The result of a training.</summary>
/// <param name="Fidelity">Accuracy of the task on validation.</param>
/// <param name="Epochs">Finished epochs.</param>
/// <param name="Seconds">From reading the data to the saved model.</param>
/// <param name="Interrupted">Whether the user stopped it.</param>
/// <param name="Diverged">The cause, if a loss stopped being a number.</param>
public sealed record ResultRecord(double Fidelity, int Epochs, double Seconds, bool Interrupted, string? Diverged);

using Efface.Auditing;
using Efface.Records;
using Efface.Training;

namespace Efface.Reporting.Page;

/// <summary>A run as the report sees it: read once, with its own label.</summary>
/// <param name="Index">Its place in the order given; decides colour and marker.</param>
/// <param name="Label">Its name in the report.</param>
/// <param name="Folder">The folder with its pictures.</param>
/// <param name="Record">run.json.</param>
/// <param name="Audit">audit.json; null if there is none.</param>
/// <param name="Metrics">metrics.jsonl.</param>
internal sealed record ReportRun(
    int Index,
    string Label,
    RunFolder Folder,
    RunRecord Record,
    AuditResult? Audit,
    IReadOnlyList<EpochMetrics> Metrics
)
{
    /// <summary>The version that wrote it, without the commit.</summary>
    public string Version => Record.Environment.Efface.Split('+')[0];

    /// <summary>Whether it made a model forget.</summary>
    public bool Unlearns => Record.Command == "unlearn";

    /// <summary>
    /// Whether it is a model before unlearning; a report without one may still have its numbers from the audit of the model after.
    /// </summary>
    public bool IsBefore => Record is { Command: "train" } or { Command: "audit", Config.Erasing: not null };

    /// <summary>Whether there is a task; vectors from another program need not have one.</summary>
    public bool HasTask => Audit is null || Audit.Fidelity is not null;

    /// <summary>The column the model is for, if any.</summary>
    public string Task => Record.Data.Joint.Select(joint => joint.Task).FirstOrDefault() ?? Record.Config.Data.Task ?? "the task";

    /// <summary>The share of training images with the task's commonest answer; null if the joint table is not known.</summary>
    public double? Guessing =>
        Record
            .Data.Joint.Select(joint => joint.Counts.Select(row => row.Sum()).ToList())
            .Where(answers => answers.Sum() > 0)
            .Select(answers => (double?)answers.Max() / answers.Sum())
            .FirstOrDefault();

    /// <summary>Every place for every attribute, and for all attributes at once.</summary>
    public IEnumerable<RepresentationAudit> Audits => Audit?.All ?? [];

    /// <summary>Whether it took attributes out of another program's vectors.</summary>
    public bool IsErased => Record is { Command: "unlearn", Config.IsOfVectors: true };

    /// <summary>The places that decide the verdict.</summary>
    public IEnumerable<RepresentationAudit> Released => Audits.Where(audit => audit.Released);

    /// <summary>B of its bottleneck; null if its model has none, or is missing.</summary>
    public int? Bits => Record.Config.Recipe.Bits ?? (TrainedModel.IsIn(Folder.Path) ? TrainedModel.Describe(Folder.Path).Bits : null);

    /// <summary>The audited attributes, joint ones last; without an audit, those to forget.</summary>
    public IReadOnlyList<string> Attributes =>
        Audit is null ? Record.Config.Recipe.Forget : [.. Audits.Select(audit => audit.Attribute).Distinct()];

    /// <summary>The attributes audited one at a time.</summary>
    public IReadOnlyList<string> SingleAttributes =>
        [.. Attributes.Where(name => Audit is null || Audit.Joint.All(joint => joint.Attribute != name))];

    /// <summary>The released place where an attribute is read best; null if it was not audited.</summary>
    public RepresentationAudit? Worst(string attribute) =>
        Released.Where(audit => audit.Attribute == attribute).MaxBy(audit => (audit.Verdict, audit.Leak.GivenTask.Value));

    /// <summary>Subgroups in which a released place surely leaks more than is tolerated, the largest leak first.</summary>
    public IReadOnlyList<(RepresentationAudit Place, SubgroupResult Subgroup)> LeakingSubgroups =>
        [
            .. Released
                .SelectMany(place =>
                    place
                        .Subgroups.Where(subgroup => subgroup.GivenTask.Low > Audit!.Settings.Tolerance)
                        .Select(subgroup => (place, subgroup))
                )
                .OrderByDescending(entry => entry.subgroup.GivenTask.Low),
        ];

    /// <summary>Reads the folders.</summary>
    public static IReadOnlyList<ReportRun> Of(IReadOnlyList<RunFolder> folders)
    {
        var runs = folders
            .Select(
                (folder, index) =>
                {
                    var record = folder.Run;
                    var label = record switch
                    {
                        { Command: "unlearn" } => "After unlearning",
                        { Command: "train", AttentionRemoval: not null } => "With areas removed",
                        { Command: "train" } or { Command: "audit", Config.Erasing: not null } => "Before unlearning",
                        _ => "As it stands",
                    };
                    return new ReportRun(index, label, folder, record, folder.Audit, folder.Metrics);
                }
            )
            .ToList();
        return runs.DistinctBy(run => run.Label).Count() == runs.Count
            ? runs
            :
            [
                .. runs.Select(run =>
                    run with
                    {
                        Label = $"{run.Index + 1}. {run.Label}: {Path.GetFileName(Path.TrimEndingDirectorySeparator(run.Folder.Path))}",
                    }
                ),
            ];
    }
}

using Efface.Auditing;
using Efface.Records;

namespace Efface.Runs.Experiments;

/// <summary>
/// One way to forget, over its seeds: means, with the smallest lower and the largest upper end of the seeds' intervals (they share their
/// test images, so nothing narrower is certain).
/// </summary>
internal sealed record MethodRow
{
    /// <summary>
    /// The recipe, or <c>before</c> for the model before unlearning; if a recipe releases an earlier stage than the embedding, <c>before,
    /// at STAGE</c> for the same model read there.
    /// </summary>
    public required string Method { get; init; }

    /// <summary>The network.</summary>
    public required string Model { get; init; }

    /// <summary>The data set.</summary>
    public required string Data { get; init; }

    /// <summary>The task.</summary>
    public required string Task { get; init; }

    /// <summary>The attribute to forget; several are joined by +.</summary>
    public required string Attribute { get; init; }

    /// <summary>
    /// What attackers read of it: one attribute, or all at once. If none was chosen, leak, verdict and bound are the worst of all, and
    /// attack, floors and AUM those of the first.
    /// </summary>
    public required string Read { get; init; }

    /// <summary>The number of seeds.</summary>
    public required int Seeds { get; init; }

    /// <summary>Accuracy of the task on test.</summary>
    public required Measured Fidelity { get; init; }

    /// <summary>Plain accuracy of the attacker without y, as in the paper.</summary>
    public required Measured Attack { get; init; }

    /// <summary>Plain accuracy of always guessing the majority.</summary>
    public required double Majority { get; init; }

    /// <summary>Plain accuracy from y alone.</summary>
    public required double LabelOnly { get; init; }

    /// <summary>Plain accuracy from the model's decision alone.</summary>
    public required double PredictionOnly { get; init; }

    /// <summary>The paper's AUM from <see cref="Attack"/> and <see cref="Fidelity"/>.</summary>
    public required double Aum { get; init; }

    /// <summary>A(h,y) - A(y) in balanced accuracy, of the chosen attacker at the worst released place.</summary>
    public required Measured Leak { get; init; }

    /// <summary>The worst verdict of a seed.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>
    /// The released place of <see cref="Leak"/>, for <c>h</c> with its stage; null in tables stored before this was recorded.
    /// </summary>
    public string? Place { get; init; }

    /// <summary>
    /// The most that any attacker that knows y can read beyond it, in balanced accuracy: the largest over seeds; null without a code.
    /// </summary>
    public double? Certified { get; init; }

    /// <summary>Mean AUC of everything that should stay; null if there is nothing else.</summary>
    public double? Kept { get; init; }

    /// <summary>The same from the model's decision alone.</summary>
    public double? KeptByPrediction { get; init; }

    /// <summary>
    /// Binary cross-entropy, in nats, of test images that a fresh decoder reconstructs from the released representation: the lower, the
    /// more of everything is left; null if nothing was reconstructed.
    /// </summary>
    public double? DrawingError { get; init; }

    /// <summary>Mean seconds of training, from reading the data to the saved model.</summary>
    public required double Seconds { get; init; }

    /// <summary>Requested epochs.</summary>
    public required int Epochs { get; init; }

    /// <summary>Images of the training part, and of the test part.</summary>
    public required int TrainingImages { get; init; }

    /// <inheritdoc cref="TrainingImages"/>
    public required int TestImages { get; init; }

    /// <summary>Combines the seeds of one method.</summary>
    /// <param name="method">Its name.</param>
    /// <param name="runs">Audited, one for each seed.</param>
    /// <param name="read">One attribute, or the name of all at once; null for the one read best.</param>
    public static MethodRow Of(string method, IReadOnlyList<RunFolder> runs, string? read = null)
    {
        var (records, audits) = (runs.Select(run => run.Run).ToList(), runs.Select(run => run.Audit!).ToList());
        var (first, worst) = (records[0], audits.Select(audit => read is null ? audit.Worst : audit.WorstFor(read)).ToList());
        var attacked = read ?? audits[0].Sought.First();
        var (floors, attacks) = (
            audits.Select(audit => audit.WorstFor(attacked).Floors).ToList(),
            audits.Select(audit => audit.AttackAccuracyOn(attacked)).ToList()
        );
        double Mean(IEnumerable<double> values) => values.Average();
        double? MeanIfAny(IEnumerable<double?> values) => values.Average();
        return new MethodRow
        {
            Method = method,
            Model = first.Config.Model.Name,
            Data = first.Data.Name,
            Task = first.Config.Data.Task!,
            Attribute = string.Join('+', audits[0].Sought),
            Read = read ?? string.Join('+', audits[0].Sought),
            Seeds = runs.Count,
            Fidelity = Envelope(audits.Select(audit => audit.Fidelity!)),
            Attack = Envelope(attacks),
            Majority = Mean(floors.Select(floor => floor.Majority.Accuracy.Value)),
            LabelOnly = Mean(floors.Select(floor => floor.LabelOnly!.Accuracy.Value)),
            PredictionOnly = Mean(floors.Select(floor => floor.PredictionOnly!.Accuracy.Value)),
            Aum = Mean(audits.Zip(attacks, (audit, attack) => AuditResult.AttributeUnlearningMetric(attack.Value, audit.Fidelity!.Value))),
            Leak = Envelope(worst.Select(place => place.Leak.GivenTask)),
            Verdict = worst.Max(place => place.Verdict),
            Place = string.Join(
                ", ",
                worst
                    .Zip(records, (place, run) => place.Name.Split(' ')[0] == "h" ? $"{place.Name} ({run.Config.Model.Split})" : place.Name)
                    .Distinct()
            ),
            Certified = audits.Max(audit => Bound(audit, read)),
            Kept = MeanIfAny(audits.Select(audit => audit.CollateralMean?.After)),
            KeptByPrediction = MeanIfAny(audits.Select(audit => audit.CollateralMean?.PredictionOnly)),
            DrawingError = MeanIfAny(audits.Select(audit => audit.Reconstruction?.Error.Value)),
            Seconds = Mean(records.Select(record => record.Result!.Seconds)),
            Epochs = first.Result!.Epochs,
            TrainingImages = first.Data.Counts["train"],
            TestImages = first.Data.Counts["test"],
        };
    }

    /// <summary>Means, within the widest interval.</summary>
    public static Measured Envelope(IEnumerable<Measured> seeds)
    {
        var all = seeds.ToList();
        return new Measured(
            all.Average(seed => seed.Value),
            all.Min(seed => seed.Low),
            all.Max(seed => seed.High),
            all.Min(seed => seed.N)
        );
    }

    // For the released representation, if it is a code.
    private static double? Bound(AuditResult audit, string? read) =>
        audit
            .All.Where(place => place.Released && place.Kind == "discrete" && (read is null || place.Attribute == read))
            .Select(place => place.Certificates.LastOrDefault(bound => bound.Metric == Certificate.OfBalancedAccuracy)?.Leak)
            .Max();
}

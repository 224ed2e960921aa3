using Efface.Data;
using Efface.Training;

namespace Efface.Auditing;

/// <summary>Where an audit stands.</summary>
/// <param name="Done">Attacks that are finished.</param>
/// <param name="Total">Attacks in all.</param>
/// <param name="Now">What is being attacked, and how.</param>
public sealed record AuditProgress(int Done, int Total, string Now);

/// <summary>Sends fresh attackers to every place of a trained model, for every attribute, and judges.</summary>
public sealed class Auditor(AuditSettings settings, Action<AuditProgress>? onProgress = null)
{
    private int _done, _total;

    /// <summary>Audits a model on a table whose parts are those it was trained with.</summary>
    /// <param name="model">Trained; put into evaluation mode.</param>
    /// <param name="table">With train, validation and test.</param>
    /// <param name="attributes">Names of the columns to look for.</param>
    /// <param name="cancel">Checked before each attack.</param>
    public AuditResult Audit(TrainedModel model, ImageTable table, IReadOnlyList<string> attributes, CancellationToken cancel = default)
    {
        onProgress?.Invoke(new AuditProgress(0, 1, "computing representations"));
        var places = Place.Of(model);
        if (places.FirstOrDefault(place => !Attacks(place).Any()) is { } unread)
            throw new InvalidInputException($"--attackers {string.Join(',', settings.Attackers)}", $"none of them can read {unread.Name}", $"Add one of {string.Join(", ", Attackers.All.Where(attacker => attacker.Reads(unread.Problem(2))).Select(attacker => attacker.Name))}");
        using var parts = CapturedParts.From(model, places, table);
        var columns = attributes.Select(name => table[name]).ToList();
        var sought = columns.Count > 1 ? [.. columns, Product(columns)] : columns;
        _total = sought.Count * places.Sum(place => Attacks(place).Count());

        var task = table[model.Description.Task];
        // Bonferroni over places and attributes: one of them must not "leak" by chance alone.
        var corrected = 1 - (1 - settings.Confidence) / (places.Count * sought.Count);
        var audits = (from column in sought from place in places select AuditPlace(place, parts, task, column, corrected, cancel)).ToList();
        return new AuditResult
        {
            Fidelity = Measured.Share(parts.Test.Predictions.Where((prediction, i) => prediction == task.Labels[parts.Test.Rows[i]]).Count(), parts.Test.Rows.Length, settings.Confidence),
            Settings = settings,
            Representations = [.. audits.Where(audit => columns.Any(column => column.Name == audit.Attribute))],
            Joint = [.. audits.Where(audit => columns.All(column => column.Name != audit.Attribute))],
        };
    }

    private IEnumerable<(IAttacker Attacker, bool KnowsTask, bool Unseen, int Seed)> Attacks(Place place)
        => from attacker in Attackers.All
           where settings.Attackers.Contains(attacker.Name) && attacker.Reads(place.Problem(2))
           from knowsTask in new[] { false, true }
           from unseen in new[] { false, true }
           // A table does not depend on chance.
           from seed in attacker is LookupAttacker ? settings.Seeds.Take(1) : settings.Seeds
           select (attacker, knowsTask, unseen, seed);

    private RepresentationAudit AuditPlace(Place place, CapturedParts captured, Column task, Column attribute, double corrected, CancellationToken cancel)
    {
        AttackSet Set(Captured part) => new(part.Values[place.Name], [.. part.Rows.Select(row => task.Labels[row])], part.Predictions, [.. part.Rows.Select(row => attribute.Labels[row])]);
        var parts = new AttackParts(place.Problem(attribute.Classes.Count), Set(captured.Training), Set(captured.Validation), Set(captured.Test));

        var majority = parts.Floor(set => new int[set.Count], 1);
        var labelOnly = parts.LabelOnly();
        var predictionOnly = parts.Floor(set => set.Prediction, task.Classes.Count);

        var attacks = new List<(AttackerResult Result, Attack Attack)>();
        foreach (var (attacker, knowsTask, unseen, seed) in Attacks(place))
        {
            cancel.ThrowIfCancellationRequested();
            onProgress?.Invoke(new AuditProgress(_done++, _total, $"{attribute.Name} at {place.Name}: {attacker.Name}"));
            var knowing = parts.Knowing(knowsTask);
            var attack = unseen ? knowing.OnUnseen(attacker, seed) : knowing.OnTraining(attacker, seed);
            attacks.Add((new AttackerResult
            {
                Name = attacker.Name,
                Knows = (place.Symbols > 0 ? "c" : "h") + (knowsTask ? ",y" : ""),
                FittedOn = unseen ? "unseen" : "training",
                Seed = seed,
                Validation = attack.Validation.BalancedAccuracy(),
                Test = attack.Test.Score(settings.Confidence, knowsTask ? parts.Test.Task : null),
                GivenTask = Difference(attack, labelOnly, settings.Confidence),
            }, attack));
        }

        var best = attacks.MaxBy(entry => entry.Result.Validation);
        var blind = attacks.Where(entry => !entry.Result.Knows.EndsWith(",y", StringComparison.Ordinal)).MaxBy(entry => entry.Result.Validation);
        var controls = ControlRuns.Run(parts, settings.Tolerance, settings.Confidence, settings.Seeds[0]);
        var leak = new Leak(Difference(best.Attack, labelOnly, corrected), Difference(blind.Attack, predictionOnly, corrected));
        var (verdict, reasons) = Judgement.Of(leak.GivenTask, [.. attacks.Select(entry => entry.Result)], controls, settings.Tolerance);
        return new RepresentationAudit
        {
            Name = place.Name,
            Kind = place.Symbols > 0 ? "discrete" : "continuous",
            Released = place.Released,
            Attribute = attribute.Name,
            Verdict = verdict,
            Reasons = reasons,
            Floors = new Floors(Floor(majority), Floor(labelOnly), Floor(predictionOnly)),
            Controls = controls,
            Attackers = [.. attacks.Select(entry => entry.Result)],
            Best = Choice(best.Result),
            BestWithoutTask = Choice(blind.Result),
            Leak = leak,
        };
    }

    private Floor Floor(Attack attack)
    {
        var scores = attack.Test.Score(settings.Confidence);
        return new Floor(scores.Accuracy, scores.BalancedAccuracy);
    }

    private static Measured Difference(Attack attack, Attack floor, double confidence)
        => Bootstrap.BalancedDifference(attack.Test.Right(), floor.Test.Right(), attack.Test.Truth, attack.Test.Classes, confidence);

    private static Choice Choice(AttackerResult result) => new(result.Name, result.Knows, result.FittedOn, result.Seed);

    // All attributes at once, as one attribute of every combination that occurs.
    private static Column Product(IReadOnlyList<Column> columns)
    {
        var combinations = Enumerable.Range(0, columns[0].Labels.Length).Select(Splits.By(columns)).ToArray();
        var occurring = combinations.Distinct().Order().ToArray();
        string Name(int combination)
        {
            var row = Array.IndexOf(combinations, combination);
            return string.Join('+', columns.Select(column => column.Classes[column.Labels[row]]));
        }
        return new Column(string.Join('+', columns.Select(column => column.Name)), [.. occurring.Select(Name)],
            [.. combinations.Select(combination => Array.BinarySearch(occurring, combination))]);
    }
}

using System.Globalization;
using Efface.Data;
using Efface.Data.Vectors;

namespace Efface.Auditing;

/// <summary>The progress of an audit.</summary>
/// <param name="Done">Attacks that are finished.</param>
/// <param name="Total">Attacks in all.</param>
/// <param name="Now">The current attack.</param>
public sealed record AuditProgress(int Done, int Total, string Now);

/// <summary>Runs fresh attackers on every place of a subject, for every attribute, and judges.</summary>
public sealed class Auditor(AuditSettings settings, Action<AuditProgress>? onProgress = null)
{
    private const int MostOfCollapsed = 100;

    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>Audits representations.</summary>
    /// <param name="subject">The subject to audit.</param>
    /// <param name="attributes">Names of the columns to read.</param>
    /// <param name="before">The result of the same audit of the model before unlearning, on the same images; null if there is none.</param>
    /// <param name="cancel">Checked before each attack.</param>
    /// <exception cref="InvalidInputException">None of the attackers can read some place.</exception>
    public AuditResult Audit(
        AuditSubject subject,
        IReadOnlyList<string> attributes,
        AuditResult? before = null,
        CancellationToken cancel = default
    )
    {
        var columns = attributes.Select(name => subject.Columns.Single(column => column.Name == name)).ToList();
        var sought = columns.Count > 1 ? [.. columns, Product(columns, subject.Parts)] : columns;
        var collateral = settings.Asks(AuditPart.Collateral) ? CollateralRuns.Columns(subject, columns) : [];
        RequireAttackers(subject);
        // Bonferroni over places and attributes: none of them must "leak" by chance alone.
        var corrected = 1 - (1 - settings.Confidence) / (subject.Places.Count(place => place.Released) * sought.Count);
        var split = SplitCheck.Of(subject);
        PlaceAudit[] places =
        [
            .. from column in sought from place in subject.Places select new PlaceAudit(subject, place, column, settings, corrected, split),
        ];
        var kept = new CollateralResult[collateral.Count];
        var others = collateral.Select(
            (column, i) =>
                new AuditStep($"collateral: {column.Name}", stop =>
                    kept[i] = CollateralRuns.Of(subject, before, column, columns, settings, stop)
                )
        );
        AuditStep[] first = [.. places.SelectMany(place => place.FirstSteps()), .. others];
        var run = new Steps(Lanes.For(places.Max(place => place.Bytes)), onProgress, cancel) { Total = first.Length + places.Length };
        run.Run(first);
        AuditStep[] further = [.. places.SelectMany(place => place.FurtherSteps())];
        run.Total += further.Length;
        run.Run(further);
        var audits = new RepresentationAudit[places.Length];
        run.Run([.. places.Select((place, i) => new AuditStep("judging", _ => audits[i] = place.Judge(before)))]);
        audits = [.. audits.Select(audit => Covered(subject, audit, audits))];
        return new AuditResult
        {
            Fidelity = Fidelity(subject),
            Settings = settings,
            Images = new AuditedImages(
                subject.Parts.Training.Rows.Length,
                subject.Parts.Validation.Rows.Length,
                subject.Parts.Test.Rows.Length,
                subject.Groups is null ? null : subject.Sampling(settings.Confidence).Units(subject.Parts.Test.Rows.Length)
            ),
            Split = split,
            Warnings = [.. Warnings(subject)],
            Classes =
            [
                .. columns.Prepend(subject.Task).OfType<Column>().Select(column => ClassCounts.Of(column, part => Rows(subject, part))),
            ],
            Representations = [.. audits.Where(audit => columns.Any(column => column.Name == audit.Attribute))],
            Joint = [.. audits.Where(audit => columns.All(column => column.Name != audit.Attribute))],
            Collateral = kept,
            Verification = Verification.Of(subject, settings.Confidence, before?.Verification),
        };
    }

    private static int[] Rows(AuditSubject subject, Part part) =>
        part switch
        {
            Part.Train => subject.Parts.Training.Rows,
            Part.Validation => subject.Parts.Validation.Rows,
            _ => subject.Parts.Test.Rows,
        };

    private IEnumerable<string> Warnings(AuditSubject subject)
    {
        // Rows that belong to other images, or a model that learnt nothing, reveal nothing.
        if (subject.Task is { } task && OfTask(subject, task) is { } read && read.Guessing >= read.Measured.Low)
            yield return string.Create(
                Invariant,
                $"the task itself, {task.Name}, cannot be read from it ({read.Measured.Value:P1} of balanced accuracy, and guessing "
                    + $"reaches {read.Guessing:P1}): a model that learnt nothing gives nothing away, and rows that belong to other "
                    + $"images do not either"
            );
        // A function of a code has as few distinct vectors as the code has symbols; that is no collapse.
        bool IsOfCode(Place place) => subject.Places.Any(code => code.Symbols > 0 && code.Stage < place.Stage);
        foreach (var place in subject.Places.Where(place => place.Released && place.Symbols == 0 && !IsOfCode(place)))
        {
            var (test, different) = (subject.Parts.Test.Rows.Length, RowTensor.Different(subject.Parts.Test.Values[place.Name]));
            if (different > 1 && different <= MostOfCollapsed && different * 10 <= test)
                yield return string.Create(
                    Invariant,
                    $"{place.Name} has collapsed: {test:N0} test images have {different:N0} different vectors; "
                        + $"released as the number of each, it is a code and can be certified"
                );
        }
    }

    private (Measured Measured, double Guessing) OfTask(AuditSubject subject, Column task)
    {
        var y = AuditSubject.Of(task, subject.Parts.Test.Rows);
        return (
            Bootstrap.BalancedAccuracy(Right(subject, task), y, task.Classes.Count, subject.Sampling(settings.Confidence)),
            1.0 / y.Distinct().Count()
        );
    }

    private static bool[] Right(AuditSubject subject, Column task) =>
        [.. subject.Parts.Test.Predictions.Zip(AuditSubject.Of(task, subject.Parts.Test.Rows), (prediction, y) => prediction == y)];

    // A function of a certified code reveals no more than the code does.
    private static RepresentationAudit Covered(AuditSubject subject, RepresentationAudit audit, IReadOnlyList<RepresentationAudit> audits)
    {
        int Stage(RepresentationAudit of) => subject.Places.Single(place => place.Name == of.Name).Stage;
        var code = audits.FirstOrDefault(other =>
            other.Attribute == audit.Attribute && other.Verdict == Verdict.Certified && Stage(other) < Stage(audit)
        );
        return code is null || audit.Verdict == Verdict.Leaks
            ? audit
            : audit with
            {
                Verdict = Verdict.Certified,
                Reasons = [$"it is computed from the {code.Name} alone: {code.Reasons[0]}"],
            };
    }

    private void RequireAttackers(AuditSubject subject)
    {
        if (subject.Places.FirstOrDefault(place => !PlaceAudit.AttackersOn(place, settings).Any()) is not { } unread)
            return;
        var able = settings.Known.Where(attacker => attacker.Reads(unread.Problem(2))).Select(attacker => attacker.Name);
        throw new InvalidInputException(
            $"`AuditSettings.Attackers` {string.Join(',', settings.Attackers)}",
            $"none of them can read {unread.Name}",
            $"Add one of {string.Join(", ", able)}"
        );
    }

    private Measured? Fidelity(AuditSubject subject)
    {
        return subject.Task is { } task ? Measured.Share(Right(subject, task), subject.Sampling(settings.Confidence)) : null;
    }

    // All attributes at once, as one attribute with a class per combination that occurs; combinations too rare in training or test form one
    // class.
    private static Column Product(IReadOnlyList<Column> columns, CapturedParts parts)
    {
        var combinations = Enumerable.Range(0, columns[0].Labels.Length).Select(Splits.By(columns)).ToArray();
        Dictionary<int, int> Count(Captured part) => part.Rows.CountBy(row => combinations[row]).ToDictionary();
        var (learnt, tested) = (Count(parts.Training), Count(parts.Test));
        var counts = combinations
            .Distinct()
            .ToDictionary(one => one, one => Math.Min(learnt.GetValueOrDefault(one), tested.GetValueOrDefault(one)));
        var bySize = counts.Keys.OrderBy(combination => counts[combination]).ThenBy(combination => combination).ToArray();
        var (pooled, images) = (0, 0);
        while (
            pooled < bySize.Length && (counts[bySize[pooled]] < PlaceAudit.FewestOfClass || pooled > 0 && images < PlaceAudit.FewestOfClass)
        )
            images += counts[bySize[pooled++]];
        var others = pooled > 1 ? bySize[..pooled].ToHashSet() : [];
        int[] own = [.. bySize.Where(combination => !others.Contains(combination)).Order()];
        string Name(int combination)
        {
            var row = Array.IndexOf(combinations, combination);
            return string.Join('+', columns.Select(column => column.Classes[column.Labels[row]]));
        }
        return new Column(
            string.Join('+', columns.Select(column => column.Name)),
            [.. own.Select(Name), .. others.Count > 0 ? new[] { $"{others.Count:N0} rare combinations" } : []],
            [.. combinations.Select(combination => others.Contains(combination) ? own.Length : Array.BinarySearch(own, combination))]
        );
    }

    // Reports progress, whichever lane starts a step.
    private sealed class Steps(Lanes lanes, Action<AuditProgress>? onProgress, CancellationToken cancel)
    {
        private readonly Lock _told = new();
        private int _done;

        public int Total { get; set; }

        public void Run(IReadOnlyList<AuditStep> steps) => lanes.Run([.. steps.Select(step => (Action)(() => Run(step)))], cancel);

        private void Run(AuditStep step)
        {
            lock (_told)
                onProgress?.Invoke(new AuditProgress(_done++, Total, step.Name));
            step.Run(cancel);
        }
    }
}

using System.Collections.Concurrent;
using Efface.Auditing.Attacks;
using Efface.Data;

namespace Efface.Auditing;

/// <summary>
/// One place and one attribute: every attacker, the floors, the controls, and the verdict. Independent steps come first, then further seeds
/// of the best attackers, then the judgement.
/// </summary>
/// <param name="subject">The subject to audit.</param>
/// <param name="place">The place to audit.</param>
/// <param name="attribute">The attribute to look for.</param>
/// <param name="settings">How strict.</param>
/// <param name="corrected">The confidence corrected for several places and attributes.</param>
/// <param name="split">Whether the parts of the data are disjoint.</param>
internal sealed class PlaceAudit(
    AuditSubject subject,
    Place place,
    Column attribute,
    AuditSettings settings,
    double corrected,
    SplitControl split
)
{
    /// <summary>A class with fewer training or test images is not judged.</summary>
    public const int FewestOfClass = 10;

    private const int FewestOfSubgroup = 50,
        MostClassesOfSubgroups = 20;

    private readonly Sampling _sampling = subject.Sampling(settings.Confidence);
    private readonly AttackParts _parts = subject.For(place, attribute, settings.Budget);
    private readonly List<Planned> _attacks =
    [
        .. from attacker in AttackersOn(place, settings)
        from knowsTask in subject.Task is null ? [false] : new[] { false, true }
        from unseen in new[] { false, true }
        from seed in settings.Budget == Budget.Quick ? settings.SeedsFor(attacker).Take(1) : settings.SeedsFor(attacker)
        select new Planned(attacker, knowsTask, unseen, seed),
    ];

    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, Measured>> _own = new();
    private Control? _planted,
        _shuffled,
        _hidden;

    // A planned attack, and its readings once it is done.
    private sealed record Planned(IAttacker Attacker, bool KnowsTask, bool Unseen, int Seed)
    {
        public Attack? Attack { get; set; }

        public double LogLoss => Attack!.Validation.LogLoss();
    }

    private sealed record Sent(AttackerResult Result, Attack Attack);

    private sealed record Read(AttackParts Parts, Attack Majority, Attack? LabelOnly, Attack? PredictionOnly, IReadOnlyList<Sent> Attacks)
    {
        public Attack Reference => LabelOnly ?? Majority;

        public Sent Best => Chosen(Attacks);

        public Sent BestWithoutTask => Chosen(Attacks.Where(sent => !sent.Result.KnowsTask));

        private static Sent Chosen(IEnumerable<Sent> attacks) => attacks.MinBy(sent => sent.Attack.Validation.LogLoss())!;
    }

    /// <summary>The attackers that run on a place.</summary>
    public static IEnumerable<IAttacker> AttackersOn(Place place, AuditSettings settings) =>
        settings.Known.Where(attacker => settings.Attackers.Contains(attacker.Name) && attacker.Reads(place.Problem(2)));

    /// <summary>Approximate bytes that a step takes besides the representations.</summary>
    public long Bytes => 6 * _parts.Training.Values.numel() * sizeof(float);

    /// <summary>The controls, and each attacker; the slow ones first, so that no lane waits for one at the end.</summary>
    public IEnumerable<AuditStep> FirstSteps()
    {
        foreach (var attack in _attacks.OrderByDescending(attack => attack.Attacker.IsCostly))
            yield return Step(attack);
        foreach (var part in settings.OwnParts.Where(part => settings.Asks(part.Name)))
            yield return Step(part.Name, cancel => _own[part.Name] = part.Measure(place, attribute, _parts, _sampling, cancel));
        if (!settings.Asks(AuditPart.Controls))
            yield break;
        yield return Step("hidden trace", cancel => _hidden = ControlRuns.Hidden(_parts, settings, _sampling, cancel));
        yield return Step("planted trace", cancel => _planted = ControlRuns.Planted(_parts, settings, _sampling, cancel));
        yield return Step("shuffled labels", cancel => _shuffled = ControlRuns.Shuffled(_parts, settings, _sampling.At(corrected), cancel));
    }

    /// <summary>In a quick audit, the best attackers again with each further seed.</summary>
    public IReadOnlyList<AuditStep> FurtherSteps()
    {
        if (settings.Budget != Budget.Quick)
            return [];
        Planned[] best =
        [
            _attacks.MinBy(attack => attack.LogLoss)!,
            _attacks.Where(attack => !attack.KnowsTask).MinBy(attack => attack.LogLoss)!,
        ];
        var steps = new List<AuditStep>();
        foreach (var attack in best.Distinct())
        {
            Planned[] further =
            [
                .. settings
                    .SeedsFor(attack.Attacker)
                    .Skip(1)
                    .Select(seed => new Planned(attack.Attacker, attack.KnowsTask, attack.Unseen, seed)),
            ];
            _attacks.InsertRange(_attacks.IndexOf(attack) + 1, further);
            steps.AddRange(further.Select(Step));
        }
        return steps;
    }

    private AuditStep Step(Planned attack) => Step(attack.Attacker.Name, cancel =>
        {
            var knowing = _parts.Knowing(attack.KnowsTask);
            attack.Attack = attack.Unseen
                ? knowing.OnUnseen(attack.Attacker, attack.Seed, cancel)
                : knowing.OnTraining(attack.Attacker, attack.Seed, cancel);
        });

    private AuditStep Step(string name, Action<CancellationToken> run) => new($"{attribute.Name} at {place.Name}: {name}", run);

    /// <summary>Judges the readings.</summary>
    public RepresentationAudit Judge(AuditResult? before)
    {
        var read = Results();
        var controls = _planted is null ? null : new Controls(_planted, _shuffled!) { Hidden = _hidden };
        var leak = Leak(read, _sampling.At(corrected));
        var certification = settings.Asks(AuditPart.Certificate) ? Certification(read.Parts.Test) : null;
        var worstCases = WorstCases.Of(
            [.. read.Attacks.Select(sent => (sent.Result, sent.Attack))],
            read.Reference,
            subject.Task is null
                ? (new int[read.Parts.Validation.Count], new int[read.Parts.Test.Count])
                : (read.Parts.Validation.Task, read.Parts.Test.Task),
            attribute.Classes,
            _sampling.At(corrected)
        );
        var (verdict, reasons) = Judgement.Of(
            new Evidence
            {
                Leak = leak.GivenTask,
                BeyondTask = subject.Task is null
                    ? double.PositiveInfinity
                    : read.Best.Attack.Test.BalancedAccuracy() - OfTaskAlone(read.Parts),
                Attackers = [.. read.Attacks.Select(sent => sent.Result)],
                Controls = controls,
                Split = split,
                Confidence = settings.Confidence,
                Tolerance = settings.Tolerance,
                WorstTolerance = settings.WorstTolerance,
                HasTask = subject.Task is not null,
                WorstCases = worstCases,
                WorstSymbol = place.Symbols > 0 ? certification?.Told(corrected) : null,
                Certificates = place.Symbols > 0 ? certification?.Certificates("c", corrected) ?? [] : [],
                ClassBound = place.Symbols > 0 && certification is not null ? ClassBound(read.Parts.Test) : null,
                RareClasses = [.. RareClasses(read.Parts)],
                IsConstant = place.Symbols == 0 && IsConstant(read.Parts),
            }
        );
        return new RepresentationAudit
        {
            Name = place.Name,
            Kind = place.Symbols > 0 ? "discrete" : "continuous",
            Released = place.Released,
            Attribute = attribute.Name,
            Verdict = verdict,
            Reasons = reasons,
            Floors = new Floors(
                Floor(read.Majority, _sampling),
                read.LabelOnly is null ? null : Floor(read.LabelOnly, _sampling),
                read.PredictionOnly is null ? null : Floor(read.PredictionOnly, _sampling)
            ),
            Controls = controls,
            Attackers = [.. read.Attacks.Select(sent => sent.Result)],
            Best = read.Best.Result.Identity,
            BestWithoutTask = read.BestWithoutTask.Result.Identity,
            Leak = leak,
            Classes = attribute.Classes,
            Confusion = read.Best.Attack.Test.Confusion(),
            Subgroups = settings.Asks(AuditPart.Subgroups) ? Subgroups(read) : [],
            WorstCases = worstCases,
            IsRounded = place.Symbols > 0 ? null : IsRounded(read.Parts.Test.Values),
            Before = before is null ? null : Before(before),
            Certificates = certification?.Certificates(place.Symbols > 0 ? "c" : "ŷ") ?? [],
            Information = place.Symbols > 0 ? new CountedInformation(Counted(read.Parts.Training), Counted(read.Parts.Test)) : null,
            WorstSymbol = place.Symbols > 0 ? certification?.Worst() : null,
            Own = _own.IsEmpty ? null : new SortedDictionary<string, IReadOnlyDictionary<string, Measured>>(_own),
        };
    }

    private InformationEstimate Counted(AttackSet set) =>
        InformationEstimate.Of(set.Symbols(), subject.Task is null ? null : set.Task, set.Attribute);

    // The accuracy of naming the likeliest class of each y, with classes taken as equally frequent, however little y reveals.
    private static double OfTaskAlone(AttackParts parts)
    {
        int[] y = [.. parts.Training.Task, .. parts.Validation.Task],
            z = [.. parts.Training.Attribute, .. parts.Validation.Attribute];
        var (joint, ofClass) = (y.Zip(z).CountBy(pair => pair).ToDictionary(), z.CountBy(label => label).ToDictionary());
        var likeliest = joint
            .GroupBy(pair => pair.Key.First)
            .ToDictionary(of => of.Key, of => of.MaxBy(pair => (double)pair.Value / ofClass[pair.Key.Second]).Key.Second);
        var hits = parts
            .Test.Task.Zip(parts.Test.Attribute)
            .GroupBy(pair => pair.Second)
            .Select(images => images.Average(pair => likeliest.TryGetValue(pair.First, out var said) && said == pair.Second ? 1.0 : 0));
        return hits.Average();
    }

    // One class against the rest, for each class in the test part; for two classes it is the certificate itself.
    private double? ClassBound(AttackSet test)
    {
        var present = test.Attribute.Distinct().Order().ToArray();
        if (present.Length < 3)
            return null;
        var (confidence, symbols, task) = (1 - (1 - corrected) / present.Length, test.Symbols(), subject.Task is null ? null : test.Task);
        // Its bias is never used, and would take a hundred permutations per class.
        Certification Of(int z) =>
            new(symbols, place.Symbols, task, [.. test.Attribute.Select(label => label == z ? 1 : 0)], 2, _sampling) { Permutations = 0 };
        return present.Max(z =>
            Of(z).Certificates("c", confidence).Where(bound => bound.Metric == Certificate.OfBalancedAccuracy).Max(bound => bound.Leak)
        );
    }

    // A class that no attacker was fitted on, or that has no test images, is not judged.
    private IEnumerable<string> RareClasses(AttackParts parts) =>
        attribute
            .Classes.Select(
                (name, z) =>
                    (
                        Name: name,
                        Learnt: parts.Training.Attribute.Count(label => label == z),
                        Tested: parts.Test.Attribute.Count(label => label == z)
                    )
            )
            .Where(one => Math.Min(one.Learnt, one.Tested) < FewestOfClass)
            .Select(one =>
                one.Tested < FewestOfClass
                    ? $"class {one.Name} ({one.Tested} test images)"
                    : $"class {one.Name} ({one.Learnt} training images)"
            );

    private static bool IsConstant(AttackParts parts)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var first = parts.Test.Values[..1];
        return new[] { parts.Training, parts.Test }.All(set => (set.Values == first).all().item<bool>());
    }

    private static bool IsRounded(TorchSharp.torch.Tensor values)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        return new[] { TorchSharp.torch.ScalarType.Float16, TorchSharp.torch.ScalarType.BFloat16 }.Any(type =>
            (values.to_type(type).to_type(values.dtype) == values).all().item<bool>()
        );
    }

    // For the code; at a place that reveals the model's decision, for the decision alone.
    private Certification? Certification(AttackSet test) =>
        (place.Symbols > 0, place.IsDecision) switch
        {
            (true, _) => new Certification(
                test.Symbols(),
                place.Symbols,
                subject.Task is null ? null : test.Task,
                test.Attribute,
                attribute.Classes.Count,
                _sampling
            ),
            (_, true) => new Certification(
                test.Prediction,
                subject.Task!.Classes.Count,
                test.Task,
                test.Attribute,
                attribute.Classes.Count,
                _sampling
            ),
            _ => null,
        };

    private Read Results()
    {
        var hasTask = subject.Task is not null;
        var (majority, labelOnly) = (_parts.Floor(FloorAttacker.Majority), hasTask ? _parts.Floor(FloorAttacker.LabelOnly) : null);
        return new Read(
            _parts,
            majority,
            labelOnly,
            hasTask ? _parts.Floor(FloorAttacker.PredictionOnly) : null,
            [.. _attacks.Select(made => new Sent(Result(made, labelOnly ?? majority), made.Attack!))]
        );
    }

    private AttackerResult Result(Planned made, Attack floor) =>
        new()
        {
            Name = made.Attacker.Name,
            Knows = (place.Symbols > 0 ? "c" : "h") + (made.KnowsTask ? ",y" : ""),
            FittedOn = made.Unseen ? "unseen" : "training",
            Seed = made.Seed,
            Validation = made.Attack!.Validation.BalancedAccuracy(),
            Test = made.Attack.Test.Score(_sampling, made.KnowsTask ? _parts.Test.Task : null),
            GivenTask = Difference(made.Attack, floor, _sampling),
        };

    // The place of the same name, else the first that the model before released: a code has no counterpart there.
    private BeforeReading? Before(AuditResult before)
    {
        var same = before.All.Where(audit => audit.Attribute == attribute.Name).ToList();
        return (same.FirstOrDefault(audit => audit.Name == place.Name) ?? same.FirstOrDefault(audit => audit.Released)) is not { } there
            ? null
            : new BeforeReading(there.Name, there.Best, there.BestResult.Test.BalancedAccuracy, there.Leak);
    }

    private static Leak Leak(Read read, Sampling sampling) =>
        new(
            Difference(read.Best.Attack, read.Reference, sampling),
            Difference(read.BestWithoutTask.Attack, read.PredictionOnly ?? read.Majority, sampling)
        );

    private List<SubgroupResult> Subgroups(Read read)
    {
        var test = subject.Parts.Test.Rows;
        var subgroups = (
            from column in subject.Columns
            where column.Name != attribute.Name && column.Classes.Count <= MostClassesOfSubgroups
            from label in Enumerable.Range(0, column.Classes.Count)
            let images = Enumerable.Range(0, test.Length).Where(i => column.Labels[test[i]] == label).ToArray()
            where
                images.Length >= FewestOfSubgroup
                && images.CountBy(i => read.Parts.Test.Attribute[i]).Count(count => count.Value >= FewestOfClass) > 1
            select (column, label, images)
        ).ToList();
        var confidence = 1 - (1 - settings.Confidence) / Math.Max(1, subgroups.Count);
        var (right, floor) = (read.Best.Attack.Test.Right(), read.Reference.Test.Right());
        return
        [
            .. subgroups.Select(subgroup =>
            {
                var (sampling, images) = (_sampling.Select(subgroup.images), subgroup.images);
                int[] truth = [.. images.Select(i => read.Parts.Test.Attribute[i])];
                bool[] hits = [.. images.Select(i => right[i])],
                    without = [.. images.Select(i => floor[i])];
                return new SubgroupResult(
                    subgroup.column.Name,
                    subgroup.column.Classes[subgroup.label],
                    Bootstrap.BalancedAccuracy(hits, truth, attribute.Classes.Count, sampling),
                    Bootstrap.BalancedDifference(hits, without, truth, attribute.Classes.Count, sampling.At(confidence))
                );
            }),
        ];
    }

    private static Floor Floor(Attack attack, Sampling sampling)
    {
        var scores = attack.Test.Score(sampling);
        return new Floor(scores.Accuracy, scores.BalancedAccuracy);
    }

    private static Measured Difference(Attack attack, Attack floor, Sampling sampling) =>
        Bootstrap.BalancedDifference(attack.Test.Right(), floor.Test.Right(), attack.Test.Truth, attack.Test.Classes, sampling);
}

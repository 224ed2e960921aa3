using System.Globalization;

namespace Efface.Auditing;

/// <summary>From numbers to a verdict.</summary>
internal static class Judgement
{
    private const int Shown = 5;

    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>The verdict at one place for one attribute, and why.</summary>
    public static (Verdict Verdict, IReadOnlyList<string> Reasons) Of(Evidence evidence)
    {
        if (!evidence.Split.Passed)
            return (Verdict.Inconclusive, [Shared(evidence.Split)]);
        if (Leaks(evidence).ToArray() is { Length: > 0 } leaks)
            return (Verdict.Leaks, leaks);

        // The tolerance is of balanced accuracy; accuracy also follows how frequent classes are.
        var bound = evidence
            .Certificates.Where(certificate => certificate.Metric == Certificate.OfBalancedAccuracy)
            .MaxBy(certificate => certificate.Leak);
        string[] silent = [.. Silent(evidence)];
        if (silent.Length == 0 && bound?.Leak <= evidence.Tolerance && !(evidence.ClassBound > evidence.WorstTolerance))
            return (
                Verdict.Certified,
                [
                    string.Create(
                        Invariant,
                        $"no attacker of any kind who sees the code{(evidence.HasTask ? " and knows the task" : "")} reads more "
                            + $"than {Math.Max(0, bound.Leak):P1} above {Floor(evidence)} (tolerated {evidence.Tolerance:P1})"
                    ),
                ]
            );

        List<string> reasons = [.. silent, .. Doubts(evidence)];
        var verdict = reasons.Count > 0 ? Verdict.Inconclusive : Verdict.Forgotten;
        if (verdict == Verdict.Forgotten)
            reasons.AddRange(Found(evidence));
        if (bound is not null)
            reasons.Add(Uncertified(bound, evidence));
        return (verdict, reasons);
    }

    private static string Baseline(Evidence evidence) => evidence.HasTask ? "the task reveals" : "guessing";

    private static string Floor(Evidence evidence) => evidence.HasTask ? "what the task reveals" : "guessing";

    private static IEnumerable<string> Leaks(Evidence evidence)
    {
        if (evidence.Leak.Low > evidence.Tolerance && evidence.BeyondTask > evidence.Tolerance)
            yield return string.Create(
                Invariant,
                $"the best attacker reads {evidence.Leak.Value:P1} more than {Baseline(evidence)} "
                    + $"(at least {evidence.Leak.Low:P1}; tolerated {evidence.Tolerance:P1})"
            );
        if (evidence.WorstCases?.Classes.MaxBy(one => one.GivenTask.Low) is { } one && one.GivenTask.Low > evidence.WorstTolerance)
            yield return string.Create(
                Invariant,
                $"class {one.Class} is separated from the rest {one.GivenTask.Value:P1} better than {Baseline(evidence)} "
                    + $"(at least {one.GivenTask.Low:P1} of balanced accuracy; tolerated of one class {evidence.WorstTolerance:P1})"
            );
        if (evidence.WorstSymbol is { } symbol && symbol.Share.Low - symbol.Expected > evidence.WorstTolerance)
            yield return string.Create(
                Invariant,
                $"symbol {symbol.Symbol} tells: were classes equally frequent, {symbol.Share.Value:P1} of its {symbol.Share.N:N0} "
                    + $"images would be of one (at least {symbol.Share.Low:P1}, and {symbol.Expected:P1} without it; "
                    + $"{evidence.WorstTolerance:P1} more are tolerated of one symbol)"
            );
        else if (evidence.WorstCases?.Surest is { } surest && surest.AreTold(evidence.WorstTolerance))
            yield return string.Create(
                Invariant,
                $"on the {surest.Images:N0} test images of which {surest.Attacker.Name} is most confident, it is right "
                    + $"{surest.Gain.Value:P1} more often than {Baseline(evidence)} (at least {surest.Gain.Low:P1}; tolerated of single "
                    + $"images {evidence.WorstTolerance:P1})"
            );
    }

    // Cases where no measurement can represent the intended images.
    private static IEnumerable<string> Silent(Evidence evidence)
    {
        if (evidence.IsConstant)
            yield return "every image has the same vector: either nothing is released, or the vectors were not written as they are";
        if (evidence.RareClasses.Count > 0)
            yield return $"nothing is known of {string.Join(", ", evidence.RareClasses.Take(Shown))}"
                + (evidence.RareClasses.Count > Shown ? $" and {evidence.RareClasses.Count - Shown:N0} more classes" : "")
                + ": too few; draw more, merge them (--map) or leave them out (--drop)";
    }

    private static IEnumerable<string> Doubts(Evidence evidence)
    {
        var (tolerance, worst) = (evidence.Tolerance, evidence.Attackers.MaxBy(attacker => attacker.GivenTask.High)!);
        if (BelowTask(evidence) is { } shifted)
        {
            yield return shifted;
            yield break;
        }
        if (evidence.Controls is null)
            yield return "the audit was asked to leave out its controls: whether it would find what is there is not known";
        if (evidence.Controls is { Planted: { Passed: false } planted })
            yield return Powerless(planted, tolerance);
        if (evidence.Controls is { Shuffled: { Passed: false } shuffled })
            yield return string.Create(
                Invariant,
                $"the audit finds what is not there: shuffled labels were read {shuffled.Measured.Value:P1} "
                    + $"better than chance; check the data for duplicates"
            );
        if (worst.GivenTask.High > tolerance)
            yield return string.Create(
                Invariant,
                $"{worst.Name} may read up to {worst.GivenTask.High:P1} more than {Baseline(evidence)}, and {tolerance:P1} is tolerated; "
                    + $"{Wanted(worst.GivenTask, tolerance)}"
            );
        if (BeyondDirections(evidence) is { } hidden)
            yield return hidden;
        if (evidence.WorstCases?.Classes.MaxBy(one => one.GivenTask.High) is { } one && one.GivenTask.High > evidence.WorstTolerance)
            yield return string.Create(
                Invariant,
                $"class {one.Class} may be separated from the rest up to {one.GivenTask.High:P1} better than {Baseline(evidence)}, "
                    + $"and {evidence.WorstTolerance:P1} is tolerated of one class; {Wanted(one.GivenTask, evidence.WorstTolerance)}"
            );
        if (evidence.WorstCases?.Surest is { } surest && surest.MayBeTold(evidence.WorstTolerance))
            yield return string.Create(
                Invariant,
                $"on the {surest.Images:N0} test images of which {surest.Attacker.Name} is most confident, it may be right up to "
                    + $"{surest.Gain.High:P1} more often than {Baseline(evidence)}, and {evidence.WorstTolerance:P1} is tolerated of "
                    + $"single images; more test images would settle it"
            );
    }

    // Who does not know the task may well read less than it reveals: only an attacker who knows it starts from there. So may one who learnt
    // a few unseen images by heart: a shift shows to those who learnt from training images too.
    private static string? BelowTask(Evidence evidence)
    {
        var informed = evidence.Attackers.Where(one => one.KnowsTask).ToArray();
        var most = informed
            .GroupBy(one => one.FittedOn)
            .Select(tries => tries.MaxBy(one => one.Validation)!.GivenTask)
            .MaxBy(given => given.Value)
            ?? evidence.Leak;
        return -most.Value <= Widened(evidence, informed.Length) * (most.High - most.Value)
            ? null
            : string.Create(
                Invariant,
                $"an attacker with the representation{(informed.Length == 0 ? "" : " and the task")} reads {-most.Value:P1} less than "
                    + $"{Baseline(evidence)}: the test images differ from those that attackers learnt from (a shift between the parts); "
                    + $"draw the parts at random"
            );
    }

    // A trace surely exists that no direction shows; these attackers find only part of a hidden trace, so as much more may be there.
    private static string? BeyondDirections(Evidence evidence)
    {
        // Of each attacker's runs, the one that read validation best: the test images then judge a few, not dozens.
        AttackerResult[] others =
        [
            .. evidence
                .Attackers.Where(one => !IsLinear(one))
                .GroupBy(one => one.Name)
                .Select(tries => tries.MaxBy(one => one.Validation)!),
        ];
        if (evidence.Controls?.Hidden is not { } hidden || others.Length == 0)
            return null;
        var most = others.MaxBy(one => one.GivenTask.Value)!;
        var isSure = most.GivenTask.Value > Widened(evidence, others.Length) * (most.GivenTask.Value - most.GivenTask.Low);
        if (!isSure || evidence.Attackers.Any(one => IsLinear(one) && one.GivenTask.Value >= most.GivenTask.Value))
            return null;
        var found = Math.Clamp(hidden.Measured.Value / hidden.Wanted, 0, 1);
        return most.GivenTask.High <= found * evidence.Tolerance
            ? null
            : string.Create(
                Invariant,
                $"{most.Name} certainly reads {most.GivenTask.Value:P1} more than {Baseline(evidence)}, and more than any direction shows; "
                    + $"of an equally hidden trace of {hidden.Wanted:P1} that was planted, this audit finds "
                    + $"{Math.Max(0, hidden.Measured.Value):P1}: more than the tolerated {evidence.Tolerance:P1} may be there; "
                    + $"more training images would show it"
            );
    }

    // An attacker's own interval, widened by this, holds for as many at once.
    private static double Widened(Evidence evidence, int attackers) =>
        Measured.Quantile(1 - (1 - evidence.Confidence) / Math.Max(1, attackers)) / Measured.Quantile(evidence.Confidence);

    private static bool IsLinear(AttackerResult attacker) => attacker.Name is "linear" or "template";

    private static IEnumerable<string> Found(Evidence evidence)
    {
        var worst = evidence.Attackers.MaxBy(attacker => attacker.GivenTask.High)!;
        yield return string.Create(
            Invariant,
            $"no attacker reads more than {Math.Max(0, worst.GivenTask.High):P1} above {Floor(evidence)}, "
                + $"at its upper bound (tolerated {evidence.Tolerance:P1})"
        );
        if (evidence.Controls?.Hidden is { Passed: false } hidden)
            yield return string.Create(
                Invariant,
                $"a trace of {evidence.Tolerance:P1} that no direction shows by itself, but two together, could have gone unseen: "
                    + $"of a planted one {Math.Max(0, hidden.Measured.Value):P1} were found; more training images would show it"
            );
    }

    // The part due to chance and many symbols shrinks roughly with the square root of n.
    private static string Uncertified(Certificate bound, Evidence evidence)
    {
        if (bound.Leak <= evidence.Tolerance && evidence.ClassBound > evidence.WorstTolerance)
            return string.Create(
                Invariant,
                $"it is not certified against every attacker: one class against the rest is bounded by {evidence.ClassBound.Value:P1}, "
                    + $"and {evidence.WorstTolerance:P1} is tolerated; more test images of rare classes would certify it"
            );
        if (bound.Leak <= evidence.Tolerance)
            return string.Create(
                Invariant,
                $"on average over the classes that were tested no attacker of any kind reads more than {Math.Max(0, bound.Leak):P1}"
            );
        var gap = Math.Max(0, bound.Estimate - bound.Bias - bound.Floor.Value);
        var room = bound.Leak - gap;
        var remedy =
            gap >= 0.9 * evidence.Tolerance
                ? "more images would hardly certify it"
                : string.Create(
                    Invariant,
                    $"about {Rounded(bound.N * Math.Pow(room / (evidence.Tolerance - gap), 2)):N0} test images could certify it (now "
                        + $"{bound.N:N0})"
                );
        return string.Create(
            Invariant,
            $"it is not certified against every attacker: the bound allows {bound.Leak:P1} of balanced accuracy to who knows "
                + $"{bound.Knows}; {remedy}"
        );
    }

    private static string Shared(SplitControl split)
    {
        var shared = new (int? Count, string Of)[] { (split.SharedImages, "images"), (split.SharedGroups, "groups") }
            .Where(entry => entry.Count > 0)
            .Select(entry => $"{entry.Count} {entry.Of}");
        return $"{string.Join(" and ", shared)} stand on more than one side of the split, so attackers may recognise instead of read; "
            + "take them out";
    }

    private static string Powerless(Control planted, double tolerance)
    {
        if (double.IsNaN(planted.Measured.Value))
            return string.Create(
                Invariant,
                $"the task reveals so much of it that less than {tolerance:P1} is left to read: "
                    + $"no audit at this tolerance can show anything; give a smaller --tolerance"
            );
        var half = (planted.Measured.High - planted.Measured.Low) / 2;
        var images = Rounded(planted.Measured.N * Math.Pow(2 * half / tolerance, 2));
        // If the test part is large enough, the attackers learnt too little.
        var remedy =
            planted.Measured.Low > 0 || images <= planted.Measured.N
                ? "more training and validation images would give it power"
                : string.Create(Invariant, $"about {images:N0} test images would give it power (now {planted.Measured.N:N0})");
        return string.Create(
            Invariant,
            $"the audit has no power here: of a planted trace worth {planted.Wanted:P1} it found {planted.Measured.Value:P1}; {remedy}"
        );
    }

    // The interval shrinks with the square root of n: how many images would bring its nearer end to the tolerance.
    private static string Wanted(Measured leak, double tolerance)
    {
        var distance = Math.Abs(tolerance - leak.Value);
        if (distance < 0.002)
            return "the estimate lies on the tolerance itself: more images will hardly settle it";
        var half = (leak.High - leak.Low) / 2;
        return string.Create(
            Invariant,
            $"about {Rounded(leak.N * half * half / (distance * distance)):N0} test images would settle it (now {leak.N:N0})"
        );
    }

    private static double Rounded(double images) => Math.Ceiling(images / 100) * 100;
}

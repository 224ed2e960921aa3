using System.Globalization;

namespace Efface.Auditing;

/// <summary>From numbers to a verdict.</summary>
public static class Judgement
{
    /// <summary>The verdict at one place for one attribute, and why.</summary>
    /// <param name="leak">A(h,y) - A(y) of the attacker chosen on validation, at the corrected confidence.</param>
    /// <param name="attackers">Every attacker.</param>
    /// <param name="controls">The checks of the audit itself.</param>
    /// <param name="split">Whether the parts of the data are apart.</param>
    /// <param name="tolerance">τ.</param>
    /// <param name="hasTask">Whether leaks are counted from what y tells; else from guessing.</param>
    /// <param name="certificates">Of a code, each sure enough to rest a verdict on; else empty.</param>
    public static (Verdict Verdict, IReadOnlyList<string> Reasons) Of(
        Measured leak, IReadOnlyList<AttackerResult> attackers, Controls controls, SplitControl split, double tolerance, bool hasTask = true, IReadOnlyList<Certificate>? certificates = null)
    {
        var told = hasTask ? "the task tells" : "guessing";
        if (!split.Passed) return (Verdict.Inconclusive, [Shared(split)]);
        if (leak.Low > tolerance)
            return (Verdict.Leaks, [Text($"the best attacker reads {leak.Value:P1} more than {told} (at least {leak.Low:P1}; tolerated {tolerance:P1})")]);

        // The tolerance is of balanced accuracy; accuracy also follows how frequent classes were in training, and are in test.
        var bound = certificates?.Where(certificate => certificate.Metric == Certificate.OfBalancedAccuracy).MaxBy(certificate => certificate.Leak);
        if (bound?.Leak <= tolerance)
            return (Verdict.Certified, [Text($"no attacker of any kind who sees the code{(hasTask ? " and knows the task" : "")} reads more than {Math.Max(0, bound.Leak):P1} above {(hasTask ? "what the task tells" : "guessing")} (tolerated {tolerance:P1})")]);

        var worst = attackers.MaxBy(attacker => attacker.GivenTask.High)!;
        var reasons = new List<string>();
        if (!controls.Planted.Passed) reasons.Add(Powerless(controls.Planted, tolerance));
        if (!controls.Shuffled.Passed)
            reasons.Add(Text($"the audit finds what is not there: shuffled labels were read {controls.Shuffled.Measured.Value:P1} better than chance; check the data for duplicates"));
        if (worst.GivenTask.High > tolerance)
            reasons.Add(Text($"{worst.Name} may read up to {worst.GivenTask.High:P1} more than {told}, and {tolerance:P1} is tolerated; {Wanted(worst.GivenTask, tolerance)}"));
        var verdict = reasons.Count > 0 ? Verdict.Inconclusive : Verdict.Forgotten;
        if (verdict == Verdict.Forgotten)
            reasons.Add(Text($"no attacker reads more than {Math.Max(0, worst.GivenTask.High):P1} above {(hasTask ? "what the task tells" : "guessing")}, at its upper bound (tolerated {tolerance:P1})"));
        if (verdict == Verdict.Forgotten && controls.Hidden is { Passed: false } hidden)
            reasons.Add(Text($"a trace of {tolerance:P1} that no direction shows by itself, but two together, could have gone unseen: of a planted one {Math.Max(0, hidden.Measured.Value):P1} were found; more training images would show it"));
        if (bound is not null) reasons.Add(Uncertified(bound, tolerance));
        return (verdict, reasons);
    }

    // What chance and many symbols add shrinks about with the square root of n.
    private static string Uncertified(Certificate bound, double tolerance)
    {
        var gap = Math.Max(0, bound.Estimate - bound.Bias - bound.Floor.Value);
        var room = bound.Leak - gap;
        var remedy = gap < 0.9 * tolerance ? Text($"about {Rounded(bound.N * Math.Pow(room / (tolerance - gap), 2)):N0} test images could certify it (now {bound.N:N0})") : "more images would hardly certify it";
        return Text($"it is not certified against every attacker: the bound allows {bound.Leak:P1} of balanced accuracy to who knows {bound.Knows}; {remedy}");
    }

    private static string Shared(SplitControl split)
    {
        var shared = new[] { (split.SharedImages, "images"), (split.SharedGroups, "groups") }.Where(entry => entry.Item1 > 0).Select(entry => $"{entry.Item1} {entry.Item2}");
        return $"{string.Join(" and ", shared)} stand on more than one side of the split, so attackers may recognise instead of read; take them out";
    }

    private static string Powerless(Control planted, double tolerance)
    {
        if (double.IsNaN(planted.Measured.Value))
            return Text($"the task tells so much of it that less than {tolerance:P1} is left to read: no audit at this tolerance can show anything; give a smaller --tolerance");
        var half = (planted.Measured.High - planted.Measured.Low) / 2;
        var remedy = planted.Measured.Low > 0
            ? "more training and validation images would give it power"
            : Text($"about {Rounded(planted.Measured.N * Math.Pow(2 * half / tolerance, 2)):N0} test images would give it power (now {planted.Measured.N:N0})");
        return Text($"the audit has no power here: of a planted trace worth {planted.Wanted:P1} it found {planted.Measured.Value:P1}; {remedy}");
    }

    // The interval shrinks with the square root of n: how many images would bring its nearer end to the tolerance.
    private static string Wanted(Measured leak, double tolerance)
    {
        var distance = Math.Abs(tolerance - leak.Value);
        if (distance < 0.002) return "the estimate lies on the tolerance itself: more images will hardly settle it";
        var half = (leak.High - leak.Low) / 2;
        return Text($"about {Rounded(leak.N * half * half / (distance * distance)):N0} test images would settle it (now {leak.N:N0})");
    }

    private static double Rounded(double images) => Math.Ceiling(images / 100) * 100;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

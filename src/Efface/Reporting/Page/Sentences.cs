using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>The report's sentences: text without markup.</summary>
internal static class Sentences
{
    /// <summary>The question that the report answers.</summary>
    public static string Title(ReportRun run) =>
        run switch
        {
            { Attributes.Count: 0 } => $"A model for {Quoted(run.Task)}",
            { HasTask: false } => $"Can {Enumerated(run.SingleAttributes, "or")} be read from these representations?",
            _ => $"Can {Enumerated(run.SingleAttributes, "or")} be read from a model for {Quoted(run.Task)}?",
        };

    /// <summary>The verdict of a run, in one self-contained sentence, after what must be known first.</summary>
    public static string Verdict(ReportRun run) =>
        run.Audit is not { } audit
            ? $"{Opening(run)}, the model has not been audited: nothing is known about what it gives away."
            : string.Concat(audit.Warnings.Select(warning => $"{char.ToUpperInvariant(warning[0])}{warning[1..]}. ")) + Verdict(run, audit);

    private static string Verdict(ReportRun run, AuditResult audit)
    {
        var (tolerance, confidence) = (Numbers.Points(audit.Settings.Tolerance), Numbers.ShortPercent(audit.Settings.Confidence));
        var (source, than) = run.HasTask ? ("what the model releases", $"{Quoted(run.Task)} alone") : ("the representation", "guessing");
        var most = run.Released.SelectMany(place => place.Attackers).Select(attacker => attacker.GivenTask.High).Append(0).Max();
        var (leak, worst) = (audit.Worst.Leak.GivenTask, Numbers.Points(audit.Settings.WorstTolerance));
        return audit.Verdict switch
        {
            Auditing.Verdict.Certified =>
                $"{Opening(run)}, no attacker of any kind can tell {Names(run, "or")} from {source} more than {tolerance} percentage "
                    + $"points better than {than} already tells, on average over its classes: "
                    + $"a bound for every attacker, at {confidence} confidence and for images like those tested, not a trial of a few. "
                    + $"No single symbol was seen to tell more than {worst} points.",
            Auditing.Verdict.Forgotten =>
                $"{Opening(run)}, no attacker we trained could tell {Names(run, "or")} from {source} noticeably better than {than} "
                    + "already tells: "
                    + $"at most {Numbers.Points(most)} percentage points better at {confidence} confidence, where {tolerance} are "
                    + "tolerated on average over its classes; no class alone, and not the images they were surest of, by more than "
                    + $"{worst}.",
            Auditing.Verdict.Inconclusive when audit.Split is { Passed: false } =>
                $"{Opening(run)}, the audit cannot say whether {Names(run, "or")} is forgotten: some images or groups stand on more "
                    + "than one side of the split, so attackers may recognise instead of read, and nothing they reach can be believed.",
            Auditing.Verdict.Inconclusive when most > audit.Settings.Tolerance =>
                $"{Opening(run)}, the audit cannot say whether {Names(run, "or")} is forgotten: attackers may be right up to "
                    + $"{Numbers.Points(most)} percentage points more often than {than} allows, "
                    + $"where {tolerance} are tolerated, and the measurement is too coarse to decide.",
            Auditing.Verdict.Inconclusive when audit.Worst.Controls is not { Passed: false } =>
                $"{Opening(run)}, the audit cannot say whether {Names(run, "or")} is forgotten: {audit.Worst.Reasons[0]}.",
            Auditing.Verdict.Inconclusive =>
                $"{Opening(run)}, the audit cannot say whether {Names(run, "or")} is forgotten: no attacker was measured above the "
                    + $"tolerance of {tolerance} percentage points beyond what {than} allows, "
                    + "but the audit did not pass its own checks, so this shows nothing.",
            Auditing.Verdict.Leaks when leak.Low <= audit.Settings.Tolerance =>
                $"{(run.HasTask ? "The model" : "The representation")} {(run.Unlearns ? "still gives" : "gives")} {Names(run, "and")} "
                    + $"away, if not on average: {audit.Worst.Reasons[0]}.",
            _ => $"{(run.HasTask ? "The model" : "The representation")} {(run.Unlearns ? "still gives" : "gives")} {Names(run, "and")} "
                + $"away: from what {(run.HasTask ? "it releases" : "it holds")}, an attacker is right "
                + $"{Numbers.Points(leak.Value)} percentage points more often than {than} allows (at least "
                + $"{Numbers.Points(leak.Low)} at {confidence} confidence), where {tolerance} are tolerated.",
        };
    }

    /// <summary>Reasons why a verdict may not mean what it seems to mean.</summary>
    public static IEnumerable<string> Caveats(ReportRun run)
    {
        if (run.Audit is not { } audit)
            yield break;
        if (audit.Warnings.Count == 0 && run.Guessing is { } guessing && audit.Fidelity is { } fidelity && fidelity.Low <= guessing)
            yield return $"The model is hardly better at {Quoted(run.Task)} than guessing the commonest answer: right on "
                + $"{Numbers.Percent(fidelity.Value)} of test images, where guessing is right on "
                + $"{Numbers.Percent(guessing)} of training images. A model that learnt nothing gives nothing away.";
        if (audit.Verdict <= Auditing.Verdict.Forgotten && run.LeakingSubgroups is [var (place, subgroup), ..] leaking)
            yield return $"This holds over all images together, not for every group of them: where {Quoted(subgroup.Column)} is "
                + $"{Quoted(subgroup.Class)}, {Quoted(place.Attribute)} is read from {place.Name} "
                + $"{Numbers.Points(subgroup.GivenTask.Value)} percentage points beyond the floor (at least "
                + $"{Numbers.Points(subgroup.GivenTask.Low)})"
                + $"{(leaking.Count > 1 ? $", and {Numbers.Count(leaking.Count - 1)} more such groups stand below" : "")}.";
        if (run.Unlearns && run.Record.Config.Recipe.Forget.Except(run.Attributes).ToList() is { Count: > 0 } missing)
            yield return $"{Enumerated(missing, "and")} {(missing.Count == 1 ? "was" : "were")} to be forgotten too, but the audit did "
                + $"not look for {(missing.Count == 1 ? "it" : "them")}.";
    }

    /// <summary>What an attacker sees.</summary>
    public static string Knows(string knows) =>
        knows switch
        {
            "h" or "c" => "the representation",
            "h,y" or "c,y" => "the representation and the task's true answer",
            _ => knows,
        };

    /// <summary>The images that an attacker was fitted on.</summary>
    public static string FittedOn(string images) =>
        images switch
        {
            "training" => "the model's training images",
            "unseen" => "images unseen by the model",
            _ => images,
        };

    /// <summary>The description of a place.</summary>
    public static string Place(string name) =>
        name switch
        {
            "h" => "what the first part of the network hands to the second, at the split",
            "embedding" => "the vector of features in front of the last layer",
            "code" => "one of a few symbols, to which each image is reduced",
            "logits" => "the model's scores for each answer to the task",
            _ when name.Contains(" (mean of ", StringComparison.Ordinal) =>
                "many draws of one image, averaged: the model gives another output each time",
            _ => "",
        };

    /// <summary>Whether the audit found a leak that was planted.</summary>
    public static string Planted(Control control) =>
        control.Passed
            ? $"Passed: a planted trace was found (read {Numbers.Points(control.Measured.Value)} percentage points beyond the floor; "
                + $"{Numbers.Points(control.Wanted)} were planted), so a leak of that size would have been seen."
            : $"Not passed: a planted trace was missed (read {Numbers.Points(control.Measured.Value)} percentage points beyond the "
                + $"floor; {Numbers.Points(control.Wanted)} were planted), so a leak of that size could go unseen.";

    /// <summary>Whether the audit found a leak where there is none.</summary>
    public static string Shuffled(Control control) =>
        control.Passed
            ? $"Passed: in shuffled labels nothing was found (read {Numbers.Points(control.Measured.Value)} percentage points), so what "
                + "the audit finds is really there."
            : $"Not passed: in shuffled labels something was found (read {Numbers.Points(control.Measured.Value)} percentage points; "
                + $"{Numbers.Points(control.Wanted)} would be right), so what the audit finds need not be there.";

    /// <summary>A name in quotation marks.</summary>
    public static string Quoted(string name) => $"“{name}”";

    /// <summary>camelCase and dots as words: attributeInformation.glasses is attribute information: glasses.</summary>
    public static string Words(string name)
    {
        var parts = name.Split('.', 2);
        var words = string.Concat(
            parts[0].Select(letter => char.IsUpper(letter) ? " " + char.ToLowerInvariant(letter) : letter.ToString())
        );
        return parts.Length == 1 ? words : $"{words}: {parts[1]}";
    }

    /// <summary>Quoted names with commas and a last conjunction.</summary>
    public static string Enumerated(IReadOnlyList<string> names, string conjunction) =>
        names.Count < 2
            ? string.Concat(names.Select(Quoted))
            : $"{string.Join(", ", names.SkipLast(1).Select(Quoted))} {conjunction} {Quoted(names[^1])}";

    private static string Opening(ReportRun run) =>
        run.Record.Command switch
        {
            "unlearn" => "After unlearning",
            "train" => "Without unlearning",
            _ => "As it stands",
        };

    // A good verdict holds for every attribute; a bad one names the attributes it holds for.
    private static string Names(ReportRun run, string conjunction)
    {
        var meant = run
            .Released.Where(place => run.Audit!.Verdict <= Auditing.Verdict.Forgotten || place.Verdict == run.Audit.Verdict)
            .Select(place => place.Attribute)
            .Distinct()
            .ToList();
        var single = meant.Where(name => run.Audit!.Joint.All(place => place.Attribute != name)).ToList();
        return single.Count > 0 ? Enumerated(single, conjunction) : $"the combination {Enumerated(meant, conjunction)}";
    }
}

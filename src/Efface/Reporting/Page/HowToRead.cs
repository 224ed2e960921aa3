namespace Efface.Reporting.Page;

/// <summary>The terms of the report, in plain language.</summary>
internal static class HowToRead
{
    /// <summary>Definitions; those that need a task are left out without one.</summary>
    public static Html Write(Terms terms) =>
        Html.Of(
            $"""
            <section aria-labelledby="reading">
            <h2 id="reading">How to read this</h2>
            <dl class="words">
            {(terms.HasTask ? WithTask : WithoutTask).Select(entry => Html.Of($"<div><dt>{entry.Word}</dt><dd>{entry.Meaning}</dd></div>"))}
            </dl>
            </section>
            """
        );

    private static readonly (string Word, string Meaning)[] WithTask =
    [
        (
            "Task and fidelity",
            "The task is what the model is for; fidelity is the share of test images on which it gets the task right. Forgetting is "
                + "worth little if fidelity falls."
        ),
        ("Attribute", "What the model is not meant to tell. The audit asks whether it can be read from what the model computes."),
        (
            "Released",
            "What leaves the extractor, the part of the model that looks at the image, and could be stored, sent or seen by others. "
                + "Only released places count towards the verdict; internal ones are shown so that nothing is hidden."
        ),
        (
            "Attacker",
            "A model trained from scratch to read the attribute from the representation (h, or c for a code). Some attackers also know "
                + "the task's true answer (y). Some learn from the model's own training images, some from images it never saw. The one "
                + "that counts is chosen on validation images; test images are read once, for the numbers."
        ),
        (
            "Balanced accuracy",
            "The share that an attacker gets right in each class of the attribute, averaged over the classes. Guessing reaches one over "
                + "the number of classes, however rare a class is."
        ),
        (
            "Floor",
            "What is reached without the representation: by guessing the commonest class (majority), from the task's true answer "
                + "(label-only), or from the model's own answer (prediction-only). Task and attribute are often related in the world; a "
                + "floor shows how much that alone gives away."
        ),
        (
            "Leak",
            "How much more than a floor an attacker reaches, in percentage points of balanced accuracy on the same images. Given the "
                + "task, against label-only: this decides. Beyond the prediction, against prediction-only: what a reader gains over "
                + "seeing the model's answer."
        ),
        (
            "Wrong labels",
            "The audit believes the labels. Where a share e of a two-class attribute's labels is wrong at random, a leak is measured at "
                + "1 - 2e times its size, and at less where one class is rare: with 20% wrong labels 10 points read as 6."
        ),
        ("Tolerance", "The leak that is accepted. It was set before the audit."),
        (
            "Verdict",
            "Leaks: the attacker that counts surely reads more than is tolerated, on average or of one class, one symbol or single "
                + "images. Forgotten: no attacker that was sent can be reading more, and the audit passed its own checks. Certified: no "
                + "attacker of any kind can. Inconclusive: the data do not settle it, and the reasons say what would."
        ),
        (
            "Controls",
            "Checks of the audit itself. A trace of the attribute is planted and must be found; labels are shuffled and nothing may be "
                + "found."
        ),
        (
            "Interval",
            "The numbers in small print, or the bar through a dot: where the true value lies, at the audit's confidence. More images "
                + "make it narrower."
        ),
        (
            "Bits, AUC and AUM",
            "Bits: information about the attribute that an attacker demonstrably has. AUC: how well it ranks images, 0.5 being chance. "
                + "AUM: one number for fidelity and forgetting together (Guo et al., 2022); it ignores the floors, so read it last."
        ),
    ];

    private static readonly (string Word, string Meaning)[] WithoutTask =
    [
        ("Attribute", "What the vectors are not meant to tell. The audit asks whether it can be read from them."),
        (
            "Attacker",
            "A model trained from scratch to read the attribute. The one that counts is chosen on validation images; test images are "
                + "read once, for the numbers."
        ),
        ("Floor", "What is reached without the vectors: by guessing the commonest class (majority)."),
        ("Leak", "How much more than that floor an attacker reaches, in percentage points of balanced accuracy on the same images."),
        .. WithTask.Where(entry =>
            entry.Word is "Balanced accuracy" or "Wrong labels" or "Tolerance" or "Verdict" or "Controls" or "Interval"
        ),
    ];
}

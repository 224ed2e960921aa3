using Efface.Auditing;
using Efface.Runs.Experiments;
using Efface.Runs.Reproductions;
using Xunit;

namespace Efface.Tests.Runs;

public sealed class MethodChoiceTests
{
    private static readonly MethodRow Before = Row("before", 0.9, 0.8, Verdict.Leaks);

    [Fact]
    public void Of_what_does_not_leak_and_keeps_the_task_the_one_that_keeps_most_is_chosen()
    {
        MethodRow[] rows =
        [
            Before,
            Row("leaks", 0.9, 0.79, Verdict.Leaks),
            Row("forgets the task", 0.88, 0.7),
            Row("keeps", 0.886, 0.61),
            Row("keeps nothing", 0.9, 0.55),
        ];

        Assert.Equal(
            [
                "cifar10 without class, resnet18: of the ways that are not seen to leak and lose at most 1.5 points of fidelity (keeps, "
                    + "keeps nothing), keeps keeps most.",
            ],
            MethodChoice.Sentences(rows)
        );
    }

    [Fact]
    public void A_choice_that_test_images_do_not_settle_says_so_and_names_the_best_that_is_settled()
    {
        MethodRow[] rows =
        [
            Before,
            Row("open", 0.9, 0.7, Verdict.Inconclusive),
            Row("more", 0.9, 0.6, Verdict.Certified),
            Row("less", 0.9, 0.55),
        ];

        Assert.EndsWith(
            "(open, more, less), open keeps most. Whether it forgets, these test images do not settle; of the ways that are settled "
                + "more keeps most.",
            Assert.Single(MethodChoice.Sentences(rows)),
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "only open is not seen to leak and loses at most 1.5 points of fidelity. Whether it forgets, these test images do not settle.",
            Assert.Single(MethodChoice.Sentences(rows[..2])),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Where_nothing_else_is_known_of_images_drawings_decide()
    {
        MethodRow[] rows =
        [
            Before,
            Row("far", 0.9, null) with
            {
                DrawingError = 0.69,
            },
            Row("near", 0.9, null) with
            {
                DrawingError = 0.66,
            },
            Row("not drawn", 0.9, null) with
            {
                DrawingError = null,
            },
        ];

        Assert.EndsWith("(far, near, not drawn), near keeps most.", Assert.Single(MethodChoice.Sentences(rows)), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_every_way_leaks_or_forgets_the_task_none_is_chosen()
    {
        MethodRow[] rows = [Before, Row("leaks", 0.9, 0.79, Verdict.Leaks), Row("forgets the task", 0.6, 0.7)];

        Assert.EndsWith(
            "every way leaks, or loses more than 1.5 points of fidelity.",
            Assert.Single(MethodChoice.Sentences(rows)),
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "only keeps is not seen to leak and loses at most 1.5 points of fidelity.",
            Assert.Single(MethodChoice.Sentences([.. rows, Row("keeps", 0.9, 0.6)])),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_model_before_is_no_choice_wherever_it_is_read()
    {
        MethodRow[] rows = [Before, Row("before, at layer2", 0.9, 0.9, Verdict.Inconclusive), Row("keeps", 0.9, 0.6)];

        Assert.EndsWith(
            "only keeps is not seen to leak and loses at most 1.5 points of fidelity.",
            Assert.Single(MethodChoice.Sentences(rows)),
            StringComparison.Ordinal
        );
    }

    private static MethodRow Row(string method, double fidelity, double? kept, Verdict verdict = Verdict.Forgotten) =>
        Rows.Of(fidelity, 0.01, kept, method: method) with
        {
            Verdict = verdict,
        };
}

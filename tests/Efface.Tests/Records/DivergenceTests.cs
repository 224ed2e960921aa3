using Efface.Auditing;
using Efface.Records;
using Efface.Reporting;
using Efface.Runs;
using Efface.Tests.Reporting;
using Xunit;

namespace Efface.Tests.Records;

/// <summary>A run whose training diverged was audited, and gone on from, without a word.</summary>
public sealed class DivergenceTests : IDisposable
{
    private const string Cause = "The task loss became NaN in epoch 2, step 4.";

    private readonly FakeRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData(Verdict.Forgotten), InlineData(Verdict.Certified), InlineData(Verdict.Leaks), InlineData(Verdict.Inconclusive)]
    public void Every_verdict_of_a_diverged_run_begins_with_that(Verdict verdict)
    {
        var folder = Diverged(_runs.After(verdict));
        folder.Audit = Divergence.Told(folder.Run, folder.Audit!);

        Assert.All(folder.Audit!.All, place =>
            Assert.StartsWith(
                "the training diverged (The task loss became NaN in epoch 2, step 4):",
                place.Reasons[0],
                StringComparison.Ordinal
            )
        );
        Assert.Contains("the training diverged", folder.Audit.Reasons[0], StringComparison.Ordinal);
        var sentence = Rendered
            .Parse(folder)
            .Descendants("p")
            .First(paragraph => (string?)paragraph.Attribute("class") == "sentence")
            .Value;
        Assert.StartsWith("The training diverged", sentence, StringComparison.Ordinal);
        Assert.Contains(
            "The training diverged",
            MarkdownReport.Render([folder], DateTimeOffset.UnixEpoch).Split("\n\n")[1],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Of_a_run_that_did_not_nothing_is_said()
    {
        var folder = _runs.After(Verdict.Forgotten);

        Assert.Null(Divergence.Of(folder.Run));
        Assert.Equal(folder.Audit!.Reasons, Divergence.Told(folder.Run, folder.Audit!).Reasons);
        Assert.DoesNotContain("diverged", Rendered.Text(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_starts_from_a_diverged_run()
    {
        var from = Diverged(_runs.Before());
        var config = Inheritance.ForUnlearning(from.Path).With("--forget glasses");

        var problem = Assert.Single(
            Assert
                .Throws<InvalidInputException>(() =>
                    TrainingRun.Unlearn(config, Path.Combine(from.Path, "after"), cancel: TestContext.Current.CancellationToken)
                )
                .Problems
        );

        Assert.Equal($"--from {from.Path}", problem.Subject.InFlags());
        Assert.Contains("smaller --learning-rate", problem.Remedy.InFlags(), StringComparison.Ordinal);
    }

    private static RunFolder Diverged(RunFolder folder)
    {
        folder.Run = folder.Run with { Result = folder.Run.Result! with { Diverged = Cause } };
        return folder;
    }
}

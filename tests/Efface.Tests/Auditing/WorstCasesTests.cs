using Efface.Auditing;
using Efface.Data;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class WorstCasesTests : IDisposable
{
    private static readonly AuditSettings Settings = new() { Attackers = ["lookup"], Seeds = [0] };

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void One_of_thirty_classes_that_is_always_recognised_is_no_certificate()
    {
        var place = Audit(30, 12_000, (z, random) => z == 7 ? 0 : 1 + random.Next(3));

        Assert.InRange(place.Leak.GivenTask.High, 0, 0.05);
        Assert.InRange(place.Certificates.Where(bound => bound.Metric == Certificate.OfBalancedAccuracy).Max(bound => bound.Leak), 0, 0.12);
        Assert.Equal(Verdict.Leaks, place.Verdict);
        Assert.Contains("class c7 is separated from the rest ", place.Reasons[0], StringComparison.Ordinal);
        Assert.Equal("c7", place.WorstCases!.Classes.MaxBy(one => one.GivenTask.Value)!.Class);
    }

    [Fact]
    public void Six_percent_of_images_that_are_told_for_sure_are_no_certificate()
    {
        var place = Audit(2, 12_000, (z, random) => random.NextDouble() < 0.06 ? 2 + z : random.Next(2));

        Assert.InRange(place.Leak.GivenTask.High, 0, 0.05);
        Assert.Equal(Verdict.Leaks, place.Verdict);
        Assert.Contains("symbol", Assert.Single(place.Reasons), StringComparison.Ordinal);
        Assert.InRange(place.WorstCases!.Surest.Gain.Low, 0.4, 0.5);
        Assert.Empty(place.WorstCases.Classes);
    }

    [Fact]
    public void Where_nothing_is_told_neither_a_class_nor_any_image_stands_out()
    {
        var place = Audit(5, 24_000, (_, random) => random.Next(4));

        Assert.Equal(Verdict.Certified, place.Verdict);
        Assert.All(place.WorstCases!.Classes, one => Assert.InRange(one.GivenTask.High, -0.05, 0.05));
        Assert.InRange(place.WorstCases.Surest.Gain.High, -0.1, 0.1);
    }

    [Fact]
    public void A_class_with_few_test_images_or_none_is_named_and_nothing_is_forgotten()
    {
        // Test begins in the middle: of the third class there are training images alone, of the fourth three test images besides.
        var few = Audit(
            4,
            24_000,
            (_, random) => random.Next(4),
            i =>
                i < 12_000 ? i % 4
                : i < 12_003 ? 3
                : i % 2
        );
        var none = Audit(2, 24_000, (_, random) => random.Next(4));

        Assert.Equal(Verdict.Inconclusive, few.Verdict);
        Assert.StartsWith(
            "nothing is known of class c2 (0 test images), class c3 (3 test images): too few",
            few.Reasons[0],
            StringComparison.Ordinal
        );
        Assert.Equal(0.5, few.Floors.Majority.BalancedAccuracy.Value, 0.34);
        Assert.Equal(Verdict.Certified, none.Verdict);
    }

    [Fact]
    public void Combinations_of_attributes_that_hardly_occur_are_one_class()
    {
        using var subject = Subject(6, 6_000, (_, random) => random.Next(4), i => i % 600 == 599 ? 5 : i % 4);
        var audit = new Auditor(Settings).Audit(subject, ["z", "w"], cancel: TestContext.Current.CancellationToken);

        // Five images of class c5 fall into two combinations; together with the next they are enough.
        var joint = Assert.Single(audit.Joint);
        Assert.Equal("3 rare combinations", joint.Classes[^1]);
        Assert.Equal(8, joint.Classes.Count);
    }

    [Fact]
    public void A_task_that_cannot_be_read_either_is_said_first()
    {
        using var subject = Subject(2, 3_000, (_, random) => random.Next(4));
        var audit = new Auditor(Settings).Audit(subject, ["z"], cancel: TestContext.Current.CancellationToken);

        Assert.StartsWith("the task itself, y, cannot be read from it (", Assert.Single(audit.Warnings), StringComparison.Ordinal);
        Assert.Equal(audit.Warnings[0], audit.Reasons[0]);
    }

    private static RepresentationAudit Audit(int classes, int images, Func<int, Random, int> code, Func<int, int>? z = null)
    {
        using var subject = Subject(classes, images, code, z);
        return new Auditor(Settings).Audit(subject, ["z"]).Representations[0];
    }

    // Codes of four symbols; y and w are fair coins, ŷ another one.
    private static AuditSubject Subject(int classes, int images, Func<int, Random, int> code, Func<int, int>? z = null)
    {
        var random = new Random(4);
        int[] Coins() => [.. Enumerable.Range(0, images).Select(_ => random.Next(2))];
        var (y, guess, w) = (Coins(), Coins(), Coins());
        int[] labels = [.. Enumerable.Range(0, images).Select(i => z?.Invoke(i) ?? random.Next(classes))];
        var place = new Place("code", 0, 4, true, []);
        var all = torch.tensor(labels.Select(label => (long)code(label, random)).ToArray());
        Captured Part(int from, int to) => Captured.Of([(place, all)], guess[from..to], [.. Enumerable.Range(from, to - from)]);
        var task = new Column("y", ["no", "yes"], y);
        return new AuditSubject
        {
            Places = [place],
            Parts = new CapturedParts(Part(0, images / 3), Part(images / 3, images / 2), Part(images / 2, images)),
            Task = task,
            Columns =
            [
                task,
                new Column("z", [.. Enumerable.Range(0, classes).Select(name => $"c{name}")], labels),
                new Column("w", ["no", "yes"], w),
            ],
        };
    }
}

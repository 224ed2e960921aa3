using Efface.Auditing;
using Efface.Tests.Models;
using Xunit;

namespace Efface.Tests.Auditing;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class CollateralTests
{
    private static readonly AuditSettings Settings = new();

    [Fact]
    public void Within_is_the_mean_over_classes_of_the_AUC_among_rows_of_one_class()
    {
        // g is told by itself, and z tells most of it.
        using var scope = TorchSharp.torch.NewDisposeScope();
        var subject = VectorSubjects.Of((h, y, z, g, w) => h[0] += 2 * g + 1.5f * z);
        var (g, z) = (subject.Columns.Single(column => column.Name == "g"), subject.Columns.Single(column => column.Name == "z"));
        var measured = CollateralRuns.Of(subject, null, g, [z], Settings);

        var parts = subject.For(subject.Places[0], g, Settings.Budget);
        var read = parts.OnTraining(new Efface.Auditing.Attacks.LinearAttacker(), Settings.Seeds[0]).Test;
        var ofRows = subject.Parts.Test.Rows.Select(row => z.Labels[row]).ToArray();
        var byHand = new[] { 0, 1 }.Average(label =>
        {
            var margins = Enumerable
                .Range(0, ofRows.Length)
                .Where(i => ofRows[i] == label)
                .Select(i => (Margin: read.Balanced[i, 1] - read.Balanced[i, 0], IsPositive: read.Truth[i] == 1))
                .ToArray();
            return (
                from positive in margins
                where positive.IsPositive
                from negative in margins
                where !negative.IsPositive
                select positive.Margin > negative.Margin ? 1
                : positive.Margin == negative.Margin ? 0.5
                : 0
            ).Average();
        });
        Assert.Equal(byHand, measured.Within!.Value, 9);
        Assert.InRange(measured.Within.Value, measured.After.Value + 0.005, 1);
        Assert.Null(measured.WithinBefore);
    }

    [Fact]
    public void What_only_goes_with_the_forgotten_attribute_is_at_chance_within_it()
    {
        // h tells z alone; g agrees with z in nine of ten rows.
        using var scope = TorchSharp.torch.NewDisposeScope();
        var subject = VectorSubjects.Of((h, _, z, _, _) => h[0] += 3 * z);
        var z = subject.Columns.Single(column => column.Name == "z");
        var random = new Random(1);
        var g = new Efface.Data.Column("g", ["no", "yes"], [.. z.Labels.Select(label => random.Next(10) == 0 ? 1 - label : label)]);
        var measured = CollateralRuns.Of(subject, null, g, [z], Settings);
        Assert.InRange(measured.After.Value, 0.8, 1);
        Assert.InRange(measured.Within!.Value, 0.4, 0.6);
    }

    [Fact]
    public void It_is_null_where_no_class_has_ten_rows_of_two_classes_and_leaves_out_those_that_have_not()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var subject = VectorSubjects.Of((h, _, _, g, _) => h[0] += 2 * g);
        var g = subject.Columns.Single(column => column.Name == "g");
        // Every class of g is a class of its own, but for nine rows.
        var test = subject.Parts.Test.Rows;
        Efface.Data.Column Few(int exceptions)
        {
            var labels = (int[])g.Labels.Clone();
            foreach (var row in test.Where(row => g.Labels[row] == 1).Take(exceptions))
                labels[row] = 0;
            return new Efface.Data.Column("z", ["no", "yes"], labels);
        }
        Assert.Null(CollateralRuns.Of(subject, null, g, [Few(9)], Settings).Within);
        Assert.InRange(CollateralRuns.Of(subject, null, g, [Few(10)], Settings).Within!.Value, 0.6, 1);
        Assert.Null(CollateralRuns.Of(subject, null, g, [], Settings).Within);
    }

    [Fact]
    public void The_mean_over_attributes_leaves_out_what_was_not_measured()
    {
        static Measured At(double value) => new(value, value, value, 100);
        CollateralResult[] results =
        [
            new("a", null, At(0.9), null) { Within = 0.8 },
            new("b", null, At(0.7), null),
            new("c", null, At(double.NaN), null) { Within = 0.1 },
        ];
        var mean = CollateralMean.Of(results)!;
        Assert.Equal((0.8, 0.8), (mean.After, mean.Within));
        Assert.Null(mean.WithinBefore);
        Assert.Null(CollateralMean.Of([]));
    }
}

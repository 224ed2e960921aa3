using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;
using Efface.Data;
using Efface.Data.Drawn;
using Xunit;

namespace Efface.Tests.Data.Drawn;

public sealed class DrawnFacesTests
{
    private const int Size = 64;
    private static readonly DrawnFacesOptions Few = new()
    {
        Train = 40,
        Validation = 10,
        Test = 20,
        Seed = 7,
    };

    [Fact]
    public void The_same_seed_draws_the_same_faces()
    {
        using var first = DrawnFaces.Draw(Few);
        using var second = DrawnFaces.Draw(Few);
        Assert.Equal(first.Fingerprint, second.Fingerprint);
    }

    [Fact]
    public void Another_seed_draws_other_faces()
    {
        using var first = DrawnFaces.Draw(Few);
        using var second = DrawnFaces.Draw(Few with { Seed = 8 });
        Assert.DoesNotContain(Images(first), Images(second).Contains);
        Assert.NotEqual(first["smile"].Labels, second["smile"].Labels);
    }

    [Fact]
    public void One_thread_draws_what_many_draw()
    {
        using var alone = DrawnFaces.Draw(Few, threads: 1);
        using var together = DrawnFaces.Draw(Few, threads: 8);
        Assert.Equal(alone.Fingerprint, together.Fingerprint);
    }

    [Fact]
    public void An_image_depends_on_its_own_factors_and_not_on_how_they_were_drawn()
    {
        using var independent = DrawnFaces.Draw(Few);
        using var correlated = DrawnFaces.Draw(Few with { Correlations = [new("smile", "glasses", 0.6)] });
        var same = Enumerable
            .Range(0, independent.Count)
            .Where(i => independent.Columns.Zip(correlated.Columns).All(pair => pair.First.Labels[i] == pair.Second.Labels[i]))
            .ToArray();
        Assert.InRange(same.Length, 1, independent.Count - 1);
        Assert.All(same, i => Assert.Equal(Images(independent)[i], Images(correlated)[i]));
    }

    [Fact]
    public void The_table_has_the_parts_the_columns_and_the_size_that_were_asked_for()
    {
        using var table = DrawnFaces.Draw(Few with { Size = 32 });
        Assert.Equal([40, 10, 20], Enum.GetValues<Part>().Select(part => table.Rows(part).Length));
        Assert.Equal(table.Parts.Order(), table.Parts);
        Assert.Equal([3, 32, 32], table.Shape);
        Assert.Equal(DrawnFaces.Factors.Select(factor => factor.Name), table.Columns.Select(column => column.Name));
        Assert.Equal(DrawnFaces.Factors.Select(factor => factor.Classes), table.Columns.Select(column => column.Classes));
        Assert.Equal(("faces", false), (table.Name, table.Flips));
    }

    [Fact]
    public void Every_class_has_its_share()
    {
        const int count = 20_000;
        var labels = DrawnFactors.Sample(count, [new("smile", "hair", 0.5), new("hair", "pose", -0.4)], new Random(1));
        foreach (var (k, (name, classes)) in DrawnFaces.Factors.Index())
        foreach (var (label, share) in labels.CountBy(row => row[k]))
        {
            var expected = 1.0 / classes.Length;
            var error = Math.Sqrt(expected * (1 - expected) / count);
            Assert.True(Math.Abs(share / (double)count - expected) < 4 * error, $"{name} {classes[label]}: {share}");
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-0.6)]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(0.9)]
    [InlineData(1)]
    public void Two_binary_factors_have_the_correlation_asked_for_and_leave_the_others_alone(double value)
    {
        const int count = 20_000;
        var labels = DrawnFactors.Sample(count, [new("smile", "beard", value)], new Random(2));
        var tolerance = 4 / Math.Sqrt(count);
        Assert.Equal(value, Correlation(labels, 0, 5), tolerance * (1 - value * value) + 1e-9);
        for (var other = 1; other < DrawnFaces.Factors.Count; other++)
            if (other != 5)
                Assert.InRange(Correlation(labels, 0, other), -tolerance, tolerance);
    }

    [Fact]
    public void The_classes_of_larger_factors_rise_together()
    {
        var correlations = new[] { -1, -0.5, 0, 0.5, 1 }
            .Select(value => Correlation(DrawnFactors.Sample(5000, [new("hair", "pose", value)], new Random(3)), 3, 6))
            .ToArray();
        Assert.Equal(correlations.Order(), correlations);
        Assert.True(correlations[0] < -0.9 && correlations[^1] > 0.9);
    }

    [Fact]
    public void Correlations_are_either_reached_or_refused() =>
        Gen.Select(Gen.Double[-1, 1], Gen.Double[-1, 1], Gen.Double[-1, 1])
            .Sample(
                (first, second, third) =>
                {
                    FactorCorrelation[] asked = [new("smile", "glasses", first), new("glasses", "hat", second), new("hat", "smile", third)];
                    if (DrawnFactors.Problems(asked).Count > 0)
                        return;
                    var labels = DrawnFactors.Sample(2000, asked, new Random(4));
                    foreach (var ((one, other), value) in new[] { (0, 1), (1, 2), (2, 0) }.Zip([first, second, third]))
                        Assert.InRange(Correlation(labels, one, other), value - 0.12, value + 0.12);
                },
                iter: 50,
                threads: 1
            );

    [Fact]
    public void A_contradiction_is_refused_with_a_remedy_that_works()
    {
        FactorCorrelation[] asked = [new("smile", "glasses", 0.9), new("glasses", "hat", 0.9), new("hat", "smile", -0.9)];
        var problem = Assert.Single(DrawnFactors.Problems(asked));
        Assert.Contains("not positive semi-definite", problem.Fault, StringComparison.Ordinal);
        var scale = double.Parse(Regex.Match(problem.Remedy, @"0\.\d+").Value, CultureInfo.InvariantCulture);
        Assert.Empty(DrawnFactors.Problems([.. asked.Select(pair => pair with { Value = pair.Value * scale })]));
    }

    [Fact]
    public void All_problems_are_reported_at_once()
    {
        var error = Assert.Throws<InvalidInputException>(() =>
            DrawnFaces.Draw(
                new DrawnFacesOptions
                {
                    Train = -1,
                    Size = 8,
                    Correlations =
                    [
                        new("smile", "moustache", 0.5),
                        new("hat", "hat", 0.5),
                        new("hat", "pose", double.NaN),
                        new("pose", "hat", 1.5),
                    ],
                }
            )
        );
        Assert.Collection(
            error.Problems,
            problem => Assert.Contains("train", problem.Subject, StringComparison.Ordinal),
            problem => Assert.Contains("size", problem.Subject, StringComparison.Ordinal),
            problem => Assert.Contains("no factor 'moustache'", problem.Fault, StringComparison.Ordinal),
            problem => Assert.Contains("itself", problem.Fault, StringComparison.Ordinal),
            problem => Assert.Contains("NaN is out of range", problem.Fault, StringComparison.Ordinal),
            problem => Assert.Contains("more than once", problem.Fault, StringComparison.Ordinal),
            problem => Assert.Contains("1.5 is out of range", problem.Fault, StringComparison.Ordinal)
        );
    }

    // A region is left, top, right and bottom in pixels; the share is how much of all change lies in it.
    [Theory]
    [InlineData("smile", 16, 34, 50, 56, 0.7)]
    [InlineData("glasses", 12, 24, 52, 46, 0.95)]
    [InlineData("hat", 4, 0, 60, 34, 0.9)]
    [InlineData("beard", 12, 32, 54, 64, 0.95)]
    public void Only_the_place_of_a_factor_changes_with_it(string name, int left, int top, int right, int bottom, double share)
    {
        double inside = 0,
            all = 0;
        foreach (var (before, after) in Pairs(name, 40))
        {
            var changes = Changes(before, after);
            Assert.True(changes.Sum() > 0);
            for (var i = 0; i < changes.Length; i++)
            {
                var (x, y) = (i % Size, i / Size % Size);
                all += changes[i];
                if (x >= left && x < right && y >= top && y < bottom)
                    inside += changes[i];
            }
        }
        Assert.InRange(inside / all, share, 1);
    }

    [Fact]
    public void Light_falls_from_its_side()
    {
        foreach (var (left, right) in Pairs("light", 20))
            Assert.True(Balance(left) > Balance(right));
    }

    [Fact]
    public void The_background_changes_behind_the_person_only()
    {
        foreach (var (plain, stripes) in Pairs("background", 20))
        {
            var changes = Changes(plain, stripes);
            Assert.True(Enumerable.Range(0, Size).Sum(x => changes[x]) > 0);
            Assert.Equal(0, changes[36 * Size + 32]);
        }
    }

    [Theory]
    [InlineData("hair")]
    [InlineData("skin")]
    [InlineData("pose")]
    public void Every_class_of_a_larger_factor_looks_different(string name)
    {
        var k = DrawnFaces.Factors.Index().Single(factor => factor.Item.Name == name).Index;
        for (var seed = 0; seed < 10; seed++)
        {
            var images = Enumerable.Range(0, DrawnFaces.Factors[k].Classes.Length).Select(label => Draw(seed, k, label)).ToArray();
            for (var i = 1; i < images.Length; i++)
            for (var j = 0; j < i; j++)
                Assert.True(Changes(images[i], images[j]).Average() > 0.3);
        }
    }

    /// <summary>The same sitters with the first and with the last class of a factor, all else equal.</summary>
    private static IEnumerable<(byte[] First, byte[] Last)> Pairs(string name, int count)
    {
        var k = DrawnFaces.Factors.Index().Single(factor => factor.Item.Name == name).Index;
        for (var seed = 0; seed < count; seed++)
            yield return (Draw(seed, k, 0), Draw(seed, k, DrawnFaces.Factors[k].Classes.Length - 1));
    }

    private static byte[] Draw(int seed, int factor, int label)
    {
        var random = new Random(seed);
        int[] labels = [.. DrawnFaces.Factors.Select(each => random.Next(each.Classes.Length))];
        labels[factor] = label;
        var pixels = new byte[3 * Size * Size];
        DrawnPortrait.Draw(DrawnLook.Of(labels), seed, Size, pixels);
        return pixels;
    }

    private static int[] Changes(byte[] first, byte[] second) => [.. first.Zip(second, (one, other) => Math.Abs(one - other))];

    /// <summary>How much brighter the left half is than the right.</summary>
    private static double Balance(byte[] pixels) => pixels.Index().Sum(pixel => pixel.Index % Size < Size / 2 ? pixel.Item : -pixel.Item);

    private static string[] Images(ImageTable table) =>
        [.. table.Pixels.data<byte>().ToArray().Chunk((int)(table.Pixels.numel() / table.Count)).Select(Convert.ToHexString)];

    private static double Correlation(int[][] labels, int first, int second)
    {
        var (one, other) = (labels.Select(row => (double)row[first]), labels.Select(row => (double)row[second]));
        return MathNet.Numerics.Statistics.Correlation.Pearson(one, other);
    }
}

using CsCheck;
using Efface.Auditing;
using Efface.Auditing.Attacks;
using TorchSharp;
using Xunit;

namespace Efface.Tests.Auditing.Attacks;

public sealed class LookupAttackerTests : IDisposable
{
    private const int Codes = 4,
        Classes = 3;
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void A_symbol_that_was_never_seen_tells_nothing()
    {
        var read = Read(new AttackProblem([], 3, 0, 2), Set([0, 0, 0, 0], [0, 0, 1, 1], [0, 1, 0, 1]), Set([2], [0], [0]));
        Assert.Equal([0.5, 0.5], [Math.Exp(read[0, 0]), Math.Exp(read[0, 1])]);
    }

    [Fact]
    public void A_class_that_was_never_seen_is_no_trouble()
    {
        var read = Read(new AttackProblem([], 2, 0, 3), Set([0, 0, 1, 1], [0, 0, 0, 0], [0, 1, 0, 1]), Set([0, 1], [0, 0], [0, 2]));
        Assert.All(read.Cast<double>(), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void No_function_of_the_code_reads_the_images_clearly_better_that_the_table_was_counted_on() =>
        Images
            .Select(images => images.SelectMany(image => Enumerable.Repeat(image, 60)).ToArray())
            .Sample(
                images =>
                {
                    var set = Set(
                        [.. images.Select(image => image.Item1)],
                        [.. images.Select(image => image.Item2)],
                        [.. images.Select(image => image.Item3)]
                    );
                    var table = Balanced(set, Decisions(Read(new AttackProblem([], Codes, 0, Classes), set, set)));
                    // Two nats of so many images, which the table must gain to be believed, are less than so much accuracy.
                    var unseen =
                        Math.Sqrt(2.0 / images.Length) * (table == 1.0 / images.Select(image => image.Item3).Distinct().Count() ? 1 : 0);
                    // Every function of four codes into three classes.
                    for (var function = 0; function < 81; function++)
                    {
                        int[] says = [function % 3, function / 3 % 3, function / 9 % 3, function / 27];
                        Assert.True(Balanced(set, [.. images.Select(image => says[image.Item1])]) <= table + unseen + 1e-9);
                    }
                },
                iter: 40
            );

    [Fact]
    public void Where_the_task_tells_nothing_who_knows_it_has_a_table_for_each_of_its_classes() =>
        Images
            .Select(images => images.SelectMany(image => new[] { image, (image.Item1, 1 - image.Item2, image.Item3) }).ToArray())
            .Sample(
                images =>
                {
                    int[] codes = [.. images.Select(image => image.Item1)],
                        y = [.. images.Select(image => image.Item2)],
                        z = [.. images.Select(image => image.Item3)];
                    var pairs = Set([.. codes.Zip(y, (code, label) => code * 2 + label)], y, z);
                    Assert.Equal(
                        Read(new AttackProblem([], Codes * 2, 0, Classes), pairs, pairs),
                        Read(new AttackProblem([], Codes, 2, Classes), Set(codes, y, z), Set(codes, y, z))
                    );
                },
                iter: 20
            );

    [Fact]
    public void How_frequent_a_class_is_does_not_move_its_opinion()
    {
        // Code 1 is three times as likely under z = 1 as under z = 0, of which there are ten times as many.
        int[] z = [.. Enumerable.Range(0, 4400).Select(i => i < 4000 ? 0 : 1)];
        int[] codes =
        [
            .. Enumerable
                .Range(0, 4400)
                .Select(i =>
                    z[i] == 0 ? (i % 4 == 0 ? 1 : 0)
                    : i % 4 == 0 ? 0
                    : 1
                ),
        ];
        var read = Read(new AttackProblem([], 2, 0, 2), Set(codes, z, z), Set([1], [0], [0]));
        Assert.Equal(0.75, Math.Exp(read[0, 1]), 0.002);
    }

    [Fact]
    public void A_code_that_tells_nothing_leaves_who_knows_the_task_at_what_the_task_tells()
    {
        // y is z in 70 of 100 images, the code is noise with many symbols: tables of (c, y) alone would read far less than y.
        var random = new Random(8);
        AttackSet Drawn(int count)
        {
            int[] z = [.. Enumerable.Range(0, count).Select(_ => random.Next(2))];
            return Set([.. z.Select(_ => random.Next(200))], [.. z.Select(label => random.NextDouble() < 0.7 ? label : 1 - label)], z);
        }
        var parts = new AttackParts(new AttackProblem([], 200, 0, 2), Drawn(2000), Drawn(800), Drawn(2000));
        Assert.Equal(
            parts.Floor(FloorAttacker.LabelOnly).Test.Right(),
            parts.Knowing(task: true).OnTraining(new LookupAttacker(), 0).Test.Right()
        );
    }

    private static Gen<(int, int, int)[]> Images => Gen.Select(Gen.Int[0, Codes - 1], Gen.Int[0, 1], Gen.Int[0, Classes - 1]).Array[10, 60];

    private static AttackSet Set(int[] codes, int[] task, int[] attribute) =>
        new(torch.tensor(codes.Select(code => (long)code).ToArray()), task, task, attribute);

    private static double[,] Read(AttackProblem problem, AttackSet fit, AttackSet read)
    {
        using var fitted = new LookupAttacker().Fit(problem, fit, fit, 0);
        return fitted.Read(read);
    }

    private static int[] Decisions(double[,] read) =>
        [.. Enumerable.Range(0, read.GetLength(0)).Select(i => Enumerable.Range(0, read.GetLength(1)).MaxBy(z => read[i, z]))];

    private static double Balanced(AttackSet set, int[] decisions) =>
        Enumerable
            .Range(0, set.Count)
            .GroupBy(i => set.Attribute[i])
            .Average(group => group.Average(i => decisions[i] == group.Key ? 1.0 : 0));
}

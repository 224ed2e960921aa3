using CsCheck;
using Efface.Data;
using Efface.Data.Sources;
using Efface.Tests.Data.Sources;
using Xunit;

namespace Efface.Tests.Data.Reading;

public sealed class PartDrawTests
{
    private static readonly Gen<(int[] Groups, int[] Strata, double Fraction, int Seed)> Draws =
        from groups in Gen.Int[0, 20].Array[0, 120]
        from strata in Gen.Int[0, 3].Array[120]
        from fraction in Gen.OneOf(Gen.Double[0, 1], Gen.OneOf(0, 0.1, 0.5, 1))
        from seed in Gen.Int[0, 1_000]
        select (groups, strata, fraction, seed);

    [Fact]
    public void A_group_is_drawn_as_a_whole_or_not_at_all() =>
        Draws.Sample(draw =>
        {
            var drawn = Draw(draw);

            Assert.Equal(drawn.Distinct().Order(), drawn);
            Assert.Empty(
                drawn
                    .Select(row => draw.Groups[row])
                    .Intersect(Enumerable.Range(0, draw.Groups.Length).Except(drawn).Select(row => draw.Groups[row]))
            );
        });

    [Fact]
    public void Every_stratum_gives_its_share_as_nearly_as_whole_groups_allow() =>
        Draws.Sample(draw =>
        {
            var drawn = Draw(draw);
            var groups = Enumerable
                .Range(0, draw.Groups.Length)
                .GroupBy(row => draw.Groups[row])
                .Select(group => group.ToArray())
                .ToArray();
            foreach (var stratum in groups.GroupBy(group => draw.Strata[group[0]]))
            {
                var largest = stratum.Max(group => group.Length);
                Assert.InRange(
                    stratum.Sum(group => group.Count(drawn.Contains)) - draw.Fraction * stratum.Sum(group => group.Length),
                    largest == 1 ? -1 : -largest / 2.0 - 1e-9,
                    largest == 1 ? 1 : largest / 2.0 + 1e-9
                );
            }
        });

    [Fact]
    public void The_same_seed_draws_the_same_groups_and_another_one_others()
    {
        int[] rows = [.. Enumerable.Range(0, 300)];
        int[] With(int seed) => Splits.DrawGroups(rows, _ => 0, row => row / 3, 0.3, seed);

        Assert.Equal(With(1), With(1));
        Assert.NotEqual(With(1), With(2));
    }

    [Fact]
    public void Without_parts_a_tenth_is_held_out_to_test_and_a_tenth_to_validate()
    {
        using var table = ToyTables.Read(Sheets.Of(("y", Cells(1_000, i => i % 2))), new DataOptions { Task = "y" }).Table;

        Assert.All(new[] { Part.Validation, Part.Test }, part => Assert.Equal([50, 50], table["y"].Count(table.Rows(part))));
        Assert.Equal(800, table.Rows(Part.Train).Length);
    }

    [Fact]
    public void A_picture_that_several_rows_name_is_drawn_for_one_part_alone() =>
        Gen.Int[0, 30]
            .Array[30, 200]
            .Sample(
                images =>
                {
                    var sheet = Sheets.Of(
                        ("y", Cells(images.Length, i => images[i] % 2)),
                        ("image", Cells(images.Length, i => images[i]))
                    ) with
                    {
                        Images = Sheets.Images([.. Enumerable.Range(0, 31)]),
                        ImageOfRow = images,
                    };
                    var read = ToyTables.Read(sheet, new DataOptions { Task = "y" });
                    using var table = read.Table;

                    Assert.Empty(read.Report.Skipped);
                    AssertOnePart(table, "image");
                },
                iter: 100
            );

    [Fact]
    public void Rows_of_one_group_stay_together_in_every_draw() =>
        Gen.Select(Gen.Int[0, 40].Array[40, 200], Gen.Int[0, 99], Gen.Bool)
            .Sample(
                (people, seed, limits) =>
                {
                    var sheet = Sheets.Of(("y", Cells(people.Length, i => i % 3)), ("who", Cells(people.Length, i => people[i])));
                    var options = new DataOptions
                    {
                        Task = "y",
                        Seed = seed,
                        Limit = limits ? 20 : null,
                        Reading = new ReadingOptions { GroupColumn = "who" },
                    };
                    using var table = ToyTables.Read(sheet, options).Table;

                    AssertOnePart(table, "who");
                    if (limits)
                        Assert.All(Enum.GetValues<Part>(), part => Assert.InRange(table.Rows(part).Length, 0, 20));
                },
                iter: 100
            );

    [Fact]
    public void Groups_that_the_data_sets_own_parts_share_stay_in_the_part_that_is_read_last() =>
        Gen.Select(Gen.Int[0, 15].Array[20, 100], Gen.OneOf(Part.Train, Part.Train, Part.Validation, Part.Test).Array[100])
            .Sample(
                (people, drawn) =>
                {
                    Part[] parts = [.. drawn.Take(people.Length)];
                    var sheet = Sheets.Of(("y", Cells(people.Length, i => i % 3)), ("who", Cells(people.Length, i => people[i]))) with
                    {
                        Parts = parts,
                    };
                    var read = ToyTables.Read(
                        sheet,
                        new DataOptions
                        {
                            Task = "y",
                            Reading = new ReadingOptions { GroupColumn = "who", OnBad = OnBad.Skip },
                        }
                    );
                    using var table = read.Table;

                    AssertOnePart(table, "who");
                    if (!parts.Contains(Part.Validation))
                        return;
                    int[] kept =
                    [
                        .. Enumerable
                            .Range(0, people.Length)
                            .Where(row =>
                                !Enumerable.Range(0, people.Length).Any(other => people[other] == people[row] && parts[other] > parts[row])
                            ),
                    ];
                    Assert.Equal(kept.Select(row => parts[row]), table.Parts);
                    Assert.Equal(
                        Enumerable.Range(2, people.Length).Except(kept.Select(row => row + 2)),
                        read.Report.Skipped.Select(fault => fault.Line!.Value).Order()
                    );
                    Assert.All(read.Report.Skipped, fault =>
                        Assert.Equal(("who", $"{people[fault.Line!.Value - 2]}"), (fault.Column, fault.Value))
                    );
                },
                iter: 100
            );

    private static int[] Draw((int[] Groups, int[] Strata, double Fraction, int Seed) draw) =>
        Splits.DrawGroups(
            [.. Enumerable.Range(0, draw.Groups.Length)],
            row => draw.Strata[row],
            row => draw.Groups[row],
            draw.Fraction,
            draw.Seed
        );

    private static string[] Cells(int count, Func<int, int> cell) => [.. Enumerable.Range(0, count).Select(i => $"{cell(i)}")];

    private static void AssertOnePart(ImageTable table, string column) =>
        Assert.All(Enumerable.Range(0, table.Count).GroupBy(row => table[column].Labels[row]), group =>
            Assert.Single(group.Select(row => table.Parts[row]).Distinct())
        );
}

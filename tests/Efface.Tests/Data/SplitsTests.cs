using CsCheck;
using Efface.Data;
using Efface.Data.Sheets;
using Efface.Data.Sources;
using Xunit;

namespace Efface.Tests.Data;

public sealed class SplitsTests
{
    private static readonly Gen<(int[] Rows, int[] Strata, double Fraction, int Seed)> Draws =
        from strata in Gen.Int[0, 5].Array[0, 200]
        from fraction in Gen.OneOf(Gen.Double[0, 1], Gen.Const(0.0), Gen.Const(0.1), Gen.Const(1.0))
        from seed in Gen.Int[0, 1000]
        select (Enumerable.Range(0, strata.Length).ToArray(), strata, fraction, seed);

    [Fact]
    public void A_draw_has_the_right_size_and_no_row_twice() =>
        Draws.Sample(draw =>
        {
            var drawn = Splits.Draw(draw.Rows, row => draw.Strata[row], draw.Fraction, draw.Seed);

            Assert.Equal((int)Math.Round(draw.Rows.Length * draw.Fraction), drawn.Length);
            Assert.Equal(drawn.Distinct().Order(), drawn);
            Assert.Empty(drawn.Except(draw.Rows));
        });

    [Fact]
    public void Every_stratum_gives_its_share_rounded_down_or_up() =>
        Draws.Sample(draw =>
        {
            var drawn = Splits.Draw(draw.Rows, row => draw.Strata[row], draw.Fraction, draw.Seed).ToLookup(row => draw.Strata[row]);

            foreach (var stratum in draw.Rows.GroupBy(row => draw.Strata[row]))
            {
                var share = stratum.Count() * draw.Fraction;
                Assert.InRange(drawn[stratum.Key].Count(), Math.Floor(share + 1e-9), Math.Ceiling(share - 1e-9));
            }
        });

    [Fact]
    public void The_same_seed_draws_the_same_rows() =>
        Draws.Sample(draw =>
            Assert.Equal(
                Splits.Draw(draw.Rows, row => draw.Strata[row], draw.Fraction, draw.Seed),
                Splits.Draw([.. draw.Rows], row => draw.Strata[row], draw.Fraction, draw.Seed)
            )
        );

    [Fact]
    public void Another_seed_draws_other_rows()
    {
        var rows = Enumerable.Range(0, 1000).ToArray();

        Assert.NotEqual(Splits.Draw(rows, _ => 0, 0.5, 1), Splits.Draw(rows, _ => 0, 0.5, 2));
    }

    [Fact]
    public void A_draw_leaves_the_rows_it_draws_from_in_their_order()
    {
        var rows = Enumerable.Range(0, 100).ToArray();
        Splits.Draw(rows, _ => 0, 0.5, 1);

        Assert.Equal(Enumerable.Range(0, 100), rows);
    }

    [Fact]
    public void Two_columns_give_one_stratum_for_each_pair_of_classes()
    {
        var (y, z) = (ToyTables.Labels("y", 2, 60, row => row % 2), ToyTables.Labels("z", 3, 60, row => row / 2 % 3));

        var strata = Enumerable.Range(0, 60).GroupBy(Splits.By([y, z])).ToArray();

        Assert.Equal(6, strata.Length);
        Assert.All(strata, stratum => Assert.Single(stratum.Select(row => (y.Labels[row], z.Labels[row])).Distinct()));
    }

    [Fact]
    public void A_tenth_of_train_becomes_validation_where_there_is_none()
    {
        using var table = Prepared(train: 600, validation: 0, test: 60);

        Assert.Equal((540, 60, 60), Sizes(table));
        Assert.Equal([30, 30], table["y"].Count(table.Rows(Part.Validation)));
        Assert.Equal(Enumerable.Range(600, 60), table.Rows(Part.Test));
    }

    [Fact]
    public void A_validation_part_stays_as_it_is()
    {
        using var table = Prepared(train: 60, validation: 12, test: 6);

        Assert.Equal((60, 12, 6), Sizes(table));
    }

    [Fact]
    public void The_held_out_tenth_depends_on_the_seed_alone()
    {
        using ImageTable first = Prepared(600, 0, 0, seed: 3),
            again = Prepared(600, 0, 0, seed: 3),
            other = Prepared(600, 0, 0, seed: 4);

        Assert.Equal(first.Rows(Part.Validation), again.Rows(Part.Validation));
        Assert.NotEqual(first.Rows(Part.Validation), other.Rows(Part.Validation));
    }

    [Fact]
    public void A_limit_cuts_every_part_that_is_larger() =>
        Gen.Select(Gen.Int[0, 90], Gen.Int[1, 90], Gen.Int[0, 90], Gen.Int[1, 100])
            .Sample(
                sizes =>
                {
                    var (train, validation, test, limit) = sizes;
                    using var table = Prepared(train, validation, test, limit);

                    Assert.Equal((Math.Min(train, limit), Math.Min(validation, limit), Math.Min(test, limit)), Sizes(table));
                },
                iter: 30
            );

    [Fact]
    public void A_limit_keeps_the_strata()
    {
        using var table = Prepared(600, 60, 0, limit: 36);

        Assert.Equal([18, 18], table["y"].Count(table.Rows(Part.Train)));
        Assert.Equal([18, 18], table["y"].Count(table.Rows(Part.Validation)));
    }

    [Fact]
    public void An_image_that_is_kept_keeps_its_labels_and_its_part()
    {
        using var table = Prepared(600, 60, 90, limit: 36);

        var numbers = ToyTables.Numbers(table.Gather([.. Enumerable.Range(0, table.Count)]));
        for (var row = 0; row < table.Count; row++)
        {
            Assert.Equal((numbers[row] % 2, numbers[row] / 2 % 3), (table["y"].Labels[row], table["z"].Labels[row]));
            Assert.Equal(
                numbers[row] < 600 ? Part.Train
                    : numbers[row] < 660 ? Part.Validation
                    : Part.Test,
                table.Parts[row]
            );
        }
    }

    private static ImageTable Prepared(int train, int validation, int test, int? limit = null, int seed = 1)
    {
        IEnumerable<Part> parts =
        [
            .. Enumerable.Repeat(Part.Train, train),
            .. Enumerable.Repeat(Part.Validation, validation),
            .. Enumerable.Repeat(Part.Test, test),
        ];
        var table = ToyTables.Numbered([.. parts]);
        return ToyTables
            .Read(
                LabelSheet.Of(table),
                new DataOptions
                {
                    Task = "y",
                    Limit = limit,
                    Seed = seed,
                }
            )
            .Table;
    }

    private static (int Train, int Validation, int Test) Sizes(ImageTable table) =>
        (table.Rows(Part.Train).Length, table.Rows(Part.Validation).Length, table.Rows(Part.Test).Length);
}

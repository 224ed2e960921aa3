using CsCheck;
using Efface.Data.Labels;
using Efface.Data.Sheets;
using Efface.Tests.Data.Sources;
using Xunit;

namespace Efface.Tests.Data.Labels;

public sealed class ColumnRulesTests
{
    private static readonly LabelSheet People = Sheets.Of(
        ("age", ["0", "9", "10", "34.5", "70", "101", null, "-3", "old"]),
        ("race", ["White", "Black", "Asian", "Indian", "Others", "White", "Black", null, "Asian"])
    );

    [Fact]
    public void Numbers_fall_into_the_bin_that_begins_at_or_below_them()
    {
        var sheet = Apply(new LabelRules { Bin = ["age=0,10,70"] });

        Assert.Equal(["0 to 10", "10 to 70", "70+"], sheet.Columns[0].Values);
        Assert.Equal(["0 to 10", "0 to 10", "10 to 70", "10 to 70", "70+", "70+", null], sheet.Cells("age"));
    }

    [Fact]
    public void Bins_of_whole_numbers_are_called_by_their_first_and_last() =>
        Assert.Equal(
            ["0-2", "3", "4-9", "10+"],
            Apply(Sheets.Of(("age", ["0", "3", "12"])), new LabelRules { Bin = ["age=0,3,4,10"] }).Columns[0].Values
        );

    [Fact]
    public void Bins_may_be_decimal_and_negative()
    {
        var sheet = Apply(Sheets.Of(("x", ["-1.5", "-0.25", "1e-1", ".5", "7"])), new LabelRules { Bin = ["x=-2,-0.5,0.1,0.5"] });

        Assert.Equal(["-2 to -0.5", "-0.5 to 0.1", "0.1 to 0.5", "0.5+", "0.5+"], sheet.Cells("x"));
    }

    [Fact]
    public void What_is_no_number_or_lies_below_the_first_bin_is_a_fault_of_its_row_and_nothing_is_where_nothing_was()
    {
        var sheet = Apply(new LabelRules { Bin = ["age=0,10"] });

        Assert.Equal(
            [
                "toy.csv row 9 column age '-3': lies below the first bin, 0",
                "toy.csv row 10 column age 'old': is not a number, and --bin wants one",
            ],
            sheet.Faults.Select(fault => $"{fault.Where}: {fault.Fault}")
        );
        Assert.Equal([2, 3, 4, 5, 6, 7, 8], sheet.Lines());
    }

    [Theory]
    [InlineData("Infinity")]
    [InlineData("0x10")]
    [InlineData("１２")]
    public void Only_finite_numbers_as_programs_write_them_are_numbers(string value) =>
        Assert.Equal(value, Assert.Single(Apply(Sheets.Of(("x", ["1", value])), new LabelRules { Bin = ["x=0,1"] }).Faults).Value);

    [Fact]
    public void Binning_is_monotone() =>
        Gen.Select(Gen.Double[-1e3, 1e3].Array[1, 30], Gen.Int[-1_000, 1_000].HashSet[1, 8])
            .Sample(
                (numbers, edges) =>
                {
                    int[] ascending = [.. edges.Order()];
                    var sheet = Apply(
                        Sheets.Of(("x", [.. numbers.Select(number => number.ToString("R", null))])),
                        new LabelRules { Bin = [$"x={string.Join(',', ascending)}"] }
                    );
                    var binned = sheet
                        .Lines()
                        .Select((line, row) => (number: numbers[line!.Value - 2], bin: sheet.Columns[0].Codes[row]))
                        .OrderBy(pair => pair.number)
                        .ToArray();

                    Assert.Equal(binned.Select(pair => pair.bin).Order(), binned.Select(pair => pair.bin));
                    Assert.All(binned, pair => Assert.Equal(Array.FindLastIndex(ascending, edge => edge <= pair.number), pair.bin));
                    Assert.Equal(numbers.Count(number => number < ascending[0]), sheet.Faults.Count);
                    Assert.Equal(ascending.Length, sheet.Columns[0].Values.Distinct().Count());
                }
            );

    [Fact]
    public void Merged_classes_stand_where_the_first_of_them_stood()
    {
        var sheet = Apply(new LabelRules { Map = ["race=Indian+Asian:Asia"] });

        Assert.Equal(["Asia", "Black", "Others", "White"], sheet.Columns[1].Values);
        Assert.Equal(["White", "Black", "Asia", "Asia", "Others", "White", "Black", null, "Asia"], sheet.Cells("race"));
    }

    [Fact]
    public void Merging_into_a_class_that_is_there_joins_it() =>
        Assert.Equal(["Black", "Indian", "White"], Apply(new LabelRules { Map = ["race=Asian+Others:White"] }).Columns[1].Values.Order());

    [Fact]
    public void Merging_preserves_every_count() =>
        Rows.Sample(
            (cells, few) =>
            {
                var (before, after) = (
                    Sheets.Of(("y", cells)),
                    Apply(Sheets.Of(("y", cells)), new LabelRules { Map = [$"y={string.Join('+', few)}:new"] })
                );

                Assert.Equal(before.Count, after.Count);
                Assert.Equal(before.Cells("y").Select(cell => few.Contains(cell) ? "new" : cell), after.Cells("y"));
                Assert.Equal(after.Columns[0].Values.Distinct(), after.Columns[0].Values);
            }
        );

    [Fact]
    public void What_only_keeps_is_what_drop_takes() =>
        Rows.Sample(
            (cells, few) =>
            {
                var rule = $"y={string.Join('+', few)}";
                var (only, drop) = (
                    Apply(Sheets.Of(("y", cells)), new LabelRules { Only = [rule] }),
                    Apply(Sheets.Of(("y", cells)), new LabelRules { Drop = [rule] })
                );

                Assert.Equal(Enumerable.Range(2, cells.Length), only.Lines().Concat(drop.Lines()).Select(line => line!.Value).Order());
                Assert.All(only.Cells("y"), cell => Assert.Contains(cell, few));
                Assert.All(drop.Cells("y"), cell => Assert.DoesNotContain(cell, few));
                Assert.Equal(few.Order(StringComparer.Ordinal), only.Columns[0].Values);
                Assert.Empty(only.Columns[0].Values.Intersect(drop.Columns[0].Values));
                Assert.Empty(only.Faults.Concat(drop.Faults));
            }
        );

    [Fact]
    public void Rules_are_applied_as_bins_then_merges_then_choices()
    {
        var sheet = Apply(
            new LabelRules
            {
                Only = ["race=Rest"],
                Drop = ["age=young"],
                Map = ["age=0-9:young", "race=White+Others:Rest"],
                Bin = ["age=0,10,70"],
            },
            Sheets.Of(("age", ["5", "15", "75", "15"]), ("race", ["White", "White", "Black", "Others"]))
        );

        Assert.Equal([3, 5], sheet.Lines());
        Assert.Equal(["10-69", "70+"], sheet.Columns[0].Values);
        Assert.Equal(["Rest"], sheet.Columns[1].Values);
    }

    [Fact]
    public void A_class_may_end_in_a_plus_as_the_last_bin_does()
    {
        var reading = new LabelRules { Bin = ["age=0,10,70"] };
        var ages = Sheets.Of(("age", ["5", "15", "75"]));

        Assert.Equal([4], Apply(reading with { Only = ["age=70+"] }, ages).Lines());
        Assert.Equal([2], Apply(reading with { Drop = ["age=10-69+70+"] }, ages).Lines());
        Assert.Equal([3], Apply(reading with { Drop = ["age=70++0-9"] }, ages).Lines());
        Assert.Equal(["0-9", "grown"], Apply(reading with { Map = ["age=70++10-69:grown"] }, ages).Columns[0].Values);
    }

    [Fact]
    public void A_sheets_own_bins_hold_unless_the_user_asks_for_others()
    {
        var sheet = Sheets.Of(("age", ["1", "40"])) with { Bins = ["age=0,30"] };

        Assert.Equal(["0-29", "30+"], Apply(new LabelRules(), sheet).Columns[0].Values);
        Assert.Equal(["0-39", "40+"], Apply(new LabelRules { Bin = ["age=0,40"] }, sheet).Columns[0].Values);
    }

    [Fact]
    public void Every_column_and_value_that_is_not_there_is_told_at_once()
    {
        var problems = Sheets.Refused(() =>
            Apply(
                new LabelRules
                {
                    Bin = ["aged=0,1"],
                    Map = ["race=Green+White+Blue:Colour"],
                    Only = ["sex=male"],
                    Drop = ["race=green"],
                }
            )
        );

        Assert.Equal(
            [
                "--bin aged=0,1: no column 'aged' in data set toy",
                "--map race=Green+White+Blue:Colour: column race has no value 'Green', 'Blue'",
                "--only sex=male: no column 'sex' in data set toy",
                "--drop race=green: column race has no value 'green'",
            ],
            problems.Select(problem => $"{problem.Subject.InFlags()}: {problem.Fault}")
        );
        Assert.Contains("age, race", problems[0].Remedy.InFlags(), StringComparison.Ordinal);
        Assert.Contains("Asian, Black, Indian, Others, White", problems[1].Remedy.InFlags(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bin", "age")]
    [InlineData("bin", "=1,2")]
    [InlineData("bin", "age=")]
    [InlineData("bin", "age=1,1")]
    [InlineData("bin", "age=2,1")]
    [InlineData("bin", "age=1,two")]
    [InlineData("bin", "age=1,,2")]
    [InlineData("bin", "age=0,NaN")]
    [InlineData("bin", "age=0,1e999")]
    [InlineData("map", "race")]
    [InlineData("map", "race=White")]
    [InlineData("map", "race=White:")]
    [InlineData("map", "race=:White")]
    [InlineData("map", "race=White++ :Pale")]
    [InlineData("only", "race")]
    [InlineData("only", "race=")]
    [InlineData("only", "=White")]
    [InlineData("drop", "race=+White")]
    public void A_rule_that_is_no_rule_is_told_with_its_form(string flag, string rule)
    {
        var problem = Assert.Single(
            ColumnRules.Check(
                flag switch
                {
                    "bin" => new LabelRules { Bin = [rule] },
                    "map" => new LabelRules { Map = [rule] },
                    "only" => new LabelRules { Only = [rule] },
                    _ => new LabelRules { Drop = [rule] },
                }
            )
        );
        Assert.Equal(($"--{flag} {rule}", "is not understood"), (problem.Subject.InFlags(), problem.Fault));
        Assert.StartsWith("Write COLUMN=", problem.Remedy.InFlags(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_rule_that_is_no_rule_is_told_at_once() =>
        Assert.Equal(
            4,
            ColumnRules
                .Check(
                    new LabelRules
                    {
                        Bin = ["a", "a=1,2"],
                        Map = ["b"],
                        Only = ["c", "c=x"],
                        Drop = ["d"],
                    }
                )
                .Count
        );

    // A column of a few values, and some of those that occur.
    private static readonly Gen<(string?[] Cells, string[] Few)> Rows =
        from cells in Gen.OneOf("a", "b", "c d", "ü", "-2", null).Array[1, 40]
        where cells.Any(cell => cell is not null)
        from seed in Gen.Int[0, 1_000]
        let values = cells.OfType<string>().Distinct().ToArray()
        select (cells, new Random(seed).GetItems(values, 3).Distinct().ToArray());

    private static LabelSheet Apply(LabelRules reading, LabelSheet? sheet = null) => (sheet ?? People).Judged(reading, []);

    private static LabelSheet Apply(LabelSheet sheet, LabelRules reading) => sheet.Judged(reading, []);
}

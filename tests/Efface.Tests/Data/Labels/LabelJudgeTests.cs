using Efface.Data.Labels;
using Efface.Data.Sheets;
using Efface.Tests.Data.Sources;
using Xunit;

namespace Efface.Tests.Data.Labels;

public sealed class LabelJudgeTests
{
    [Theory]
    [InlineData("male", "male", "Male")]
    [InlineData("male", "male ", "m a l e")]
    [InlineData("north_east", "north_east", "North East")]
    [InlineData("20-29", "20-29", "20 – 29")]
    [InlineData("1", "1", "1.0")]
    [InlineData("1", "1", "01")]
    [InlineData("0,5", "0,5", "0.50")]
    [InlineData("yes", "yes", "1")]
    [InlineData("yes", "yes", "True")]
    [InlineData("male", "male", "M")]
    [InlineData("female", "female", "w")]
    [InlineData("White", "White", "'White'")]
    [InlineData("White", "White", "Wh\u200Bite")]
    public void Two_spellings_of_one_class_are_refused_with_the_rule_to_type(string usual, string one, string other)
    {
        var sheet = Sheets.Of(("z", [usual, one, one, one, other, "else"]));

        var problem = Assert.Single(Sheets.Refused(() => sheet.Judged(new LabelRules(), ["z"])));

        Assert.StartsWith("spells what seems to be one class in several ways", problem.Fault, StringComparison.Ordinal);
        Assert.Contains(LabelRules.Typed("--map", $"z={other.Trim()}:{usual}"), problem.Remedy.InFlags(), StringComparison.Ordinal);
        var merged = sheet.Judged(new LabelRules { Map = [$"z={other.Trim()}:{usual}"] }, ["z"]);
        Assert.Equal(2, merged.Columns[0].Values.Count);
        var apart = sheet.Judged(new LabelRules { Map = [$"z={other.Trim()}:{other.Trim()}", $"z={one.Trim()}:{one.Trim()}"] }, ["z"]);
        Assert.Equal(3, apart.Columns[0].Values.Count);
    }

    [Theory]
    [InlineData("yes", "no")]
    [InlineData("0", "1")]
    [InlineData("-1", "1")]
    [InlineData("m", "f")]
    [InlineData("0-2", "3-9")]
    [InlineData("60-69", "70+")]
    [InlineData("A", "Asian elephant of Ceylon's", "Another")]
    [InlineData("White", "Black", "Asian", "Indian", "Others")]
    [InlineData("0", "1", "2", "3", "4")]
    [InlineData("more than 70", "10-19")]
    [InlineData("march", "walk")]
    [InlineData("set1", "set2", "marker 1")]
    [InlineData("30", "60", "99")]
    [InlineData("1-2", "3-4", "10-12")]
    public void What_people_mean_as_classes_is_taken_as_it_is(params string[] values) =>
        Assert.Equal(values.Length, Sheets.Of(("z", values)).Judged(new LabelRules(), ["z"]).Columns[0].Values.Count);

    [Theory]
    [InlineData("NaN")]
    [InlineData("nan")]
    [InlineData("NA")]
    [InlineData("n/a")]
    [InlineData("<NA>")]
    [InlineData("None")]
    [InlineData("null")]
    [InlineData("NULL")]
    [InlineData("?")]
    [InlineData("-")]
    [InlineData("unknown")]
    [InlineData("Unknown.")]
    [InlineData("#N/A")]
    [InlineData("#DIV/0!")]
    [InlineData("not available")]
    [InlineData("-1")]
    public void A_spelling_of_missing_is_missing_and_told(string word)
    {
        var sheet = Sheets
            .Of(("z", [.. Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? "red" : "blue"), word]))
            .Judged(new LabelRules(), ["z"]);

        Assert.Equal(["blue", "red"], sheet.Columns[0].Values);
        Assert.Equal(-1, sheet.Columns[0].Codes[^1]);
        Assert.Contains(word, Assert.Single(sheet.Findings).Examples[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Accents_that_are_characters_of_their_own_beside_composed_ones_are_refused()
    {
        const string Apart = "me\u0301tis",
            Composed = "m\u00E9tis";
        var problem = Assert.Single(
            Sheets.Refused(() => Sheets.Of(("z", [Composed, Composed, Apart, "else"])).Judged(new LabelRules(), ["z"]))
        );

        Assert.Contains($"'{Apart}'", problem.Fault, StringComparison.Ordinal);
        foreach (var alone in new[] { Apart, Composed })
            Assert.Equal(2, Sheets.Of(("z", [alone, alone, "else", "else"])).Judged(new LabelRules(), ["z"]).Columns[0].Values.Count);
    }

    [Fact]
    public void A_word_for_missing_that_a_rule_names_is_a_class()
    {
        var sheet = Sheets.Of(("glasses", ["none", "none", "none", "reading", "sun"]));

        var problem = Assert.Single(Sheets.Refused(() => sheet.Judged(new LabelRules(), ["glasses"])));
        Assert.Contains("'none' (3 rows): a missing label, or a class?", problem.Fault, StringComparison.Ordinal);
        Assert.Equal(
            ["none", "reading", "sun"],
            sheet.Judged(new LabelRules { Map = ["glasses=none:none"] }, ["glasses"]).Columns[0].Values
        );
        Assert.Equal(["reading", "sun"], sheet.Judged(new LabelRules { Missing = ["glasses=none"] }, ["glasses"]).Columns[0].Values);
    }

    [Theory]
    [InlineData("-1", "0", "1")]
    [InlineData("-1", "0", "2", "3")]
    [InlineData("99", "0", "1")]
    [InlineData("-9", "1", "2")]
    [InlineData("999", "1", "2", "3")]
    [InlineData("999", "24", "29", "54")]
    [InlineData("-1", "24", "29", "54")]
    public void A_number_that_may_say_missing_beside_others_is_refused_until_the_user_says(string doubtful, params string[] others)
    {
        var sheet = Sheets.Of(("z", [doubtful, .. others, .. others]));

        Assert.Contains(
            "a missing label, or a class?",
            Assert.Single(Sheets.Refused(() => sheet.Judged(new LabelRules(), ["z"]))).Fault,
            StringComparison.Ordinal
        );
        Assert.Equal(others.Length, sheet.Judged(new LabelRules { Missing = [$"z={doubtful}"] }, ["z"]).Columns[0].Values.Count);
        Assert.Equal(others.Length + 1, sheet.Judged(new LabelRules { Map = [$"z={doubtful}:{doubtful}"] }, ["z"]).Columns[0].Values.Count);
    }

    [Fact]
    public void Years_are_quantities_and_the_rule_that_bins_them_is_ready_to_type()
    {
        var sheet = Sheets.Of(("age", [.. Enumerable.Range(18, 62).Select(age => $"{age}")]));

        var problem = Assert.Single(Sheets.Refused(() => sheet.Judged(new LabelRules(), ["age"])));
        Assert.StartsWith("has 62 different numbers, from 18 to 79", problem.Fault, StringComparison.Ordinal);
        var rule = problem.Remedy.Split("--bin ")[1].Split(';')[0];
        Assert.Equal(4, sheet.Judged(new LabelRules { Bin = [rule] }, ["age"]).Columns[0].Values.Count);
        Assert.Empty(sheet.Judged(new LabelRules(), []).Faults);
    }

    [Theory]
    [InlineData("3-Sep")]
    [InlineData("9-Mar")]
    [InlineData("09. Mrz")]
    [InlineData("Mar-09")]
    [InlineData("2026-03-09")]
    [InlineData("2026-03-09 00:00:00")]
    [InlineData("09.03.2026")]
    [InlineData("3/9/26")]
    [InlineData("9-mars")]
    [InlineData("Oct-19")]
    [InlineData("März 09")]
    public void An_age_that_a_spreadsheet_made_a_date_is_named_for_what_it_is(string date)
    {
        var problem = Assert.Single(
            Sheets.Refused(() => Sheets.Of(("age", ["0-2", date, "10-19", "20-29"])).Judged(new LabelRules(), ["age"]))
        );

        Assert.Contains("look like dates", problem.Fault, StringComparison.Ordinal);
        Assert.Contains(LabelRules.Typed("--map", $"age={date}:3-9"), problem.Remedy.InFlags(), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_wrong_with_the_chosen_columns_is_told_at_once_and_others_may_hold_anything()
    {
        var sheet = Sheets.Of(("y", ["Yes", "yes", "no"]), ("z", ["-1", "0", "1"]), ("note", ["3-Sep", "a", "A"]));

        var problems = Sheets.Refused(() => sheet.Judged(new LabelRules { Map = ["w=a:b"] }, ["y", "z"]));

        Assert.Equal(
            ["--map w=a:b", "column 'y'", "column 'z'"],
            problems.Select(problem => problem.Subject.InFlags()).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Rows_that_rules_leave_out_are_no_faults()
    {
        var sheet = Sheets.Of(("z", ["a", "b", "c", null, "a"])).Judged(new LabelRules { Only = ["z=a+b"] }, ["z"]);

        Assert.Equal((3, 2, 0), (sheet.Count, sheet.LeftOut, sheet.Faults.Count));
    }
}

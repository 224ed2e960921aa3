using System.Text.RegularExpressions;
using CsCheck;
using Efface.Auditing;
using Efface.Records;
using Efface.Reporting;
using Xunit;

namespace Efface.Tests.Reporting;

public sealed class MarkdownReportTests : IDisposable
{
    private readonly FakeRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void The_verdict_stands_on_top_with_its_reasons()
    {
        var lines = Render(_runs.Before(), _runs.After(Verdict.Leaks)).Split('\n');
        Assert.Equal(@"## ❌ Leaks: Can “glasses” be read from a model for “smile”?", lines[0]);
        Assert.Contains(lines, line =>
            line.StartsWith("- ❌ Leaks, `glasses` at `code`: the best attacker reads more", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Before_and_after_stand_in_one_table()
    {
        var text = Render(_runs.Before(), _runs.After(Verdict.Forgotten));
        Assert.Contains(
            "|  | Before unlearning | After unlearning |\n| --- | --- | --- |\n| Verdict | ❌ Leaks | ✅ Forgotten |",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "| `glasses`: leak given the task, points | 39.8 (37.7 to 41.9) | 0.8 (\u22121.3 to 2.9) |",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains("| **Mean** | 0.903 | 0.710 | 0.522 |\n| `hair` | 0.880", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_without_an_audit_is_a_summary_too() =>
        Assert.StartsWith(@"## Not audited: Can “glasses”", Render(_runs.Run("unlearn")), StringComparison.Ordinal);

    [Fact]
    public void Without_a_task_no_word_is_said_of_one()
    {
        var folder = _runs.Run("audit", FakeRuns.Place("vectors", Verdict.Forgotten, 0.53));
        folder.Audit = FakeRuns.Taskless(folder.Audit!.Representations[0]);
        Assert.All(["task", "Fidelity", "smile"], word => Assert.DoesNotContain(word, Render(folder), StringComparison.Ordinal));
    }

    [Fact]
    public void A_hostile_name_breaks_no_table_and_calls_nobody()
    {
        const string Hostile = "a|b\n\n# @everyone <img src=x> `c` [d](http://e) www.f.g\\|";
        (_runs.Task, _runs.Attributes, _runs.DataSet) = (Hostile, [Hostile], Hostile);
        var text = Render(
            _runs.Run("unlearn", FakeRuns.Place(Hostile, Verdict.Leaks, 0.9) with { Attribute = Hostile, Reasons = [Hostile] })
        );
        var name = "`` a¦b # @everyone <img src=x> `c` [d](http://e) www.f.g\\¦ ``";
        Assert.Contains($"| {name} | {name} | ❌ Leaks |", text, StringComparison.Ordinal);
        var tables = text.Split("\n\n").Where(part => part.StartsWith('|')).ToList();
        Assert.Equal(3, tables.Count);
        Assert.All(tables, table => Assert.Single(table.Split('\n').Select(row => row.Count(letter => letter == '|')).Distinct()));

        var prose = Regex.Replace(text.Replace(name, "", StringComparison.Ordinal), @"\\.", "");
        Assert.All(["@", "<", "](", "http:", "www.", "\n# "], markup => Assert.DoesNotContain(markup, prose, StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_is_one_code_span_whatever_it_is() =>
        Gen.String[Gen.OneOf(Gen.Char, Gen.Char["`|\n\\ @<"]), 0, 20]
            .Sample(name =>
            {
                var span = Markdown.Name(name);
                var fence = span.TakeWhile(letter => letter == '`').Count();
                var inside = span[fence..^fence];
                return span.EndsWith(new string('`', fence), StringComparison.Ordinal)
                    && !inside.Contains(new string('`', fence), StringComparison.Ordinal)
                    && !inside.StartsWith('`')
                    && !inside.EndsWith('`')
                    && inside.IndexOfAny(['|', '\n', '\r', '\u2028']) < 0
                    && inside.Length > 0;
            });

    [Fact]
    public void Prose_has_no_sign_that_is_not_escaped() =>
        Gen.String.Sample(prose =>
        {
            var text = Markdown.Text(prose);
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] == '\\')
                    i++;
                else if (
                    text[i] is '|' or '`' or '<' or '>' or '[' or '*' or '_' or '@' or '#' or '&' or '/' or '\n'
                    || text[i] is ':' or '.' && i + 1 < text.Length && char.IsAsciiLetter(text[i + 1])
                )
                    return false;
            }
            return true;
        });

    private static string Render(params RunFolder[] runs) =>
        MarkdownReport.Render(runs, new DateTimeOffset(2026, 1, 31, 14, 5, 0, TimeSpan.Zero));
}

using System.Text.RegularExpressions;
using System.Xml.Linq;
using Efface.Records;
using Efface.Reporting;
using Efface.Reporting.Page;

namespace Efface.Tests.Reporting;

/// <summary>Reports of fake runs, as their readers meet them.</summary>
internal static partial class Rendered
{
    public static XElement Section(RunFolder folder, string name) =>
        Parse(folder).Descendants("section").Single(section => (string?)section.Attribute("aria-labelledby") == name);

    // The cells of the row whose head begins with a name.
    public static string[] Row(XElement within, string name) =>
        [
            .. within
                .Descendants("tr")
                .First(row =>
                    row.Elements("th")
                        .Any(head => (string?)head.Attribute("scope") == "row" && head.Value.StartsWith(name, StringComparison.Ordinal))
                )
                .Elements("td")
                .Select(cell => cell.Value.Trim()),
        ];

    public static string Sentence(RunFolder folder) => Sentences.Verdict(ReportRun.Of([folder])[0]);

    public static string Render(params RunFolder[] runs) =>
        HtmlReport.Render(runs, new DateTimeOffset(2026, 1, 31, 14, 5, 0, TimeSpan.Zero));

    // The end of a line within a sentence is a blank, as browsers show it; commands stand in lines of their own.
    public static XDocument Parse(params RunFolder[] runs) => XDocument.Parse(LineEnd().Replace(Render(runs), " "));

    public static string Text(params RunFolder[] runs) => Parse(runs).Root!.Element("body")!.Value;

    [GeneratedRegex(@"(?<=[^>\s])\n(?!efface )(?=[^<\s])")]
    private static partial Regex LineEnd();
}

using System.Globalization;
using System.Text.Json;
using Efface.Auditing;
using Efface.Data;
using Efface.Reporting;
using Xunit;

namespace Efface.Tests;

/// <summary>What the documents say is what was measured.</summary>
public sealed class DocumentsTests
{
    private static readonly string Root = FindRoot();

    [Theory]
    [InlineData("before")]
    [InlineData("paper")]
    [InlineData("strict")]
    public void The_table_of_results_says_what_the_stored_audit_says(string run)
    {
        var document = File.ReadAllText(Path.Combine(Root, "docs", "results.md"));
        var audit = JsonSerializer.Deserialize<AuditResult>(File.ReadAllText(Path.Combine(Root, "docs", "results", $"cifar-{run}.json")), RunFolder.Json)!;
        Assert.All(audit.Representations, place => Assert.Contains(Row(run, audit, place), document, StringComparison.Ordinal));
    }

    [Fact]
    public void The_table_of_real_faces_is_the_stored_one()
        => Assert.Contains(File.ReadAllText(Path.Combine(Root, "docs", "results", "faces.txt")), File.ReadAllText(Path.Combine(Root, "docs", "results.md")), StringComparison.Ordinal);

    [Fact]
    public void Every_data_set_is_documented()
    {
        var document = File.ReadAllText(Path.Combine(Root, "docs", "data.md"));
        Assert.All(DataSources.All, source => Assert.Contains($"| `{source.Name}` |", document, StringComparison.Ordinal));
    }

    [Fact]
    public void The_readme_names_every_document_and_every_document_is_there()
    {
        var readme = File.ReadAllText(Path.Combine(Root, "README.md"));
        Assert.All(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md"), document => Assert.Contains($"docs/{Path.GetFileName(document)}", readme, StringComparison.Ordinal));
    }

    private static string Row(string run, AuditResult audit, RepresentationAudit place) => string.Create(CultureInfo.InvariantCulture,
        $"| {run} | {Text(audit.Fidelity!)} | {place.Name}{(place.Released ? "" : " (internal)")} | {Text(place.BestWithoutTaskResult.Test.Accuracy)} | {Text(place.BestResult.Test.Accuracy)} | {Text(place.Leak.GivenTask)} | {Text(place.Leak.BeyondPrediction)} | {place.Verdict} |");

    private static string Text(Measured measured) => string.Create(CultureInfo.InvariantCulture, $"{measured.Value:F3} [{measured.Low:F3}, {measured.High:F3}]");

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Efface.slnx"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the repository's root was not found");
        return folder;
    }
}

using Efface.Records;
using Efface.Reporting.Page;

namespace Efface.Reporting;

/// <summary>Runs and their audits as one readable page, without scripts, network access or other files.</summary>
public static class HtmlReport
{
    /// <summary>The report as one HTML document.</summary>
    /// <param name="runs">In order, usually the model before unlearning and the model after; the last one's verdict comes first.</param>
    /// <param name="now">Printed as the time of writing.</param>
    /// <exception cref="ArgumentException">There is no run.</exception>
    /// <exception cref="InvalidInputException">A file of a run cannot be read.</exception>
    public static string Render(IReadOnlyList<RunFolder> runs, DateTimeOffset now)
    {
        if (runs.Count == 0)
            throw new ArgumentException("A report needs at least one run.", nameof(runs));
        var read = ReportRun.Of(runs);
        var last = read[^1];
        return Skeleton.Write(
            Sentences.Title(last),
            Html.Of(
                $"""
                {VerdictSection.Write(last, Sentences.Title(last), now)}
                {ThreatSection.Write(last)}
                {ComparisonSection.Write(read)}
                {HeatMapSection.Write(read)}
                {CertificateSection.Write(last)}
                {AttackSection.Write(read)}
                {WorstCaseSection.Write(last)}
                {SubgroupSection.Write(last)}
                {CollateralSection.Write(read)}
                {VerificationSection.Write(last)}
                {CodeSizeSection.Write(read)}
                {PictureSection.Write(read)}
                {GradCamSection.Write(read)}
                {AttentionSection.Write(read)}
                {OwnPartSection.Write(last)}
                {ControlSection.Write(last)}
                {TrainingSection.Write(read)}
                {SettingsSection.Write(read)}
                {HowToRead.Write(Terms.Of(read))}
                """
            )
        );
    }
}

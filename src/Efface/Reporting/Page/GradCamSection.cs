using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>Where in test images each run's network still sees the attributes.</summary>
internal static class GradCamSection
{
    /// <summary>For each attribute a strip per run; empty if no run has such pictures.</summary>
    public static Html Write(IReadOnlyList<ReportRun> runs)
    {
        List<Seen> strips = [.. runs.SelectMany(Of).Where(strip => strip.Pictures.Count > 0)];
        return strips.Count == 0
            ? Html.Empty
            : Html.Of(
                $"""
            <section aria-labelledby="gradcam">
            <h2 id="gradcam">Where the network still sees it</h2>
            <p>Grad-CAM of a linear probe that was trained on the frozen network: light is where its decision comes from. A probe that reads
            no better than guessing points at nothing in particular; these pictures show where to look, and prove nothing about
            forgetting.</p>
            {strips.GroupBy(strip => strip.Attention.Attribute).Select(attribute => Html.Of($"""
                <h3>Looking for {Sentences.Quoted(attribute.Key)}</h3>
                {attribute.Select(strip => Html.Of($"""
                    {(runs.All(run => !run.IsBefore) ? Before(strip) : Html.Empty)}
                    {After(strip)}
                    """))}
                """))}
            </section>
            """
            );
    }

    private sealed record Seen(ReportRun Run, AttentionResult Attention, IReadOnlyList<byte[]> Pictures, IReadOnlyList<byte[]> Earlier);

    private static IEnumerable<Seen> Of(ReportRun run) =>
        (run.Audit?.Attention ?? []).Select(
            (attention, i) =>
                new Seen(run, attention, PictureSection.Read(run, $"gradcam-{i}"), PictureSection.Read(run, $"before-gradcam-{i}"))
        );

    private static Html Before(Seen seen) =>
        seen.Earlier.Count == 0
            ? Html.Empty
            : Strip($"Before unlearning, {seen.Attention.Attribute}", Html.Of($"Before unlearning"), seen.Earlier, []);

    private static Html After(Seen seen) =>
        Strip(
            $"{seen.Run.Label}, {seen.Attention.Attribute}",
            Html.Of(
                $"""
                {AttackerPlot.Swatch(seen.Run)} {seen.Run.Label}, at {seen.Attention.Stage}; the probe reads
                {Numbers.Percent(seen.Attention.Read.Value)} ({Numbers.PercentInterval(seen.Attention.Read)})
                """
            ),
            seen.Pictures,
            seen.Attention.Empty
        );

    private static Html Strip(string description, Html label, IReadOnlyList<byte[]> pictures, IReadOnlyList<int> empty) =>
        Html.Of(
            $"""
            <div class="pictures"><div><p>{label}{(
                empty.Count == 0
                    ? Html.Empty
                    : Html.Of($". Left as they are: {empty.Count} of {pictures.Count}, in which nothing speaks for the decision")
            )}.</p>
            <div class="strip">{pictures.Select(
                (picture, i) => PictureSection.Picture(picture, $"{description}: where it is seen in test image {i + 1}")
            )}</div></div></div>
            """
        );
}

namespace Efface.Reporting.Page;

/// <summary>Where in test images each run's network still sees the attributes.</summary>
internal static class GradCamSection
{
    /// <summary>For each attribute a strip a run; nothing where no run has such pictures.</summary>
    public static Html Write(IReadOnlyList<ReportRun> runs)
    {
        var strips = runs.SelectMany(run => (run.Audit?.Attention ?? []).Select((seen, i) => (Run: run, Seen: seen, Pictures: PictureSection.Read(run, $"gradcam-{i}"), Before: PictureSection.Read(run, $"before-gradcam-{i}"))))
            .Where(strip => strip.Pictures.Count > 0).ToList();
        return strips.Count == 0 ? Html.Empty : Html.Of($"""
            <section aria-labelledby="gradcam">
            <h2 id="gradcam">Where the network still sees it</h2>
            <p>Grad-CAM of a linear probe that was trained on the frozen network: light is where its decision comes from. A probe that reads no better than guessing points at nothing in particular; these pictures show where to look, and prove nothing about forgetting.</p>
            {strips.GroupBy(strip => strip.Seen.Attribute).Select(attribute => Html.Of($"""
                <h3>Looking for {Sentences.Quoted(attribute.Key)}</h3>
                {attribute.Select(strip => Html.Of($"""
                    {(runs.All(run => !run.IsBefore) && strip.Before.Count > 0 ? Strip($"Before unlearning, {attribute.Key}", Html.Of($"Before unlearning"), strip.Before, []) : Html.Empty)}
                    {Strip($"{strip.Run.Label}, {attribute.Key}", Html.Of($"{AttackerPlot.Swatch(strip.Run)} {strip.Run.Label}, at {strip.Seen.Stage}; the probe reads {Numbers.Percent(strip.Seen.Read.Value)} ({Numbers.PercentInterval(strip.Seen.Read)})"), strip.Pictures, strip.Seen.Empty)}
                    """))}
                """))}
            </section>
            """);
    }

    private static Html Strip(string description, Html label, IReadOnlyList<byte[]> pictures, IReadOnlyList<int> empty) => Html.Of($"""
        <div class="pictures"><div><p>{label}{(empty.Count == 0 ? Html.Empty : Html.Of($". Left as they are: {empty.Count} of {pictures.Count}, in which nothing speaks for the decision"))}.</p>
        <div class="strip">{pictures.Select((picture, i) => PictureSection.Picture(picture, $"{description}: where it is seen in test image {i + 1}"))}</div></div></div>
        """);
}

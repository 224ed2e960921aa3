using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>Test images, and what a fresh decoder reconstructs from each run's representation.</summary>
internal static class PictureSection
{
    private const int Count = 10,
        Together = 5;

    private sealed record Strip(string Label, IReadOnlyList<byte[]> Pictures);

    /// <summary>A row of originals and a row per run; empty if no run has pictures.</summary>
    public static Html Write(IReadOnlyList<ReportRun> runs)
    {
        var strips = Strips(runs);
        return strips.Count == 0
            ? Html.Empty
            : Html.Of(
                $"""
                <section aria-labelledby="pictures">
                <h2 id="pictures">What can be drawn again from the representation</h2>
                <p>A decoder, trained afterwards on what the model releases, draws test images again. What the drawings still show of a face
                or a thing is what the representation still holds; whether it holds the attribute is for the attackers to say, not for the
                eye.</p>
                <div class="pictures">{Enumerable.Range(0, Count / Together).Select(group => Group(strips, group * Together))}</div>
                {Numbered(runs)}
                </section>
                """
            );
    }

    private static List<Strip> Strips(IReadOnlyList<ReportRun> runs)
    {
        var strips = new List<Strip>();
        foreach (var run in runs)
        {
            var (originals, drawn) = (Read(run, "image"), Read(run, "reconstruction"));
            if (originals.Count == 0 || drawn.Count == 0)
                continue;
            // Runs on the same data have the same images: once is enough.
            if (!strips.Any(strip => Same(strip.Pictures, originals)))
                strips.Add(new Strip("Test images", originals));
            if (runs.All(other => !other.IsBefore) && Read(run, "before-reconstruction") is { Count: > 0 } before)
                strips.Add(new Strip("From the representation: before unlearning", before));
            strips.Add(new Strip($"From the representation: {run.Label}", drawn));
        }
        return strips;
    }

    private static Html Numbered(IReadOnlyList<ReportRun> runs)
    {
        var columns = new List<(Html Title, ReconstructionResult Result)>();
        foreach (var run in runs)
        {
            if (runs.All(other => !other.IsBefore) && run.Audit?.ReconstructionBefore is { } before)
                columns.Add((Html.Of($"Before unlearning"), before));
            if (run.Audit?.Reconstruction is { } after)
                columns.Add((Html.Of($"{AttackerPlot.Swatch(run)} {run.Label}"), after));
        }
        if (columns.Count == 0)
            return Html.Empty;
        var attributes = columns.SelectMany(column => column.Result.Attributes).Select(read => read.Attribute).Distinct();
        return Html.Of(
            $"""
            <p>A classifier that learnt the attribute from real images, and never saw a drawing, looks at both. What it reads from drawings
            they surely show; what it does not, they may show in another way.</p>
            <div class="scroll" tabindex="0" role="region" aria-label="What drawings show">
            <table class="comparison">
            <caption>Drawings of test images, with intervals</caption>
            <thead><tr><td></td>{columns.Select(column => Html.Of($"""<th scope="col">{column.Title}</th>"""))}</tr></thead>
            <tbody>
            {Row("Error of the drawings", "binary cross-entropy of pixels, nats; the more, the less is kept",
                column => Cell.Plain(column.Error))}
            {Row("Squared error", "of pixels from 0 to 1", column => Cell.Plain(column.SquaredError))}
            {attributes.Select(name => Row($"Read from the drawings: {name}", "balanced accuracy; in small print on the images themselves",
                column => column.Attributes.FirstOrDefault(read => read.Attribute == name) is { } read ?
                Html.Of($"{Cell.Percent(read.OnReconstructed)}<small>images: {Numbers.Percent(read.OnReal.Value)}</small>") :
                Html.Of($"{Numbers.Missing}")))}
            </tbody>
            </table>
            </div>
            """
        );

        Html Row(string name, string hint, Func<ReconstructionResult, Html> cell) =>
            Html.Of(
                $"""
                <tr><th scope="row">{name}<small>{hint}</small>
                </th>{columns.Select(column => Html.Of($"<td>{cell(column.Result)}</td>"))}</tr>
                """
            );
    }

    private static Html Group(List<Strip> strips, int first) =>
        Html.Of(
            $"""
        <div>{strips.Where(strip => strip.Pictures.Count > first).Select(strip => Html.Of($"""
            <p>{strip.Label}</p>
            <div class="strip">{strip.Pictures.Skip(first).Take(Together).Select((picture, i) =>
                Picture(picture, $"{strip.Label}, {first + i + 1} of {strip.Pictures.Count}"))}</div>
            """))}</div>
        """
        );

    /// <summary>A picture within the page.</summary>
    /// <param name="png">Its file.</param>
    /// <param name="description">The alternative text.</param>
    public static Html Picture(byte[] png, string description) =>
        Html.Of($"""<img src="data:image/png;base64,{Convert.ToBase64String(png)}" alt="{description}" width="96" height="96"/>""");

    /// <summary>The pictures NAME-0.png, NAME-1.png and so on of a run.</summary>
    public static List<byte[]> Read(ReportRun run, string name) =>
        [.. Enumerable.Range(0, Count).Select(i => run.Folder.Picture($"{name}-{i}.png")).OfType<byte[]>()];

    private static bool Same(IReadOnlyList<byte[]> one, IReadOnlyList<byte[]> other) =>
        one.Count == other.Count && one.Zip(other).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
}

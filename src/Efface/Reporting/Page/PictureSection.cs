namespace Efface.Reporting.Page;

/// <summary>Test images, and what a fresh decoder draws again from each run's representation.</summary>
internal static class PictureSection
{
    private const int Count = 10, Together = 5;

    private sealed record Strip(string Label, IReadOnlyList<byte[]> Pictures);

    /// <summary>A row of originals and a row for each run; nothing where no run has pictures.</summary>
    public static Html Write(IReadOnlyList<ReportRun> runs)
    {
        var strips = Strips(runs);
        return strips.Count == 0 ? Html.Empty : Html.Of($"""
            <section aria-labelledby="pictures">
            <h2 id="pictures">What can be drawn again from the representation</h2>
            <p>A decoder, trained afterwards on what the model releases, draws test images again. What the drawings still show of a face or a thing is what the representation still holds; whether it holds the attribute is for the attackers to say, not for the eye.</p>
            <div class="pictures">{Enumerable.Range(0, Count / Together).Select(group => Group(strips, group * Together))}</div>
            </section>
            """);
    }

    private static List<Strip> Strips(IReadOnlyList<ReportRun> runs)
    {
        var strips = new List<Strip>();
        foreach (var run in runs)
        {
            var (originals, drawn) = (Read(run, "image"), Read(run, "reconstruction"));
            if (originals.Count == 0 || drawn.Count == 0) continue;
            // Runs on the same data show the same images: once is enough.
            if (!strips.Any(strip => Same(strip.Pictures, originals))) strips.Add(new Strip("Test images", originals));
            strips.Add(new Strip($"From the representation: {run.Label}", drawn));
        }
        return strips;
    }

    private static Html Group(List<Strip> strips, int first) => Html.Of($"""
        <div>{strips.Where(strip => strip.Pictures.Count > first).Select(strip => Html.Of($"""
            <p>{strip.Label}</p><div class="strip">{strip.Pictures.Skip(first).Take(Together).Select((picture, i) => Picture(picture, $"{strip.Label}, {first + i + 1} of {strip.Pictures.Count}"))}</div>
            """))}</div>
        """);

    /// <summary>A picture within the page.</summary>
    /// <param name="png">Its file.</param>
    /// <param name="description">For those who do not see it.</param>
    public static Html Picture(byte[] png, string description)
        => Html.Of($"""<img src="data:image/png;base64,{Convert.ToBase64String(png)}" alt="{description}" width="96" height="96"/>""");

    /// <summary>The pictures NAME-0.png, NAME-1.png and so on of a run.</summary>
    public static List<byte[]> Read(ReportRun run, string name)
        => [.. Enumerable.Range(0, Count).Select(i => run.Folder.Picture($"{name}-{i}.png")).OfType<byte[]>()];

    private static bool Same(IReadOnlyList<byte[]> one, IReadOnlyList<byte[]> other)
        => one.Count == other.Count && one.Zip(other).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
}

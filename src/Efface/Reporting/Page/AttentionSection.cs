using Efface.Baselines;

namespace Efface.Reporting.Page;

/// <summary>What was removed from the images before training on them: baseline 2.</summary>
internal static class AttentionSection
{
    private static readonly (string Name, string Label)[] Strips =
    [
        ("attended", "Test images"),
        ("attention", "Where the classifier looks: light is where its decision comes from"),
        ("removed", "What the model is trained on"),
    ];

    /// <summary>Numbers and pictures of each run with a removed area; empty if there is none.</summary>
    public static Html Write(IReadOnlyList<ReportRun> runs)
    {
        var removing = runs.Where(run => run.Record.AttentionRemoval is not null).ToList();
        return removing.Count == 0
            ? Html.Empty
            : Html.Of(
                $"""
                <section aria-labelledby="attention">
                <h2 id="attention">What was removed from the images</h2>
                <p>A classifier for the attribute, trained for this alone, shows where in each image its decision comes from (Grad-CAM).
                That area was removed from every image, and the model was trained on what was left. That this classifier fails afterwards
                does not mean that nobody can read the attribute: the attackers of the audit learn from the removed images themselves.</p>
                {removing.Select(run => Run(run, run.Record.AttentionRemoval!, run.Record.Config.AttentionRemoval!))}
                </section>
                """
            );
    }

    private static Html Run(ReportRun run, AttentionRemovalResult result, AttentionRemovalSettings settings) =>
        Html.Of(
            $"""
            <h3>{run.Label}</h3>
            <p>{Area(result, settings)}</p>
            <div class="scroll" tabindex="0" role="region" aria-label="What the classifier reads, {run.Label}">
            <table>
            <caption>What the classifier reads, in balanced accuracy</caption>
            <thead><tr><th scope="col">Attribute</th><th scope="col">From the images</th><th scope="col">Without the area</th></tr></thead>
            <tbody>{result.Attributes.Select(read =>
                Html.Of(
                    $"""
                    <tr><th scope="row">{read.Attribute}</th><td>{Cell.Percent(read.OnReal)}</td><td>{Cell.Percent(read.OnRemoved)}</td>
                    </tr>
                    """
                )
            )}</tbody>
            </table>
            </div>
            <div class="pictures"><div>{Strips.Select(strip => Strip(strip.Label, PictureSection.Read(run, strip.Name)))}</div></div>
            """
        );

    private static string Area(AttentionRemovalResult result, AttentionRemovalSettings settings)
    {
        var filling = settings.Fill switch
        {
            Fill.Mean => "the mean colour of the rest",
            Fill.Blur => "the blurred colours around it",
            _ => "noise with the colours of the rest",
        };
        var left =
            result.WithoutMap == 0
                ? ""
                : $" In {Numbers.Count(result.WithoutMap)} of {Numbers.Count(result.Images)} images no area spoke for the decision: "
                    + "they are left as they are.";
        return $"At most {Numbers.ShortPercent(settings.Fraction)} of each image's pixels were replaced by {filling}, those that told "
            + $"most of {Sentences.Enumerated(settings.Attributes, "and")}.{left}";
    }

    private static Html Strip(string label, IReadOnlyList<byte[]> pictures) =>
        pictures.Count == 0
            ? Html.Empty
            : Html.Of(
                $"""
                <p>{label}</p><div class="strip">{pictures.Select(
                    (picture, i) => PictureSection.Picture(picture, $"{label}, {i + 1} of {pictures.Count}")
                )}</div>
                """
            );
}

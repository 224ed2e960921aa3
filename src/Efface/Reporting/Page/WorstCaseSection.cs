using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>
/// What a mean over classes and images can hide: one class that is always recognised, or some images that are read for certain.
/// </summary>
internal static class WorstCaseSection
{
    private const int Most = 50;

    /// <summary>The last run's worst cases; empty if they were not examined.</summary>
    public static Html Write(ReportRun run)
    {
        var places = run.Released.Where(place => place.WorstCases is not null).ToList();
        if (places.Count == 0)
            return Html.Empty;
        List<(RepresentationAudit Place, ClassLeak Class)> classes =
        [
            .. places
                .SelectMany(place => place.WorstCases!.Classes, (place, one) => (place, one))
                .OrderByDescending(entry => entry.one.GivenTask.Low),
        ];
        return Html.Of(
            $"""
            <section aria-labelledby="worst-cases">
            <h2 id="worst-cases">What the average could hide</h2>
            <p>The leak is a mean over classes and images. So two more things are measured, and count for the verdict with a tolerance of
            their own, {Numbers.Points(
                run.Audit!.Settings.WorstTolerance
            )} points: whether one class is told from all others, and whether the images of which an attacker is surest are told.</p>
            <ul>{places.Select(Surest)}</ul>
            {(classes.Count == 0 ? Html.Empty : Table(classes))}
            </section>
            """
        );
    }

    private static Html Surest(RepresentationAudit place) =>
        Html.Of(
            $"""
            <li>{Sentences.Quoted(place.Attribute)} at {place.Name}: of the {Numbers.Count(
                place.WorstCases!.Surest.Images
            )} test images of which {place.WorstCases.Surest.Attacker.Name} is surest it names {Numbers.Points(
                place.WorstCases.Surest.Gain.Value
            )} points ({Numbers.PointsInterval(
                place.WorstCases.Surest.Gain
            )}) more rightly than would be expected without the representation.</li>
            """
        );

    private static Html Table(List<(RepresentationAudit Place, ClassLeak Class)> classes) =>
        Html.Of(
            $"""
            <div class="scroll" tabindex="0" role="region" aria-label="One class against the rest">
            <table>
            <caption>One class against the rest{(
                classes.Count > Most ? $", the {Most} that tell most of {Numbers.Count(classes.Count)}; all stand in audit.json" : ""
            )}</caption>
            <thead><tr><th scope="col">Class</th><th scope="col">Attribute</th><th scope="col">Place</th>
            <th scope="col">Separated from the rest beyond the floor, points</th></tr></thead>
            <tbody>{classes.Take(Most).Select(entry =>
                Html.Of(
                    $"""
                    <tr><th scope="row">{entry.Class.Class}</th><td>{entry.Place.Attribute}</td><td>{entry.Place.Name}</td>
                    <td>{Cell.Points(entry.Class.GivenTask)}</td></tr>
                    """
                )
            )}</tbody>
            </table>
            </div>
            """
        );
}

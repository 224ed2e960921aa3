using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>Every attacker at every place, against the floors.</summary>
internal static class AttackSection
{
    /// <summary>Released places first, for each attribute; then the places inside a model.</summary>
    public static Html Write(IReadOnlyList<ReportRun> runs)
    {
        var places = runs.SelectMany(run => run.Audits.Select(audit => new ReportedPlace(run, audit))).ToList();
        if (places.Count == 0)
            return Html.Of(
                $"""
                <section aria-labelledby="attackers"><h2 id="attackers">Every attacker</h2>
                <p>No run in this report has been audited.</p></section>
                """
            );

        var terms = Terms.Of(runs);
        var released = places.Where(place => place.Audit.Released).ToList();
        // If one run keeps inside what another releases, both are shown.
        var kept = places.Where(place => places.Any(other => !other.Audit.Released && Where(other) == Where(place))).ToList();
        return Html.Of(
            $"""
            <section aria-labelledby="attackers">
            <h2 id="attackers">Every attacker</h2>
            <p>Each attacker was trained from scratch, after the model was finished. Of its tries (images it learnt from, seed) the one that
            did best on validation images is drawn; all stand in the tables. A dot is the balanced accuracy on test images, the bar its
            interval; the upright lines are what is reached without the model's inside. Whoever stays left of the shaded band's right edge
            reads no more than is tolerated beyond {terms.Already}.</p>
            <p class="note">h: the representation; c: the same where it is a code{(
                terms.HasTask ? "; y: the task's true answer" : ""
            )}. Fitted on training: on images that the model learnt from; on unseen: on images that it never saw.</p>
            <h3>Where something is released</h3>
            {Panels(released, places)}
            {(
                kept.Count == 0
                    ? Html.Empty
                    : Html.Of(
                        $"""
                        <h3>Inside the model</h3><p>Places that a run computes but does not release. They do not count towards its
                        verdict; where another run does release them, it is shown beside.</p>{Panels(kept, places)}
                        """
                    )
            )}
            </section>
            """
        );
    }

    private static (string Attribute, string Name) Where(ReportedPlace place) => (place.Audit.Attribute, place.Audit.Name);

    // One scale per attribute, so that its pictures can be compared.
    private static IEnumerable<Html> Panels(IReadOnlyList<ReportedPlace> shown, IReadOnlyList<ReportedPlace> all) =>
        from attribute in shown.GroupBy(place => place.Audit.Attribute)
        let axis = Axis.Around(all.Where(place => place.Audit.Attribute == attribute.Key).SelectMany(place => place.Shown), 6, 0.005)
        from place in attribute.GroupBy(place => place.Audit.Name)
        select Panel([.. place], axis);

    private static Html Panel(IReadOnlyList<ReportedPlace> places, Axis axis)
    {
        var (name, attribute) = (places[0].Audit.Name, places[0].Audit.Attribute);
        // Places inside are shown beside released places of other runs, whose numbers were given above.
        var inside = places.Any(place => !place.Audit.Released);
        return Html.Of(
            $"""
            <article class="panel">
            <h4>{Sentences.Quoted(attribute)} at {name} <small>{Sentences.Place(name)}</small></h4>
            {places.Select(Finding)}
            {AttackerPlot.Draw(places, axis)}
            <details><summary>Every number, and who was taken for whom, at {name}</summary>{places.Where(place =>
                place.Audit.Released != inside
            ).Select(Numbered)}</details>
            </article>
            """
        );
    }

    private static Html Finding(ReportedPlace place) =>
        Html.Of(
            $"""
            <p class="finding">{AttackerPlot.Swatch(place.Run)} <b>{place.Run.Label}</b> {Badge.Of(place.Audit.Verdict)}{(
                place.Audit.Released ? Html.Empty : Html.Of($" <em>internal, not released</em>")
            )} {string.Join("; ", place.Audit.Reasons)}.{Before(place.Audit.Before)}</p>
            """
        );

    private static Html Before(BeforeReading? before) =>
        before is null
            ? Html.Empty
            : Html.Of(
                $"""
                 Before unlearning the same attackers read {Numbers.Percent(
                    before.BalancedAccuracy.Value
                )} at {before.Name} ({Numbers.PercentInterval(before.BalancedAccuracy)}), {Numbers.Points(
                    before.Leak.GivenTask.Value
                )} points beyond the floor.
                """
            );

    private static Html Numbered(ReportedPlace place) =>
        Html.Of(
            $"""
            <h5>{AttackerPlot.Swatch(place.Run)} {place.Run.Label}: {place.Audit.Kind} {place.Audit.Name}, {(
                place.Audit.Released ? "released" : "internal"
            )}</h5>
            <div class="scroll" tabindex="0" role="region"
              aria-label="Attackers on {place.Audit.Attribute} at {place.Audit.Name}, {place.Run.Label}">
            <table>
            <caption>Attackers on {Sentences.Quoted(place.Audit.Attribute)}, on test images</caption>
            <thead><tr><th scope="col">Attacker</th><th scope="col">Knows</th><th scope="col">Fitted on</th><th scope="col">Seed</th>
            <th scope="col">Balanced accuracy</th><th scope="col">{new Terms(place.Run.HasTask).Leak}, points</th>
            <th scope="col">Accuracy</th><th scope="col">AUC</th><th scope="col">Bits</th><th scope="col">Validation</th></tr></thead>
            <tbody>{place.Audit.Attackers.Select(attacker => Row(attacker, place.Audit.Best))}</tbody>
            <tbody>{place.Floors.Select(floor => FloorRow(floor.Words, floor.Floor))}</tbody>
            </table>
            </div>
            {ConfusionTable.Draw(place)}
            {(place.Audit.Controls is { } controls ? Controls(controls) : Html.Empty)}
            """
        );

    private static Html Controls(Controls controls) =>
        Html.Of(
            $"""
            <dl class="controls">
            <dt>Control: planted trace</dt><dd>{Sentences.Planted(controls.Planted)}</dd>
            <dt>Control: shuffled labels</dt><dd>{Sentences.Shuffled(controls.Shuffled)}</dd>
            </dl>
            """
        );

    private static Html Row(AttackerResult attacker, Choice best)
    {
        var chosen = attacker.Identity == best;
        var test = attacker.Test;
        return Html.Of(
            $"""
            <tr class="{(chosen ? "chosen" : "")}"><th scope="row">{attacker.Name}{(
                chosen ? " (counts)" : ""
            )}</th><td>{attacker.Knows}</td><td>{attacker.FittedOn}</td><td>{attacker.Seed}</td><td>{Cell.Percent(
                test.BalancedAccuracy
            )}</td><td>{Cell.Points(attacker.GivenTask)}</td><td>{Cell.Percent(test.Accuracy)}</td><td>{Cell.Plain(
                test.Auc
            )}</td><td>{Cell.Plain(test.Bits)}</td><td>{Numbers.Percent(attacker.Validation)}</td></tr>
            """
        );
    }

    private static Html FloorRow(string words, Floor floor) =>
        Html.Of(
            $"""
            <tr><th scope="row" colspan="4">Floor: {words}</th><td>{Cell.Percent(floor.BalancedAccuracy)}</td><td></td>
            <td>{Cell.Percent(floor.Accuracy)}</td><td></td><td></td><td></td></tr>
            """
        );
}

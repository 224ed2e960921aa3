using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>What no attacker can exceed, if the representation is one of a few symbols.</summary>
internal static class CertificateSection
{
    /// <summary>The bounds of the last run; empty if it has none.</summary>
    public static Html Write(ReportRun run)
    {
        var places = run.Released.Where(place => place.Certificates.Count > 0).ToList();
        if (places.Count == 0)
            return Html.Empty;
        var (terms, first) = (new Terms(run.HasTask), places[0].Certificates[0]);
        return Html.Of(
            $"""
            <section aria-labelledby="certificates">
            <h2 id="certificates">What no attacker can exceed</h2>
            <p>Where what is received is one of a few symbols, nothing about it has to be tried: from how often each symbol goes with each
            class among {Numbers.Count(first.N)} test images follows a bound for every attacker, of any kind and strength. Each bound
            below holds but for a chance of {Numbers.ShortPercent(first.Delta)}, given that
            {string.Join("; that ", first.Assumptions)}.</p>
            <p>A bound is either the best that anyone could reach on this sample, raised for chance, or the floor and what the squared
            differences (χ²) between the classes' symbols allow beyond it: the smaller of the two counts.</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Table of certificates">
            <table class="comparison">
            <caption>Certificates</caption>
            <thead><tr><th scope="col">What is received</th><th scope="col">Measure</th><th scope="col">Bound<small>no attacker is right
            more often</small></th><th scope="col">Best on this sample<small>and what leads from there to the bound</small></th>
            <th scope="col">{terms.Floor}</th><th scope="col">Allowed leak, points<small>bound less the floor</small></th>
            <th scope="col">Price of many symbols, points<small>in the best on this sample even if they told nothing</small></th></tr>
            </thead>
            <tbody>{places.SelectMany(place => place.Certificates, (place, bound) => Row(place, bound, run))}</tbody>
            </table>
            </div>
            {places.Where(place => place.Information is not null).Select(place => Counted(place, run))}
            {places.Where(place => place.WorstSymbol is not null).Select(Worst)}
            <p class="note">What this does not cover: several pictures of one person released together, whoever holds the picture or the
            extractor, and images unlike those tested. A model's scores (logits) are no symbol: the bound on the decision does not cover
            them, unless they are computed from a certified code.</p>
            </section>
            """
        );
    }

    private static Html Row(RepresentationAudit place, Certificate bound, ReportRun run) =>
        Html.Of(
            $"""
            <tr><th scope="row">{Seen(bound.Knows, run)}<small>for {place.Attribute}</small></th><td>{(
                bound.Metric == Certificate.OfAccuracy ? "accuracy" : "balanced accuracy"
            )}</td><td><b>{Numbers.Percent(bound.Value)}</b>{(
                bound.BitsAtMost is { } bits ? Html.Of($"<small>at most {Numbers.Plain(bits)} bits</small>") : Html.Empty
            )}</td><td>{Numbers.Percent(bound.Estimate)} {(bound.Slack < 0 ? "-" : "+")} {Numbers.Points(Math.Abs(bound.Slack))}<small>{(
                bound.By == Certificate.ByChiSquare ? "by χ²" : "raised for chance"
            )}</small></td><td>{(
                bound.Floor.Low < bound.Floor.High ? Cell.Percent(bound.Floor) : Html.Of($"{Numbers.Percent(bound.Floor.Value)}")
            )}</td><td><b>{Numbers.Points(bound.Leak)}</b></td><td>{Numbers.Points(bound.Bias)}</td></tr>
            """
        );

    private static string Seen(string knows, ReportRun run) =>
        knows switch
        {
            "c" => "The code",
            "c,y" => $"The code, by who knows {Sentences.Quoted(run.Task)}",
            "ŷ" => "The bare decision",
            _ => $"The bare decision, by who knows {Sentences.Quoted(run.Task)}",
        };

    private static Html Counted(RepresentationAudit place, ReportRun run)
    {
        var (training, test) = (place.Information!.Training, place.Information.Test);
        double soft = 0;
        var trained =
            run.Metrics.Count > 0 && run.Metrics[^1].Information.TryGetValue($"conditionalInformation.{place.Attribute}", out soft);
        return Html.Of(
            $"""
            <p>What the code tells of {Sentences.Quoted(place.Attribute)}{(
                run.HasTask ? $" beyond {Sentences.Quoted(run.Task)}" : ""
            )}, in bits, counted: {(trained ? $"{Numbers.Plain(soft)} while training, of undecided codes; " : "")}{Numbers.Plain(
                training.Bits
            )} on {Numbers.Count(training.N)} training images ({Numbers.Plain(
                training.Bias
            )} would be counted if it told nothing), {Numbers.Plain(test.Bits)} on {Numbers.Count(test.N)} test images ({Numbers.Plain(
                test.Bias
            )}).</p>
            """
        );
    }

    private static Html Worst(RepresentationAudit place)
    {
        var worst = place.WorstSymbol!;
        return Html.Of(
            $"""
            <p>The code that gives most away is number {worst.Symbol}: of its {Numbers.Count(worst.Share.N)} test images {Numbers.Percent(
                worst.Share.Value
            )} ({Numbers.PercentInterval(worst.Share)}) are {Sentences.Quoted(
                place.Classes.ElementAtOrDefault(worst.Class) ?? ""
            )} of {Sentences.Quoted(place.Attribute)}, where {Numbers.Percent(
                worst.Expected
            )} would be expected without it. A rare code may tell although all together do not.</p>
            """
        );
    }
}

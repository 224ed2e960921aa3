using System.Diagnostics;
using System.Globalization;
using Efface.Auditing;
using Efface.Auditing.Attacks;
using Efface.Data;
using static TorchSharp.torch;

namespace Efface.Benchmarks;

/// <summary>The whole audit on one case with known truth.</summary>
/// <param name="Case">Its name.</param>
/// <param name="Seed">Of the images.</param>
/// <param name="BayesLeak">What the best possible attacker gains.</param>
/// <param name="Verdict">What the audit said.</param>
/// <param name="Leak">What it measured.</param>
/// <param name="Best">The attacker that counted.</param>
/// <param name="Seconds">It took.</param>
/// <param name="Hidden">Whether a hidden trace of the tolerance's size was found.</param>
public sealed record CaseVerdict(
    string Case,
    int Seed,
    double BayesLeak,
    Verdict Verdict,
    Measured Leak,
    string Best,
    double Seconds,
    bool Hidden
)
{
    /// <summary>Audits; the model's own decision is taken to be y.</summary>
    public static CaseVerdict Of(Case one, int seed, int images, int test, AuditSettings settings)
    {
        using var scope = NewDisposeScope();
        var clock = Stopwatch.StartNew();
        using var subject = Subject(one.Parts(seed, images, test));
        var audit = new Auditor(settings).Audit(subject, ["z"]);
        var place = audit.Worst;
        return new CaseVerdict(
            one.Name,
            seed,
            one.BayesLeak,
            audit.Verdict,
            place.Leak.GivenTask,
            $"{place.Best.Name} {place.Best.Knows} {place.Best.FittedOn}",
            clock.Elapsed.TotalSeconds,
            place.Controls!.Hidden?.Passed ?? true
        );
    }

    /// <summary>A line of a table.</summary>
    public string Line =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Case}\t{Seed}\t{BayesLeak:F4}\t{Verdict}\t{Leak.Value:F4}\t{Leak.Low:F4}\t{Leak.High:F4}\t{Best}\t{Seconds:F1}\t"
                + $"{(Hidden ? "hidden trace found" : "hidden trace missed")}"
        );

    /// <summary>One place, h, with columns y and z.</summary>
    public static AuditSubject Subject(AttackParts parts)
    {
        AttackSet[] sets = [parts.Training, parts.Validation, parts.Test];
        int[] starts = [0, parts.Training.Count, parts.Training.Count + parts.Validation.Count];
        var place = new Place("h", 0, 0, true, parts.Problem.Shape);
        Captured[] captured =
        [
            .. sets.Select(
                (set, part) =>
                    new Captured(
                        new Dictionary<string, Tensor> { [place.Name] = set.Values.DetachFromDisposeScope() },
                        set.Prediction,
                        [.. Enumerable.Range(starts[part], set.Count)]
                    )
            ),
        ];
        Column Labels(string column, Func<AttackSet, int[]> of) => new(column, ["no", "yes"], [.. sets.SelectMany(of)]);
        var y = Labels("y", set => set.Task);
        return new AuditSubject
        {
            Places = [place],
            Parts = new CapturedParts(captured[0], captured[1], captured[2]),
            Task = y,
            Columns = [y, Labels("z", set => set.Attribute)],
        };
    }
}

/// <summary>How often the audit is wrong where the truth is known.</summary>
public static class Verdicts
{
    private const int Rare = 25;

    /// <summary>
    /// Clean and leaking cases by turns, each of the latter at every strength. Maps, which take ten times as long, are one pair in 25; of
    /// them the strongest come first.
    /// </summary>
    public static IEnumerable<(Case Case, int Seed)> Suite(int count)
    {
        var (maps, vectors) = Apart(Cases.Strengths.SelectMany(Cases.At));
        var (cleanMaps, cleanVectors) = Apart(Cases.Clean);
        Array.Reverse(maps);
        for (var i = 0; i < count; i++)
        {
            var pair = i / 2;
            var isMap = pair % Rare == Rare - 1;
            var (some, number) = (i % 2 == 0, isMap) switch
            {
                (true, true) => (cleanMaps, pair / Rare),
                (true, false) => (cleanVectors, pair),
                (false, true) => (maps, pair / Rare),
                (false, false) => (vectors, pair - pair / Rare),
            };
            yield return (some[number % some.Length], i);
        }
    }

    private static (Case[] Maps, Case[] Vectors) Apart(IEnumerable<Case> cases)
    {
        var apart = cases.ToLookup(one => one.Trace.Shape.Length == 3);
        return ([.. apart[true]], [.. apart[false]]);
    }

    /// <summary>Runs some of the suite, a line each.</summary>
    public static void Run(int count, int images, int test, int first, int step)
    {
        var settings = new AuditSettings { Seeds = [0] };
        foreach (var (one, seed) in Suite(count).Where((_, i) => i % step == first))
            Console.WriteLine(CaseVerdict.Of(one, seed, images, test, settings).Line);
    }
}

using System.Text.Json.Nodes;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>What other programs may rely on in audit.json.</summary>
public sealed class AuditJsonTests(SmallRun small) : IAsyncLifetime
{
    private JsonObject _audit = null!;

    public async ValueTask InitializeAsync() => _audit = (await small.Audit).Json;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private IEnumerable<JsonNode> Places => _audit["representations"]!.AsArray().Select(place => place!);

    [Fact]
    public async Task The_file_and_the_exit_code_say_what_stdout_says() => Verdicts.Agree(await small.Audit, small.AuditFile);

    [Fact]
    public void Everything_that_the_contract_names_is_there()
    {
        Has(
            _audit,
            "schemaVersion",
            "verdict",
            "reasons",
            "attributes",
            "fidelity",
            "aum",
            "settings",
            "images",
            "split",
            "representations",
            "joint",
            "collateral",
            "collateralMean",
            "reconstruction",
            "attention"
        );
        Has(_audit["settings"]!, "tolerance", "confidence", "seeds", "attackers", "budget");
        foreach (var place in Places)
        {
            Has(
                place,
                "name",
                "kind",
                "attribute",
                "verdict",
                "reasons",
                "floors",
                "controls",
                "attackers",
                "best",
                "leak",
                "classes",
                "confusion",
                "subgroups",
                "before"
            );
            Has(place["controls"]!["planted"]!, "passed", "measured", "wanted");
            Has(place["controls"]!["shuffled"]!, "passed", "measured", "wanted");
            Has(place["leak"]!, "givenTask", "beyondPrediction");
            foreach (var floor in new[] { "majority", "labelOnly", "predictionOnly" })
                Has(place["floors"]![floor]!, "accuracy", "balancedAccuracy");
            foreach (var attacker in place["attackers"]!.AsArray())
            {
                Has(attacker!, "name", "knows", "seed", "validation", "test");
                Has(attacker!["test"]!, "accuracy", "balancedAccuracy", "auc", "bits");
            }
        }
    }

    [Fact]
    public void Settings_are_those_that_were_asked_for()
    {
        var settings = _audit["settings"]!;
        Assert.Equal((0.1, 0.95), ((double)settings["tolerance"]!, (double)settings["confidence"]!));
        Assert.Equal([0, 1], settings["seeds"]!.AsArray().Select(seed => (int)seed!));
        Assert.Equal(["mlp", "linear", "lookup"], settings["attackers"]!.AsArray().Select(name => (string)name!));
    }

    [Fact]
    public void Every_measured_number_lies_in_its_interval_and_says_on_how_many_images_it_rests()
    {
        var measured = Objects(_audit).Where(entry => entry.ContainsKey("value") && entry.ContainsKey("low")).ToArray();
        Assert.True(measured.Length > 50);
        Assert.Equal(120, (int)_audit["representations"]![0]!["leak"]!["givenTask"]!["n"]!);
        Assert.All(measured, number =>
        {
            Assert.InRange((double)number["value"]!, (double)number["low"]!, (double)number["high"]!);
            // The images of one code may be few.
            Assert.InRange((int)number["n"]!, 1, 120);
        });
    }

    [Fact]
    public void A_code_and_the_bare_decision_have_certificates_as_the_contract_says()
    {
        Assert.Equal([0, 4, 4], Places.Select(place => place["certificates"]!.AsArray().Count));
        Assert.All(Places.SelectMany(place => place["certificates"]!.AsArray()), bound =>
        {
            Has(bound!, "metric", "knows", "estimate", "slack", "value", "floor", "bias", "delta", "n", "by", "assumptions");
            Assert.Equal(Math.Min(1, (double)bound!["estimate"]! + (double)bound["slack"]!), (double)bound["value"]!, 1e-12);
            Assert.Equal((120, 0.05), ((int)bound["n"]!, Math.Round((double)bound["delta"]!, 9)));
        });
        Assert.Equal(
            ["c", "c", "c,y", "c,y", "ŷ", "ŷ", "ŷ,y", "ŷ,y"],
            Places.SelectMany(place => place["certificates"]!.AsArray()).Select(bound => (string)bound!["knows"]!)
        );
        Has(Places.Single(place => (string)place["name"]! == "code")["worstSymbol"]!, "symbol", "class", "share", "expected");
    }

    [Fact]
    public void Places_are_of_the_kind_that_they_are() =>
        Assert.Equal(
            [("embedding", "continuous"), ("code", "discrete"), ("logits", "continuous")],
            Places.Select(place => ((string)place["name"]!, (string)place["kind"]!))
        );

    [Fact]
    public void The_best_attacker_is_the_one_who_read_validation_best() => Assert.All(Places, place =>
        {
            var first = place["attackers"]!.AsArray().MaxBy(attacker => (double)attacker!["validation"]!)!;
            Assert.All(["name", "knows", "seed"], key => Assert.Equal($"{first[key]}", $"{place["best"]![key]}"));
        });

    [Fact]
    public void Each_attacker_was_sent_once_and_those_that_read_best_with_every_seed_that_matters() =>
        Assert.All(Places, place => Assert.All(place["attackers"]!.AsArray().GroupBy(Sent), group =>
            {
                var isChosen = group.Key == Sent(place["best"]) || group.Key == Sent(place["bestWithoutTask"]);
                int[] seeds = [.. group.Select(attacker => (int)attacker!["seed"]!).Order()];
                if (!group.Key.StartsWith("mlp", StringComparison.Ordinal))
                    Assert.Equal([0], seeds);
                else if (isChosen)
                    Assert.Equal([0, 1], seeds);
            }));

    private static string Sent(JsonNode? attacker) => (string)attacker!["name"]! + attacker["knows"] + attacker["fittedOn"];

    [Fact]
    public async Task The_verdict_is_the_worst_of_the_released_places_and_decides_the_exit_code()
    {
        string[] fromBest = ["Certified", "Forgotten", "Inconclusive", "Leaks"];
        var worst = Places.Where(place => (bool)place["released"]!).Max(place => Array.IndexOf(fromBest, (string)place["verdict"]!));
        Assert.Equal(fromBest[worst], (string)_audit["verdict"]!);
        Assert.Equal(new[] { 0, 0, 4, 3 }[worst], (await small.Audit).ExitCode);
        Assert.NotEmpty(_audit["reasons"]!.AsArray());
    }

    private static void Has(JsonNode node, params string[] keys) => Assert.All(keys, key => Assert.NotNull(node[key]));

    private static IEnumerable<JsonObject> Objects(JsonNode? node) =>
        node switch
        {
            JsonObject entries => entries.SelectMany(entry => Objects(entry.Value)).Prepend(entries),
            JsonArray list => list.SelectMany(Objects),
            _ => [],
        };
}

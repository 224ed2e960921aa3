using System.Text.Json;
using System.Text.Json.Nodes;
using Efface.Auditing;
using Efface.Data;
using Efface.Records;
using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Tests.Training;
using Efface.Training;
using Xunit;

namespace Efface.Tests.Auditing;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class AuditorTests
{
    private static readonly AuditSettings Settings = new() { Attackers = ["lookup", "linear"] };

    [Fact]
    public void Every_attacker_goes_to_every_place_of_a_residual_network_and_a_visible_attribute_leaks()
    {
        using var table = Table(100);
        using var model = ToyTraining.Model(table, network: ToyNetworks.Residual());
        var heard = new List<AuditProgress>();
        var audit = Audit(
            model with
            {
                Description = model.Description with { Split = "layer2" },
            },
            table,
            ["z"],
            new AuditSettings { Attackers = ["linear", "mlp", "resnet18"], Seeds = [0] },
            heard.Add
        );

        Assert.Equal(Verdict.Leaks, audit.Verdict);
        Assert.Equal(["h", "embedding", "logits"], audit.Representations.Select(place => place.Name));
        Assert.All(audit.Representations, place => Assert.Equal(("continuous", "z", true), (place.Kind, place.Attribute, place.Released)));
        Assert.Empty(audit.Joint);
        Assert.Equal(
            from name in new[] { "linear", "mlp", "resnet18" }
            from knows in new[] { "h", "h,y" }
            from images in new[] { "training", "unseen" }
            select (name, knows, images),
            audit.Representations[0].Attackers.Select(attacker => (attacker.Name, attacker.Knows, attacker.FittedOn))
        );
        Assert.All(audit.Representations.Skip(1), place => Assert.Equal(8, place.Attackers.Count));
        // At each of three places three controls and a judgement, and one collateral column, come to the 28 attacks.
        Assert.Equal(Enumerable.Range(0, 41).Select(done => (done, 41)), heard.Select(progress => (progress.Done, progress.Total)));
    }

    [Fact]
    public void Floors_best_and_leak_of_a_place_go_together()
    {
        using var table = Table(300);
        using var model = ToyTraining.Model(table);
        var audit = Audit(model, table, ["z"], Settings);
        Assert.All(audit.Representations, place =>
        {
            Assert.Equal(0.5, place.Floors.Majority.BalancedAccuracy.Value, 12);
            Assert.InRange(place.Floors.LabelOnly!.BalancedAccuracy.Value, 0.4, 0.6);
            Assert.InRange(place.Floors.PredictionOnly!.BalancedAccuracy.Value, 0.4, 1);
            Assert.Equal("h", place.BestWithoutTaskResult.Knows);
            Assert.Equal(
                place.BestResult.Test.BalancedAccuracy.Value - place.Floors.LabelOnly!.BalancedAccuracy.Value,
                place.Leak.GivenTask.Value,
                9
            );
            Assert.Equal(
                place.BestWithoutTaskResult.Test.BalancedAccuracy.Value - place.Floors.PredictionOnly!.BalancedAccuracy.Value,
                place.Leak.BeyondPrediction.Value,
                9
            );
            // Corrected for the number of places, three.
            Assert.True(
                place.Leak.GivenTask.High - place.Leak.GivenTask.Low
                    > 1.05 * (place.BestResult.GivenTask.High - place.BestResult.GivenTask.Low)
            );
        });
    }

    [Fact]
    public void Several_attributes_are_looked_for_one_by_one_and_all_at_once_and_who_reads_best_with_every_seed()
    {
        using var subject = VectorSubjects.Of((h, _, z, _, _) => h[0] += 3 * z, images: 400);
        var audit = new Auditor(Settings with { Attackers = ["mlp"], Seeds = [0, 1] }).Audit(
            subject,
            ["z", "g"],
            cancel: TestContext.Current.CancellationToken
        );

        Assert.Equal([("z", "h"), ("g", "h")], audit.Representations.Select(place => (place.Attribute, place.Name)));
        Assert.Equal([("z+g", "h")], audit.Joint.Select(place => (place.Attribute, place.Name)));
        Assert.All(audit.Joint, place => Assert.Equal(1.0 / 4, place.Floors.Majority.BalancedAccuracy.Value, 9));
        Assert.Equal([0, 1], audit.Representations[0].Attackers.Select(attacker => attacker.Seed).Distinct());
        // Four ways to send it, and the best of them, and of those without y, once more.
        Assert.InRange(audit.Representations[0].Attackers.Count, 5, 6);
    }

    [Fact]
    public void Nothing_leaks_of_labels_that_have_nothing_to_do_with_the_images()
    {
        using var table = Table(100);
        var random = new Random(6);
        for (var i = 0; i < table.Count; i++)
            table["z"].Labels[i] = random.Next(2);
        using var model = ToyTraining.Model(table);
        var audit = Audit(model, table, ["z"], Settings);
        Assert.NotEqual(Verdict.Leaks, audit.Verdict);
        Assert.NotEmpty(audit.Reasons);
    }

    [Fact]
    public void An_audit_can_be_stopped()
    {
        using var table = Table(60);
        using var model = ToyTraining.Model(table);
        using var stop = new CancellationTokenSource();
        var heard = 0;
        using var subject = AuditSubject.Of(model, table);
        Assert.Throws<OperationCanceledException>(() => new Auditor(Settings, _ =>
            {
                if (++heard == 3)
                    stop.Cancel();
            }).Audit(subject, ["z"], cancel: stop.Token));
        Assert.Equal(3, heard);
    }

    [Fact]
    public void Behind_a_bottleneck_the_embedding_is_looked_at_and_does_not_decide()
    {
        using var table = Table(100);
        using var model = ToyTraining.Model(table, ToyTraining.Strict);
        var audit = Audit(model, table, ["z"], Settings);

        Assert.Equal(
            [("embedding", false), ("code", true), ("logits", true)],
            audit.Representations.Select(place => (place.Name, place.Released))
        );
        Assert.Equal("discrete", audit.Representations[1].Kind);
        Assert.True(audit.Worst.Released);
        Assert.All(audit.Representations[1].Attackers, attacker => Assert.Equal("lookup", attacker.Name));
        Assert.Equal(["c", "c,y"], audit.Representations[1].Attackers.Select(attacker => attacker.Knows).Distinct());
    }

    [Fact]
    public void The_file_keeps_everything_under_the_names_of_the_contract()
    {
        using var table = Table(100);
        using var model = ToyTraining.Model(table, ToyTraining.Strict);
        var audit = Audit(model, table, ["z"], Settings);
        var json = JsonSerializer.Serialize(audit, RunFolder.Json);

        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<AuditResult>(json, RunFolder.Json), RunFolder.Json));
        var file = JsonNode.Parse(json)!.AsObject();
        Assert.Equal(audit.Verdict.ToString(), (string?)file["verdict"]);
        Has(file, "schemaVersion", "verdict", "reasons", "fidelity", "aum", "settings", "representations", "joint");
        Has(file["settings"]!, "tolerance", "confidence", "seeds", "attackers", "budget");
        foreach (var place in file["representations"]!.AsArray())
        {
            Has(place!, "name", "kind", "attribute", "verdict", "reasons", "floors", "controls", "attackers", "best", "leak");
            foreach (var floor in Has(place!["floors"]!, "majority", "labelOnly", "predictionOnly"))
                Measured(Has(floor!, "accuracy", "balancedAccuracy"));
            foreach (var control in Has(place["controls"]!, "planted", "shuffled"))
                Measured([Has(control!, "passed", "wanted", "measured").Last()]);
            foreach (var attacker in place["attackers"]!.AsArray())
            {
                Has(attacker!, "name", "knows", "seed", "validation");
                Measured(Has(attacker!["test"]!, "accuracy", "balancedAccuracy", "auc", "bits"));
            }
            Has(place["best"]!, "name", "seed");
            Measured(Has(place["leak"]!, "givenTask", "beyondPrediction"));
        }
        Measured([file["fidelity"]]);
    }

    [Fact]
    public void Attackers_who_cannot_read_a_place_are_not_an_audit_of_it()
    {
        using var table = Table(100);
        using var model = ToyTraining.Model(table);
        var refusal = Assert.Throws<InvalidInputException>(() => Audit(model, table, ["z"], Settings with { Attackers = ["lookup"] }));
        Assert.Contains("--attackers lookup", refusal.Message.InFlags(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_that_holds_the_image_is_drawn_again_better_than_one_that_holds_nothing()
    {
        using var table = Table(300);
        using var model = ToyTraining.Model(table, ToyTraining.Strict);
        var places = Place.Of(model);
        using var map = Reconstruction.Of(model, new Place("h", 0, 0, true, model.Network.OutputShapes(table.Shape)[0]), table, 10, 0);
        using var code = Reconstruction.Of(model, places.Single(place => place.Name == "code"), table, 10, 0);

        Assert.Equal([10, 3, 16, 16], map.Drawn.shape);
        Assert.Equal(map.Originals.shape, map.Drawn.shape);
        // Grey everywhere is that far off.
        Assert.All(new[] { map.Result.Error, code.Result.Error }, error => Assert.InRange(error.Value, 0, Math.Log(2)));
        Assert.True(map.Result.Error.High < code.Result.Error.Low, $"{map.Result.Error} from the map, {code.Result.Error} from the code");
    }

    private static AuditResult Audit(
        TrainedModel model,
        ImageTable table,
        string[] attributes,
        AuditSettings settings,
        Action<AuditProgress>? onProgress = null
    )
    {
        using var subject = AuditSubject.Of(model, table, settings.Stages, settings.Budget);
        return new Auditor(settings, onProgress).Audit(subject, attributes, cancel: TestContext.Current.CancellationToken);
    }

    // The values under these names.
    private static JsonNode?[] Has(JsonNode node, params string[] names)
    {
        Assert.Superset(names.ToHashSet(), node.AsObject().Select(entry => entry.Key).ToHashSet());
        return [.. names.Select(name => node[name])];
    }

    private static void Measured(IEnumerable<JsonNode?> nodes) =>
        Assert.All(nodes, node => Assert.Equal(["value", "low", "high", "n"], node!.AsObject().Select(entry => entry.Key)));

    // So many toy images for training, as many for validation and as many for test.
    private static ImageTable Table(int each)
    {
        var table = ToyTables.Visible(each, 2 * each);
        foreach (var row in Enumerable.Range(2 * each, each))
            table.Parts[row] = Part.Test;
        return table;
    }
}

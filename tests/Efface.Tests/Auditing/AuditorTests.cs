using System.Text.Json;
using System.Text.Json.Nodes;
using Efface.Auditing;
using Efface.Data;
using Efface.Reporting;
using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Tests.Training;
using Xunit;

namespace Efface.Tests.Auditing;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class AuditorTests
{
    private static readonly AuditSettings Settings = new() { Attackers = ["lookup", "linear", "mlp"] };

    [Fact]
    public void An_attribute_that_the_images_show_leaks_from_a_network_that_was_never_told_to_forget()
    {
        using var table = Table();
        using var model = ToyTraining.Model(table);
        var audit = new Auditor(Settings).Audit(model, table, ["z", "tone"], TestContext.Current.CancellationToken);

        Assert.Equal(Verdict.Leaks, audit.Verdict);
        Assert.Equal(["z", "tone"], audit.Representations.Select(place => place.Attribute).Distinct());
        Assert.Equal("z+tone", Assert.Single(audit.Joint.Select(place => place.Attribute).Distinct()));
        Assert.All(audit.Representations, place => Assert.True(place.Released));
    }

    [Fact]
    public void Behind_a_bottleneck_the_embedding_is_looked_at_and_does_not_decide()
    {
        using var table = Table();
        using var model = ToyTraining.Model(table, ToyTraining.Strict);
        var audit = new Auditor(Settings).Audit(model, table, ["z"], TestContext.Current.CancellationToken);

        Assert.Equal([("embedding", false), ("code", true), ("logits", true)], audit.Representations.Select(place => (place.Name, place.Released)));
        Assert.Equal("discrete", audit.Representations[1].Kind);
        Assert.True(audit.Worst.Released);
        Assert.All(audit.Representations[1].Attackers, attacker => Assert.Equal("lookup", attacker.Name));
        Assert.Equal(["c", "c,y"], audit.Representations[1].Attackers.Select(attacker => attacker.Knows).Distinct());
    }

    [Fact]
    public void The_file_keeps_everything_under_the_names_of_the_contract()
    {
        using var table = Table();
        using var model = ToyTraining.Model(table, ToyTraining.Strict);
        var audit = new Auditor(Settings with { Attackers = ["lookup", "linear"] }).Audit(model, table, ["z"], TestContext.Current.CancellationToken);
        var json = JsonSerializer.Serialize(audit, RunFolder.Json);

        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<AuditResult>(json, RunFolder.Json), RunFolder.Json));
        var file = JsonNode.Parse(json)!.AsObject();
        Assert.Superset(new HashSet<string> { "schemaVersion", "verdict", "reasons", "fidelity", "aum", "settings", "representations", "joint" }, file.Select(entry => entry.Key).ToHashSet());
        var place = file["representations"]![0]!.AsObject();
        Assert.Superset(new HashSet<string> { "name", "kind", "attribute", "verdict", "reasons", "floors", "controls", "attackers", "best", "leak" }, place.Select(entry => entry.Key).ToHashSet());
        Assert.Equal(["value", "low", "high", "n"], place["leak"]!["givenTask"]!.AsObject().Select(entry => entry.Key));
        Assert.Equal(["accuracy", "balancedAccuracy", "auc", "bits"], place["attackers"]![0]!["test"]!.AsObject().Select(entry => entry.Key));
    }

    [Fact]
    public void Attackers_who_cannot_read_a_place_are_not_an_audit_of_it()
    {
        using var table = Table();
        using var model = ToyTraining.Model(table);
        var refusal = Assert.Throws<InvalidInputException>(() => new Auditor(Settings with { Attackers = ["lookup"] }).Audit(model, table, ["z"], TestContext.Current.CancellationToken));
        Assert.Contains("--attackers lookup", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_that_holds_the_image_is_drawn_again_better_than_one_that_holds_nothing()
    {
        using var table = Table();
        using var model = ToyTraining.Model(table, ToyTraining.Strict);
        var places = Place.Of(model);
        using var map = Reconstruction.Of(model, new Place("h", 0, 0, true, model.Network.OutputShapes(table.ImageShape)[0]), table, 10, 0);
        using var code = Reconstruction.Of(model, places.Single(place => place.Name == "code"), table, 10, 0);

        Assert.Equal([10, 3, 16, 16], map.Drawn.shape);
        Assert.True(map.Error < code.Error, $"{map.Error} from the map, {code.Error} from the code");
    }

    // The toy images, of which the last third tests.
    private static ImageTable Table()
    {
        var table = ToyTables.Visible(600, 600);
        foreach (var row in Enumerable.Range(900, 300)) table.Parts[row] = Part.Test;
        return table;
    }
}

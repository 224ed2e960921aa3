using Efface.Auditing;
using Efface.Data;
using Efface.Models;
using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Tests.Training;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Tests.Auditing;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class CapturedTests
{
    [Fact]
    public void What_does_not_fit_into_memory_lies_in_a_file_that_is_gone_afterwards()
    {
        using var table = ToyTables.Visible(60, 0);
        using var model = ToyTraining.Model(table);
        var places = Place.Of(model);
        string[] Files() => Directory.GetFiles(Path.GetTempPath(), "efface-*");
        var before = Files();
        using var inMemory = Captured.From(model, places, table, table.Rows(Part.Train));
        Assert.Equal(before.Order(), Files().Order());
        using (var mapped = Captured.From(model, places, table, table.Rows(Part.Train), inMemory: 0))
        {
            Assert.Equal(places.Count, Files().Except(before).Count());
            foreach (var place in places)
                Assert.True(inMemory.Values[place.Name].equal(mapped.Values[place.Name]).all().item<bool>());
        }
        Assert.Equal(before.Order(), Files().Order());
    }

    [Fact]
    public void An_extractor_that_draws_is_also_read_in_the_mean_of_many_draws()
    {
        using var table = ToyTables.Visible(60, 60);
        foreach (var row in Enumerable.Range(90, 30))
            table.Parts[row] = Part.Test;
        using var plain = ToyTraining.Model(table);
        using var steady = AuditSubject.Of(plain, table);
        Assert.Equal(["h", "embedding", "logits"], steady.Places.Select(place => place.Name));

        manual_seed(0);
        using var drawing = ToyTraining.Model(table, network: Noisy());
        using var subject = AuditSubject.Of(drawing, table);
        Assert.Equal(
            ["h", "h (mean of 16)", "embedding", "embedding (mean of 16)", "logits", "logits (mean of 16)"],
            subject.Places.Select(place => place.Name)
        );
        // The noise has deviation 1, its mean over 16 draws a quarter.
        var (one, mean) = (subject.Parts.Test.Values["h"], subject.Parts.Test.Values["h (mean of 16)"]);
        var noise = (one - mean).std().item<float>();
        Assert.InRange(noise, 0.9, 1.1);
    }

    [Fact]
    public void Later_stages_are_looked_at_on_request()
    {
        using var table = ToyTables.Visible(20, 20);
        using var model = ToyTraining.Model(table, network: ToyNetworks.Residual());
        var split = model with { Description = model.Description with { Split = "layer2" } };
        Assert.Equal(["h", "layer3", "layer4", "embedding", "logits"], Place.Of(split, ["all"]).Select(place => place.Name));
        Assert.Equal(
            [("layer1", false), ("h", true), ("embedding", true), ("logits", true)],
            Place.Of(split, ["layer1"]).Select(place => (place.Name, place.Released))
        );
        Assert.Contains(
            "stage 'layer9'",
            Assert.Throws<InvalidInputException>(() => Place.Of(split, ["layer9"])).Message,
            StringComparison.Ordinal
        );
    }

    private static StagedNetwork Noisy() =>
        new([
            new Stage("stem", [("conv1", Conv2d(3, 8, 3, 2, 1)), ("relu1", ReLU())]),
            new Stage("layer1", [("conv2", Conv2d(8, 16, 3, 2, 1)), ("noise", new Noise())]),
            new Stage(StagedNetwork.Embedding, [("avgpool", AdaptiveAvgPool2d(2)), ("flatten", Flatten())]),
            new Stage(StagedNetwork.Head, "fc", Linear(64, 2)),
        ]);

    private sealed class Noise() : Module<Tensor, Tensor>(nameof(Noise))
    {
        public override Tensor forward(Tensor input) => input + randn_like(input);
    }
}

using System.Text.Json;
using Efface.Models.Architectures;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Models.Architectures;

/// <summary>
/// Each architecture against torchvision's own, from files that tools/golden-architectures.py wrote: the same names, and the same outputs
/// from weights and images that both compute from a formula.
/// </summary>
[Collection(SharedTorch.Name)]
public sealed class GoldenTests
{
    private const int Side = 64,
        Images = 2,
        Classes = 5;

    // Of the largest value: the two add up in different orders.
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Models => [.. Backbones.Names];

    private sealed record Golden(
        IReadOnlyDictionary<string, long[]> Parameters,
        IReadOnlyDictionary<string, GoldenStage> Stages,
        double[][] Logits
    );

    private sealed record GoldenStage(long[] Shape, double Mean, double Deviation);

    [Theory]
    [MemberData(nameof(Models))]
    public void It_has_the_names_the_shapes_and_the_outputs_of_torchvisions_network(string model)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var golden = Read(model);
        using var network = Backbones.Create(
            new BackboneOptions
            {
                Model = model,
                Stem = "imagenet",
                Classes = Classes,
                Size = (Side, Side),
            },
            new Generator(0)
        );
        network.eval();

        var state = network.state_dict();
        Assert.Equal(
            golden.Parameters.Select(entry => $"{entry.Key} {string.Join('×', entry.Value)}").Order(StringComparer.Ordinal),
            state.Select(entry => $"{entry.Key} {string.Join('×', entry.Value.shape)}").Order(StringComparer.Ordinal)
        );
        foreach (var (name, value) in state.Where(entry => entry.Value.dtype == ScalarType.Float32))
            Formula.Fill(name, value);

        Assert.Equal(golden.Stages.Keys, network.Stages.Select(stage => stage.Name));
        var x = Formula.Image(Images, 3, Side, Side);
        foreach (var (number, (name, expected)) in golden.Stages.Index())
        {
            x = network.Run(x, number..(number + 1));
            Assert.Equal(expected.Shape, x.shape[1..]);
            var exact = x.to_type(ScalarType.Float64);
            Assert.True(Math.Abs(exact.mean().ToDouble() - expected.Mean) < Tolerance * expected.Deviation, $"{name}: mean");
            Assert.Equal(1, exact.std().ToDouble() / expected.Deviation, Tolerance);
        }
        var logits = torch.tensor(golden.Logits.SelectMany(row => row).ToArray()).view(Images, Classes);
        Assert.True((x - logits).abs().max().ToDouble() < Tolerance * logits.abs().max().ToDouble());
    }

    private static Golden Read(string model) =>
        JsonSerializer.Deserialize<Golden>(
            File.ReadAllText(Path.Combine(Repository.Root, "tests", "Efface.Tests", "Models", "Architectures", "golden", $"{model}.json")),
            JsonSerializerOptions.Web
        )!;
}

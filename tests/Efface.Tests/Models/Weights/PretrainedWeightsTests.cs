using Efface.Models;
using Efface.Models.Architectures;
using Efface.Models.Weights;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Models.Weights;

[Collection(SharedTorch.Name)]
public sealed class PretrainedWeightsTests : IDisposable
{
    private static readonly BackboneOptions Options = new()
    {
        Model = "resnet18",
        Stem = "imagenet",
        Width = 0.125,
        Classes = 5,
    };

    private readonly ToyFiles _files = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("module.")]
    [InlineData("state_dict.model.backbone.")]
    [InlineData("_orig_mod.")]
    public void Weights_are_taken_from_below_any_prefix_and_compute_the_same(string prefix)
    {
        var (images, source, notes) = (rand(2, 3, 32, 32), Network(Options, 1), Array.Empty<string>());
        source.call(images); // Running statistics and their counts are weights, too.
        source.eval();
        var network = Network(Options, 2);

        notes = Load(network, source, name => prefix + name);

        network.eval();
        Assert.Equal(ToyFiles.Of(source.call(images)), ToyFiles.Of(network.call(images)));
        Assert.Equal(1, network.state_dict()["bn1.num_batches_tracked"].ToInt64());
        Assert.Equal(prefix.Length > 0, Assert.Single(notes).Contains($"under '{prefix.TrimEnd('.')}'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float64)]
    public void Weights_of_another_precision_become_f32(ScalarType type)
    {
        var (source, network) = (Network(Options, 1), Network(Options, 2));

        Load(network, source, change: tensor => tensor.is_floating_point() ? tensor.to_type(type) : tensor);

        Assert.All(network.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
        Assert.Equal(ToyFiles.Of(source.state_dict()["conv1.weight"].to_type(type)), ToyFiles.Of(network.state_dict()["conv1.weight"]));
    }

    [Fact]
    public void A_head_for_other_classes_stays_new_and_that_is_told()
    {
        var (source, network) = (Network(Options with { Classes = 9 }, 1), Network(Options, 2));
        var head = ToyFiles.Of(network.LastLayer.weight);

        var notes = Load(network, source);

        Assert.Equal(head, ToyFiles.Of(network.LastLayer.weight));
        Assert.Equal(ToyFiles.Of(source.state_dict()["conv1.weight"]), ToyFiles.Of(network.state_dict()["conv1.weight"]));
        Assert.Contains(notes, note => note.Contains("for 9 classes", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_without_a_head_or_without_counts_of_batches_is_complete()
    {
        var (source, network) = (Network(Options, 1), Network(Options, 2));

        var notes = Load(network, source, name =>
            name.StartsWith("fc.", StringComparison.Ordinal) || name.EndsWith("tracked", StringComparison.Ordinal) ? null : name
        );

        Assert.Contains(notes, note => note.Contains("last layer is new", StringComparison.Ordinal));
    }

    [Fact]
    public void Missing_and_unexpected_tensors_are_listed_together_and_nothing_is_changed()
    {
        var (source, network) = (Network(Options, 1), Network(Options, 2));
        var before = ToyFiles.Of(network.state_dict()["conv1.weight"]);

        var problems = Refused(network, source, name => name is "layer1.0.bn1.weight" or "bn1.bias" ? $"{name}_of_old" : name);

        Assert.Equal(
            [
                "lacks 2 tensors: bn1.bias, layer1.0.bn1.weight",
                "also holds 2 tensors: bn1.bias_of_old, layer1.0.bn1.weight_of_old, which the network does not have",
            ],
            problems.Select(problem => problem.Fault)
        );
        Assert.Equal(before, ToyFiles.Of(network.state_dict()["conv1.weight"]));
    }

    [Fact]
    public void Of_many_names_the_first_are_listed()
    {
        var problem = Assert.Single(
            Refused(Network(Options, 2), Network(Options, 1), name => name.StartsWith("layer4.", StringComparison.Ordinal) ? null : name)
        );
        Assert.Matches(@"^lacks \d+ tensors: layer4\.0\.conv1\.weight, (layer4\.\S+, ){2}layer4\.\S+ and \d+ more$", problem.Fault);
    }

    [Theory]
    [InlineData("resnet34", "resnet18", "imagenet", "")]
    [InlineData("resnet18", "resnet34", "imagenet", "")]
    [InlineData("resnet50", "resnet18", "imagenet", "")]
    [InlineData("resnet50", "resnet18", "cifar", " and `ModelSettings.Stem` imagenet")]
    public void Weights_of_another_known_network_are_told_by_its_name(string stored, string wanted, string stem, string rest)
    {
        var problem = Assert.Single(
            Refused(Network(Options with { Model = wanted, Stem = stem }, 2), Network(Options with { Model = stored }, 1))
        );

        Assert.Equal($"holds weights of {stored}, not of {wanted}", problem.Fault);
        Assert.Equal($"Give `ModelSettings.Name` {stored}{rest}", problem.Remedy);
    }

    [Fact]
    public void Weights_of_an_unknown_network_are_not_told_name_by_name()
    {
        var problem = Assert.Single(Refused(Network(Options, 2), Network(Options, 1), name => $"encoder.{name.Replace('.', '_')}"));

        Assert.Contains("holds another network: of the 100 tensors of resnet18, 0 are in it", problem.Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("imagenet", "cifar", "(8, 3, 7, 7) instead of (8, 3, 3, 3)", "Give `ModelSettings.Stem` imagenet, whose kernel is 7×7")]
    [InlineData(
        "cifar",
        "imagenet",
        "(8, 3, 3, 3) instead of (8, 3, 7, 7)",
        "Give `ModelSettings.Stem` cifar or fast, whose kernel is 3×3"
    )]
    public void Another_stem_is_told_with_the_flag_for_it(string stored, string wanted, string fault, string remedy)
    {
        var problem = Assert.Single(Refused(Network(Options with { Stem = wanted }, 2), Network(Options with { Stem = stored }, 1)));

        Assert.Equal((fault, remedy), (problem.Fault, problem.Remedy));
    }

    [Fact]
    public void Weights_for_images_of_another_number_of_channels_are_told_so() =>
        Assert.Contains(
            "for images of 1 channels",
            Assert.Single(Refused(Network(Options, 2), Network(Options with { Channels = 1 }, 1))).Remedy,
            StringComparison.Ordinal
        );

    [Fact]
    public void Another_width_is_told_with_both_shapes() =>
        Assert.Contains(
            "conv1.weight (16, 3, 7, 7) instead of (8, 3, 7, 7)",
            Assert.Single(Refused(Network(Options, 2), Network(Options with { Width = 0.25 }, 1))).Fault,
            StringComparison.Ordinal
        );

    [Fact]
    public void Two_networks_in_one_file_are_told_by_their_places()
    {
        var source = Network(Options, 1).state_dict();
        var file = _files.Write(
            "w.safetensors",
            source
                .SelectMany(entry => new[] { ("model", entry), ("model_ema", entry) })
                .ToDictionary(entry => $"{entry.Item1}.{entry.entry.Key}", entry => entry.entry.Value)
        );

        Assert.Equal("holds 2 such networks: 'model', 'model_ema'", Assert.Single(Refused(Network(Options, 2), file)).Fault);
    }

    [Fact]
    public void What_lies_beside_the_network_is_left_out_and_that_is_told()
    {
        var (source, network) = (Network(Options, 1).state_dict(), Network(Options, 2));
        source = source.ToDictionary(entry => $"model.{entry.Key}", entry => entry.Value);
        source.Add("optimizer.state.0.exp_avg", ones(3));

        var notes = Load(network, _files.Write("w.safetensors", source));

        Assert.Contains(notes, note => note.Contains("other tensors are left out: 1 tensor: optimizer.state.0", StringComparison.Ordinal));
    }

    [Fact]
    public void Linear_layers_that_were_saved_as_convolutions_are_taken_as_they_are_computed()
    {
        var (source, network) = (Network(Options, 1), Network(Options, 2));

        Load(network, source, change: tensor => tensor.dim() == 2 ? tensor.unsqueeze(-1).unsqueeze(-1) : tensor);

        Assert.Equal(ToyFiles.Of(source.LastLayer.weight), ToyFiles.Of(network.LastLayer.weight));
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_told_and_nothing_is_changed()
    {
        var (source, network) = (Network(Options, 1), Network(Options, 2));
        var before = ToyFiles.Of(network.state_dict()["conv1.weight"]);

        var problems = Refused(network, source, change: tensor => tensor.dim() == 1 ? tensor.div(0) : tensor);

        Assert.All(problems, problem => Assert.Contains("not finite", problem.Fault, StringComparison.Ordinal));
        Assert.Equal(before, ToyFiles.Of(network.state_dict()["conv1.weight"]));
    }

    private static StagedNetwork Network(BackboneOptions options, ulong seed) => Backbones.Create(options, new Generator(seed));

    private string[] Load(
        StagedNetwork network,
        StagedNetwork source,
        Func<string, string?>? rename = null,
        Func<Tensor, Tensor>? change = null
    ) => Load(network, Save(source, rename, change));

    private static string[] Load(StagedNetwork network, string file) =>
        [.. PretrainedWeights.Load(StoredWeights.Open(file, pickle: false), network, OptionsOf(network))];

    private IReadOnlyList<Problem> Refused(
        StagedNetwork network,
        StagedNetwork source,
        Func<string, string?>? rename = null,
        Func<Tensor, Tensor>? change = null
    ) => Refused(network, Save(source, rename, change));

    private static IReadOnlyList<Problem> Refused(StagedNetwork network, string file) =>
        Assert.Throws<InvalidInputException>(() => Load(network, file)).Problems;

    private string Save(StagedNetwork source, Func<string, string?>? rename, Func<Tensor, Tensor>? change) =>
        _files.Write(
            "w.safetensors",
            (
                from entry in source.state_dict()
                let name = rename is null ? entry.Key : rename(entry.Key)
                where name is not null
                select (name, Value: change is null ? entry.Value : change(entry.Value))
            ).ToDictionary(entry => entry.name, entry => entry.Value.detach().contiguous())
        );

    // As the network was built: the depth and the stem show in its names and shapes.
    private static BackboneOptions OptionsOf(StagedNetwork network)
    {
        var tensors = network.state_dict();
        return Options with
        {
            Model = tensors.ContainsKey("layer1.2.conv1.weight") ? "resnet34" : "resnet18",
            Stem = tensors["conv1.weight"].shape[^1] == 7 ? "imagenet" : "cifar",
        };
    }
}

using Efface.Models.Architectures;
using Efface.Models.Weights;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Models.Weights;

[OneThread]
public sealed class NamingTests
{
    private static readonly string[] Affine = ["weight", "bias"],
        Normalised = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];

    [Theory]
    [InlineData("resnet18")]
    [InlineData("resnet50")]
    public void A_network_has_torchvision_s_names(string model)
    {
        using var scope = NewDisposeScope();
        using var network = Backbones.Create(
            new BackboneOptions
            {
                Model = model,
                Width = 0.125,
                Classes = 2,
            },
            new Generator(0)
        );
        Assert.Equal(Torchvision(model), network.state_dict().Keys.Order(StringComparer.Ordinal));
    }

    public static TheoryData<string, string> Networks =>
        new()
        {
            { "timm's VGG networks", "vgg11_bn" },
            { "timm's MobileNetV2", "mobilenet_v2" },
            { "timm's vision transformers", "vit_s_16" },
            { "timm's ConvNeXt", "convnext_tiny" },
        };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_name_of_timm_becomes_one_of_torchvision_and_none_is_left(string naming, string network)
    {
        string[] names = [.. Timm(network)];
        var renamed = Named(naming);

        Assert.Equal(Torchvision(network), names.Select(renamed.Torchvision).Order(StringComparer.Ordinal));
        Assert.All(Naming.All.Where(other => other != renamed && other.Rules.Count > 0), other =>
            Assert.NotEqual(Torchvision(network), names.Select(other.Torchvision).Order(StringComparer.Ordinal))
        );
    }

    [Fact]
    public void Vision_transformers_of_earlier_torchvisions_have_other_names_in_their_perceptrons() =>
        Assert.Equal(
            Torchvision("vit_s_16"),
            Torchvision("vit_s_16")
                .Select(name =>
                    name.Replace(".mlp.0.", ".mlp.linear_1.", StringComparison.Ordinal)
                        .Replace(".mlp.3.", ".mlp.linear_2.", StringComparison.Ordinal)
                )
                .Select(Named("torchvision's earlier vision transformers").Torchvision)
        );

    private static Naming Named(string name) => Naming.All.Single(naming => naming.Name == name);

    private static IEnumerable<string> Torchvision(string network) =>
        File.ReadLines(Path.Combine(ToyFiles.Stored, "..", "Names", $"{network}.txt")).Order(StringComparer.Ordinal);

    // As timm's own modules register them.
    private static IEnumerable<string> Timm(string network) =>
        network switch
        {
            "vgg11_bn" => Vgg(),
            "mobilenet_v2" => MobileNet(),
            "vit_s_16" => Transformer(),
            _ => ConvNeXt(),
        };

    private static IEnumerable<string> Of(string module, string[] tensors) => tensors.Select(tensor => $"{module}.{tensor}");

    private static IEnumerable<string> Vgg() =>
        [
            .. new[] { 0, 4, 8, 11, 15, 18, 22, 25 }.SelectMany(place =>
                Of($"features.{place}", Affine).Concat(Of($"features.{place + 1}", Normalised))
            ),
            .. new[] { "pre_logits.fc1", "pre_logits.fc2", "head.fc" }.SelectMany(module => Of(module, Affine)),
        ];

    private static IEnumerable<string> MobileNet() =>
        [
            "conv_stem.weight",
            .. Of("bn1", Normalised),
            .. Block("blocks.0.0", "conv_dw", "conv_pw"),
            .. new[] { 2, 3, 4, 3, 3, 1 }
                .Index()
                .SelectMany(stage => Enumerable.Range(0, stage.Item).Select(block => $"blocks.{stage.Index + 1}.{block}"))
                .SelectMany(block => Block(block, "conv_pw", "conv_dw", "conv_pwl")),
            "conv_head.weight",
            .. Of("bn2", Normalised),
            .. Of("classifier", Affine),
        ];

    private static IEnumerable<string> Block(string block, params string[] convolutions) =>
        convolutions.Index().SelectMany(entry => Of($"{block}.bn{entry.Index + 1}", Normalised).Append($"{block}.{entry.Item}.weight"));

    private static IEnumerable<string> Transformer() =>
        [
            "cls_token",
            "pos_embed",
            .. Of("patch_embed.proj", Affine),
            .. Enumerable
                .Range(0, 12)
                .SelectMany(block =>
                    new[] { "norm1", "attn.qkv", "attn.proj", "norm2", "mlp.fc1", "mlp.fc2" }.Select(part => $"blocks.{block}.{part}")
                )
                .SelectMany(module => Of(module, Affine)),
            .. Of("norm", Affine),
            .. Of("head", Affine),
        ];

    private static IEnumerable<string> ConvNeXt() =>
        [
            .. Of("stem.0", Affine),
            .. Of("stem.1", Affine),
            .. from stage in Enumerable.Range(1, 3)
            from part in Enumerable.Range(0, 2)
            from name in Of($"stages.{stage}.downsample.{part}", Affine)
            select name,
            .. from stage in new[] { 3, 3, 9, 3 }.Index()
            from block in Enumerable.Range(0, stage.Item)
            from name in new[] { "conv_dw", "norm", "mlp.fc1", "mlp.fc2" }.SelectMany(module => Of(module, Affine)).Append("gamma")
            select $"stages.{stage.Index}.blocks.{block}.{name}",
            .. Of("head.norm", Affine),
            .. Of("head.fc", Affine),
        ];
}

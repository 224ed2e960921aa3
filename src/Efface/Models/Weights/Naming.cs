using System.Text.RegularExpressions;

namespace Efface.Models.Weights;

/// <summary>The names that a library gives to the tensors of a network, and torchvision's for the same.</summary>
/// <param name="Name">Of the library, and the network if that has names of its own there.</param>
/// <param name="Rules">Patterns and what replaces them, one after the other.</param>
internal sealed record Naming(string Name, params IReadOnlyList<(string Pattern, string Replacement)> Rules)
{
    // Where the blocks of a stage begin in torchvision's one list of features, and its end.
    private static readonly int[] MobileNetStages = [1, 2, 4, 7, 11, 14, 17, 18];

    private readonly (Regex Pattern, string Replacement)[] _rules =
    [
        .. Rules.Select(rule => (new Regex(rule.Pattern, RegexOptions.CultureInvariant), rule.Replacement)),
    ];

    /// <summary>
    /// Every naming that is understood. The residual networks have the same names everywhere; a name that no rule knows stays as it is.
    /// </summary>
    public static IReadOnlyList<Naming> All { get; } =
    [
        new("torchvision"),
        // Up to 0.13.
        new("torchvision's earlier vision transformers", (@"\.mlp\.linear_1\.", ".mlp.0."), (@"\.mlp\.linear_2\.", ".mlp.3.")),
        // Its fully connected layers are convolutions.
        new(
            "timm's VGG networks",
            (@"^pre_logits\.fc1\.", "classifier.0."),
            (@"^pre_logits\.fc2\.", "classifier.3."),
            (@"^head\.fc\.", "classifier.6.")
        ),
        new(
            "timm's vision transformers",
            (@"^cls_token$", "class_token"),
            (@"^pos_embed$", "encoder.pos_embedding"),
            (@"^patch_embed\.proj\.", "conv_proj."),
            (@"^norm\.", "encoder.ln."),
            (@"^head\.", "heads.head."),
            (@"^blocks\.(\d+)\.", "encoder.layers.encoder_layer_$1."),
            (@"\.norm(\d)\.", ".ln_$1."),
            (@"\.attn\.qkv\.", ".self_attention.in_proj_"),
            (@"\.attn\.proj\.", ".self_attention.out_proj."),
            (@"\.mlp\.fc1\.", ".mlp.0."),
            (@"\.mlp\.fc2\.", ".mlp.3.")
        ),
        new(
            "timm's ConvNeXt",
            [
                (@"^stem\.", "features.0."),
                (@"^head\.norm\.", "classifier.0."),
                (@"^head\.fc\.", "classifier.2."),
                (@"\.gamma$", ".layer_scale"),
                (@"\.conv_dw\.", ".block.0."),
                (@"(\.blocks\.\d+)\.norm\.", "$1.block.2."),
                (@"\.mlp\.fc1\.", ".block.3."),
                (@"\.mlp\.fc2\.", ".block.5."),
                .. Enumerable
                    .Range(0, 4)
                    .SelectMany(stage =>
                        new[]
                        {
                            ($@"^stages\.{stage}\.downsample\.", $"features.{2 * stage}."),
                            ($@"^stages\.{stage}\.blocks\.", $"features.{2 * stage + 1}."),
                        }
                    ),
            ]
        ),
        new(
            "timm's MobileNetV2",
            [
                (@"^conv_stem\.", "features.0.0."),
                (@"^bn1\.", "features.0.1."),
                (@"^conv_head\.", $"features.{MobileNetStages[^1]}.0."),
                (@"^bn2\.", $"features.{MobileNetStages[^1]}.1."),
                (@"^classifier\.(?=weight|bias)", "classifier.1."),
                (@"^(blocks\.0\.0)\.conv_dw\.", "$1.conv.0.0."),
                (@"^(blocks\.0\.0)\.bn1\.", "$1.conv.0.1."),
                (@"^(blocks\.0\.0)\.conv_pw\.", "$1.conv.1."),
                (@"^(blocks\.0\.0)\.bn2\.", "$1.conv.2."),
                (@"^(blocks\.\d+\.\d+)\.conv_pw\.", "$1.conv.0.0."),
                (@"^(blocks\.\d+\.\d+)\.bn1\.", "$1.conv.0.1."),
                (@"^(blocks\.\d+\.\d+)\.conv_dw\.", "$1.conv.1.0."),
                (@"^(blocks\.\d+\.\d+)\.bn2\.", "$1.conv.1.1."),
                (@"^(blocks\.\d+\.\d+)\.conv_pwl\.", "$1.conv.2."),
                (@"^(blocks\.\d+\.\d+)\.bn3\.", "$1.conv.3."),
                .. from stage in Enumerable.Range(0, MobileNetStages.Length - 1)
                from block in Enumerable.Range(0, MobileNetStages[stage + 1] - MobileNetStages[stage])
                select ($@"^blocks\.{stage}\.{block}\.", $"features.{MobileNetStages[stage] + block}."),
            ]
        ),
    ];

    /// <summary>Torchvision's name.</summary>
    public string Torchvision(string name) => _rules.Aggregate(name, (renamed, rule) => rule.Pattern.Replace(renamed, rule.Replacement));
}

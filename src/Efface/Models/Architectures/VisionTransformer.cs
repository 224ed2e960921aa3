using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models.Architectures;

/// <summary>Attention among the patches of an image (Dosovitskiy et al., ICLR 2021).</summary>
/// <param name="Name">Torchvision's way to name them: size, and the patches' side for large images.</param>
/// <param name="Depth">Encoder layers; each is a layer of the network.</param>
/// <param name="Heads">Of each attention.</param>
/// <param name="Size">Numbers of a token.</param>
internal sealed record VisionTransformer(string Name, int Depth, int Heads, int Size) : Architecture(Name)
{
    // Hidden units of a perceptron for each number of a token.
    private const int Expansion = 4;

    // A head needs some numbers, however narrow the network.
    private const int NumbersOfHead = 8;

    private const double PositionDeviation = 0.02,
        BiasDeviation = 1e-6;

    /// <inheritdoc/>
    public override int SmallestSide(string stem) => Patch(stem);

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages(BackboneOptions options, Generator random)
    {
        var size = options.Scaled(Size, multipleOf: Heads * NumbersOfHead);
        var patch = Patch(options.Stem!);
        var tokens = 1 + options.Size.Height / patch * (options.Size.Width / patch);
        var stages = new List<Stage>
        {
            // Maps still: there are places to point at.
            new("stem", "conv_proj", new Convolution(options.Channels, size, patch, random, patch, padding: 0, hasBias: true)),
        };
        for (var layer = 0; layer < Depth; layer++)
        {
            var modules = new List<(string, Module<Tensor, Tensor>)>();
            if (layer == 0)
                modules.AddRange([
                    ("tokens", new PatchTokens()),
                    ("", new ClassToken(size)),
                    ("encoder", new PositionEmbedding(tokens, size)),
                ]);
            modules.Add(($"encoder.layers.encoder_layer_{layer}", EncoderLayer(size, random)));
            stages.Add(new Stage($"layer{layer + 1}", modules));
        }
        return
        [
            .. stages,
            // Torchvision normalises all tokens, and then takes the first.
            new Stage(
                StagedNetwork.Embedding,
                [("first", new FirstToken()), ("single", new SinglePrecision()), ("encoder.ln", new ChannelNorm(size))]
            ),
            new Stage(StagedNetwork.Head, "heads.head", Layers.Linear(size, options.Classes, random)),
        ];
    }

    /// <inheritdoc/>
    public override void Initialise(StagedNetwork network, Generator random)
    {
        foreach (var module in network.modules())
            switch (module)
            {
                case Convolution { Weight: var weight }:
                    Layers.Normal(weight, 1 / Math.Sqrt(Layout.Size(weight.shape[1..])), random);
                    break;
                case PositionEmbedding { Positions: var positions }:
                    Layers.Normal(positions, PositionDeviation, random);
                    break;
            }
        init.zeros_(network.LastLayer.weight);
        init.zeros_(network.LastLayer.bias);
    }

    private Composed EncoderLayer(long size, Generator random) =>
        new([
            ("", new Residual([("ln_1", new ChannelNorm(size)), ("self_attention", new SelfAttention(size, Heads, random))])),
            (
                "",
                new Residual([
                    ("ln_2", new ChannelNorm(size)),
                    ("mlp.0", Dense(size, Expansion * size, random)),
                    ("mlp.1", GELU()),
                    ("mlp.3", Dense(Expansion * size, size, random)),
                ])
            ),
        ]);

    private static Projection Dense(long inputs, long outputs, Generator random)
    {
        var projection = new Projection(inputs, outputs, random);
        Layers.GlorotUniform(projection.Weight, random);
        Layers.Normal(projection.Bias, BiasDeviation, random);
        return projection;
    }

    private static int Patch(string stem) =>
        stem switch
        {
            "cifar" => 4,
            "fast" => 8,
            _ => 16,
        };
}

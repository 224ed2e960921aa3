using Efface.Models;
using Efface.Models.Architectures;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Tests.Models;

/// <summary>Networks small enough for hundreds of steps a second.</summary>
internal static class ToyNetworks
{
    /// <summary>Two convolutions for images of three channels, with the stages stem, layer1, embedding [16] and head.</summary>
    public static StagedNetwork Small(int seed = 0, int classes = 2)
    {
        manual_seed(seed);
        return new StagedNetwork([
            new Stage("stem", [("conv1", Conv2d(3, 8, 3, 2, 1, bias: false)), ("bn1", BatchNorm2d(8)), ("relu1", ReLU(inplace: true))]),
            new Stage("layer1", [("conv2", Conv2d(8, 16, 3, 2, 1, bias: false)), ("bn2", BatchNorm2d(16)), ("relu2", ReLU(inplace: true))]),
            new Stage(
                StagedNetwork.Embedding,
                [("avgpool", AdaptiveAvgPool2d(2)), ("flatten", Flatten()), ("project", Linear(64, 16)), ("relu3", ReLU())]
            ),
            new Stage(StagedNetwork.Head, "fc", Linear(16, classes)),
        ]);
    }

    /// <summary>A residual network of an eighth of the usual width, for images of 16 pixels.</summary>
    public static StagedNetwork Residual(int seed = 0, int classes = 2)
    {
        using var random = new Generator((ulong)seed);
        return Backbones.Create(
            new BackboneOptions
            {
                Model = "resnet18",
                Stem = "fast",
                Width = 0.125,
                Classes = classes,
            },
            random
        );
    }
}

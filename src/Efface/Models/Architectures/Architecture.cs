using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models.Architectures;

/// <summary>A network that Efface builds itself: its parameters have torchvision's names.</summary>
/// <param name="Name">Torchvision's name of it.</param>
internal abstract record Architecture(string Name)
{
    private const double LinearDeviation = 0.01;

    /// <summary>Ways to begin, for small and for large images; <c>imagenet</c> is torchvision's.</summary>
    public virtual IReadOnlyList<string> Stems => Backbones.Stems;

    /// <summary>The smallest side of an image that leaves a pixel to every stage.</summary>
    public virtual int SmallestSide(string stem) => 1;

    /// <summary>The stages with weights that are still to be initialised, the last two of them embedding and head.</summary>
    /// <param name="options">With a stem.</param>
    /// <param name="random">Seeds what is left out in training.</param>
    public abstract IReadOnlyList<Stage> Stages(BackboneOptions options, Generator random);

    /// <summary>Initialises the weights as torchvision does.</summary>
    public abstract void Initialise(StagedNetwork network, Generator random);

    /// <summary>Convolutions by fan-out (He et al. 2015), linear layers with small weights and no bias.</summary>
    protected static void InitialiseByFanOut(StagedNetwork network, Generator random)
    {
        foreach (var module in network.modules())
            switch (module)
            {
                case Convolution convolution:
                    Layers.HeNormal(convolution.Weight, random);
                    break;
                case Linear linear:
                    Layers.Normal(linear.weight, LinearDeviation, random);
                    init.zeros_(linear.bias);
                    break;
            }
    }
}

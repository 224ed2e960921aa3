using static TorchSharp.torch;

namespace Efface.Models.Architectures;

/// <summary>A network that Efface builds itself: its parameters have torchvision's names.</summary>
/// <param name="Name">Torchvision's name of it.</param>
internal abstract record Architecture(string Name)
{
    /// <summary>Ways to begin, for small and for large images; <c>imagenet</c> is torchvision's.</summary>
    public virtual IReadOnlyList<string> Stems => Backbones.Stems;

    /// <summary>The smallest side of an image that leaves a pixel to every stage.</summary>
    public virtual int SmallestSide(string stem) => 1;

    /// <summary>The stages with weights that are still to be initialised, the last two of them embedding and head.</summary>
    /// <param name="options">With a stem.</param>
    /// <param name="random">The source of randomness while it trains, too.</param>
    public abstract IReadOnlyList<Stage> Stages(BackboneOptions options, Generator random);

    /// <summary>Initialises the weights as torchvision does.</summary>
    public abstract void Initialise(StagedNetwork network, Generator random);
}

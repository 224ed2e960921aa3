using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>A module that only runs its parts in order.</summary>
internal interface IComposed
{
    /// <summary>The parts, in their order.</summary>
    IReadOnlyList<Module<Tensor, Tensor>> Parts { get; }
}

/// <summary>Some modules around a shortcut (He et al., CVPR 2016): After(Body(x) + Shortcut(x)).</summary>
internal interface IResidual
{
    /// <summary>What runs beside the shortcut, in its order.</summary>
    IReadOnlyList<Module<Tensor, Tensor>> Body { get; }

    /// <summary>Fits x to the body's output; null leaves it as it is.</summary>
    Module<Tensor, Tensor>? Shortcut { get; }

    /// <summary>What the sum goes through; null leaves it as it is.</summary>
    Module<Tensor, Tensor>? After { get; }
}

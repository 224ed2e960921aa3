using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>A block with a shortcut: After(Body(x) + Shortcut(x)), where a missing module passes its input on.</summary>
internal interface IResidual
{
    /// <summary>What runs in order, beside the shortcut.</summary>
    IReadOnlyList<Module<Tensor, Tensor>> Body { get; }

    /// <summary>Null for the input as it is.</summary>
    Module<Tensor, Tensor>? Shortcut { get; }

    /// <summary>Runs on the sum; null for nothing.</summary>
    Module<Tensor, Tensor>? After { get; }
}

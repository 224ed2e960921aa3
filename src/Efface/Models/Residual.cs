using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>Modules in order, as one.</summary>
internal sealed class Composed(IReadOnlyList<(string Name, Module<Tensor, Tensor> Module)> parts)
    : NamedModules(nameof(Composed), parts),
        IComposed
{
    /// <inheritdoc/>
    public IReadOnlyList<Module<Tensor, Tensor>> Parts { get; } = [.. parts.Select(part => part.Module)];

    /// <inheritdoc/>
    public override Tensor forward(Tensor x) => InOrder(Parts, x);
}

/// <inheritdoc cref="IResidual"/>
internal sealed class Residual(
    IReadOnlyList<(string Name, Module<Tensor, Tensor> Module)> body,
    (string Name, Module<Tensor, Tensor> Module)? shortcut = null,
    Module<Tensor, Tensor>? after = null
) : NamedModules(nameof(Residual), All(body, shortcut, after)), IResidual
{
    /// <inheritdoc/>
    public IReadOnlyList<Module<Tensor, Tensor>> Body { get; } = [.. body.Select(part => part.Module)];

    /// <inheritdoc/>
    public Module<Tensor, Tensor>? Shortcut => shortcut?.Module;

    /// <inheritdoc/>
    public Module<Tensor, Tensor>? After => after;

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var sum = InOrder(Body, x).add_(Shortcut?.call(x) ?? x);
        return (After?.call(sum) ?? sum).MoveToOuterDisposeScope();
    }

    private static List<(string, Module<Tensor, Tensor>)> All(
        IEnumerable<(string, Module<Tensor, Tensor>)> body,
        (string, Module<Tensor, Tensor>)? shortcut,
        Module<Tensor, Tensor>? after
    )
    {
        var all = body.ToList();
        if (shortcut is { } fit)
            all.Add(fit);
        if (after is not null)
            all.Add(("", after));
        return all;
    }
}

using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>
/// Modules that run in an order, with parameters under names of any depth: files then have torchvision's names, however the modules are
/// nested here. A module without a name leaves its parameters' names as they are.
/// </summary>
public abstract class NamedModules : Module<Tensor, Tensor>
{
    private readonly IReadOnlyList<(string Name, Module<Tensor, Tensor> Module)> _modules;

    private protected NamedModules(string kind, IReadOnlyList<(string Name, Module<Tensor, Tensor> Module)> modules)
        : base(kind)
    {
        _modules = modules;
        foreach (var (number, entry) in modules.Index())
            register_module($"{number}", entry.Module);
        var names = named_parameters().Select(entry => entry.name).Concat(named_buffers().Select(entry => entry.name));
        if (names.CountBy(name => name).FirstOrDefault(count => count.Value > 1).Key is { } twice)
            throw new ArgumentException($"two parameters of one name, {twice}", nameof(modules));
    }

    /// <inheritdoc/>
    public override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true) =>
        from entry in _modules
        where recurse
        from inner in entry.Module.named_parameters()
        select (Under(entry.Name, inner.name), inner.parameter);

    /// <inheritdoc/>
    public override IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true) =>
        from entry in _modules
        where recurse
        from inner in entry.Module.named_buffers(recurse, include_nonpersistent)
        select (Under(entry.Name, inner.name), inner.buffer);

    /// <inheritdoc/>
    public override Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
    {
        destination ??= [];
        foreach (var (name, module) in _modules)
            module.state_dict(destination, Under(prefix, name));
        return destination;
    }

    /// <summary>Runs modules one after the other, and keeps only the last output.</summary>
    private protected static Tensor InOrder(IEnumerable<Module<Tensor, Tensor>> modules, Tensor input)
    {
        var x = input;
        foreach (var module in modules)
        {
            using var scope = NewDisposeScope();
            x = Next(x, input, module.call(x).MoveToOuterDisposeScope());
        }
        return x;
    }

    /// <summary>
    /// Goes on with an output. Tensors that only the backward pass needs are kept by it, and released on the way: a handle of ours would
    /// keep them until the step's end.
    /// </summary>
    private protected static Tensor Next(Tensor x, Tensor input, Tensor output)
    {
        if (!ReferenceEquals(x, input) && !ReferenceEquals(x, output))
            x.Dispose();
        return output;
    }

    private static string Under(string? outer, string inner) =>
        string.IsNullOrEmpty(outer) ? inner
        : inner.Length == 0 ? outer
        : $"{outer}.{inner}";
}

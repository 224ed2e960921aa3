using System.Collections.Frozen;

namespace Efface.Models.Weights.Pickles;

/// <summary>The functions and classes that a checkpoint may name: those that torch.save writes for tensors and plain values.</summary>
internal static class PickledNames
{
    private const string Tensor = "torch._utils._rebuild_tensor_v2",
        OldTensor = "torch._utils._rebuild_tensor",
        Parameter = "torch._utils._rebuild_parameter",
        OldParameter = "torch.nn.parameter.Parameter",
        Dictionary = "collections.OrderedDict";

    // Their arguments may be anything: the values have no meaning here.
    private static readonly FrozenSet<string> Inert = new[]
    {
        "_codecs.encode",
        "argparse.Namespace",
        "builtins.frozenset",
        "builtins.set",
        "__builtin__.frozenset",
        "__builtin__.set",
        "collections.Counter",
        "collections.defaultdict",
        "pathlib.Path",
        "pathlib.PosixPath",
        "pathlib.WindowsPath",
        "torch.Size",
        "torch.device",
        "torch.bfloat16",
        "torch.bool",
        "torch.float16",
        "torch.float32",
        "torch.float64",
        "torch.int8",
        "torch.int16",
        "torch.int32",
        "torch.int64",
        "torch.uint8",
    }.ToFrozenSet();

    /// <summary>Whether a checkpoint may name it.</summary>
    public static bool Allows(PickledName name) =>
        name.ToString() is Tensor or OldTensor or Parameter or OldParameter or Dictionary
        || Inert.Contains(name.ToString())
        || IsStorage(name);

    /// <summary>Whether it is the class of a storage.</summary>
    public static bool IsStorage(PickledName name) => name.Module == "torch" && StorageKind.All.ContainsKey(name.Name);

    /// <summary>The value that Python would get from calling it; nothing is called.</summary>
    /// <exception cref="InvalidDataException">torch.save does not call it so.</exception>
    public static object? Call(PickledName name, object?[] arguments) =>
        (name.ToString(), arguments) switch
        {
            (Dictionary, []) => new PickledDictionary(),
            (Dictionary, [List<object?> pairs]) => Filled(pairs),
            (Tensor or OldTensor, [PickledStorage storage, long offset, object?[] sizes, object?[] strides, ..]) => Checked(
                new PickledTensor(storage, offset, Whole(sizes), Whole(strides))
            ),
            (Parameter or OldParameter, [PickledTensor tensor, ..]) => tensor,
            var (text, _) when Inert.Contains(text) => new PickledObject(name),
            _ => throw new InvalidDataException($"it calls {name} as torch.save does not"),
        };

    private static PickledDictionary Filled(List<object?> pairs)
    {
        var dictionary = new PickledDictionary();
        foreach (var pair in pairs)
            dictionary.Entries.Add(
                pair switch
                {
                    object?[] and [var key, var value] => (key, value),
                    List<object?> and [var key, var value] => (key, value),
                    _ => throw new InvalidDataException("it makes a dictionary of something else than pairs"),
                }
            );
        return dictionary;
    }

    private static PickledTensor Checked(PickledTensor tensor) =>
        tensor.Fault() is { } fault
            ? throw new InvalidDataException($"a tensor of shape ({string.Join(", ", tensor.Sizes)}) {fault}")
            : tensor;

    private static long[] Whole(object?[] numbers) =>
        [
            .. numbers.Select(number =>
                number is long whole ? whole : throw new InvalidDataException("a tensor's shape has no whole numbers")
            ),
        ];
}

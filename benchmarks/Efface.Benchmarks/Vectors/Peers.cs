using System.Diagnostics;
using System.Runtime.InteropServices;
using Efface.Data.Vectors;
using Efface.Detachment;
using static TorchSharp.torch;

namespace Efface.Benchmarks;

/// <summary>Other ways to take an attribute out of vectors, to stand beside recipe balance.</summary>
public static class Peers
{
    /// <summary>Their names.</summary>
    public static readonly string[] Names = ["inlp", "hsic", "adversarial"];

    /// <summary>Fits one on the training part, writes all erased vectors as a .npy, and prints how long fitting took.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="options">The vectors, their task and one attribute.</param>
    /// <param name="output">The new .npy.</param>
    public static void Run(string name, VectorOptions options, string output)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var table = VectorReader.Read(options);
        var rows = table.Values.flatten(1);
        var attributes = options.Attributes.Select(column => table[column]).ToArray();
        var labels = TaskAndAttributes.Of(table, table[options.Task!], attributes);
        var clock = Stopwatch.StartNew();
        var erased = name switch
        {
            "inlp" => NullspaceProjection.Of(table, attributes[0], rows),
            _ => new LearnedErasure(table, labels, rows, options.Seed).Of(name == "hsic"),
        };
        Console.WriteLine(FormattableString.Invariant($"{name}: {clock.Elapsed.TotalSeconds:F1} s"));
        using var file = File.Create(output);
        file.Write(NumpyFormat.Header(ScalarType.Float32, erased.shape));
        using var data = erased.contiguous().data<float>();
        file.Write(MemoryMarshal.AsBytes<float>(data.ToArray()));
    }
}

using Efface.Data;
using Efface.Records;
using Efface.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Runs.Reproductions;

/// <summary>How differently models decide on test images.</summary>
internal static class OutputDistance
{
    /// <summary>
    /// Mean over test images of the total variation distance ½ Σ_k |p(k) - q(k)| between the class probabilities of each pair of runs, 0 to
    /// 1: [runs, runs].
    /// </summary>
    /// <param name="runs">Runs on the same data and task; each model sees images of the kind it was trained on.</param>
    public static double[,] Between(IReadOnlyList<RunFolder> runs)
    {
        using var scope = NewDisposeScope();
        var outputs = runs.Select(Probabilities).ToList();
        var distances = new double[runs.Count, runs.Count];
        for (var i = 0; i < runs.Count; i++)
        for (var j = 0; j < runs.Count; j++)
            distances[i, j] = (outputs[i] - outputs[j]).abs().sum([1L]).mean().item<float>() / 2;
        return distances;
    }

    private static Tensor Probabilities(RunFolder run)
    {
        using var opened = LoadedRun.Open(run.Path, [.. run.Audit!.Sought], run.Audit.Settings, null, CancellationToken.None);
        var (network, table) = (opened.Model.Network, opened.Table);
        var parts = new List<Tensor>();
        var loader = new BatchLoader(table, table[opened.Model.Description.Task], [], table.Rows(Part.Test), Evaluation.BatchSize);
        Evaluation.Visit(network, opened.Model.Description.Normalisation, loader, (images, _) =>
            parts.Add(functional.softmax(network.call(images), 1).cpu().DetachFromDisposeScope())
        );
        var all = torch.cat(parts, 0);
        foreach (var part in parts)
            part.Dispose();
        return all;
    }
}

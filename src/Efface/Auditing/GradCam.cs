using Efface.Data;
using Efface.Models;
using Efface.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing;

/// <summary>Where in some images a score comes from.</summary>
/// <param name="Maps">f32 [B, H, W] in [0, 1] on the CPU, at the images' size; the largest value of each is 1.</param>
/// <param name="IsEmpty">For each image whether nothing in it supports the score (the map is nowhere above zero before scaling). Its map is
/// then all zero and must not be shown as evidence.</param>
internal sealed record AttentionMaps(Tensor Maps, IReadOnlyList<bool> IsEmpty) : IDisposable
{
    /// <summary>The maps of some batches, one after another; the parts are disposed.</summary>
    internal static AttentionMaps Join(IReadOnlyList<AttentionMaps> parts)
    {
        var maps = new AttentionMaps(
            torch.cat([.. parts.Select(part => part.Maps)], 0).DetachFromDisposeScope(),
            [.. parts.SelectMany(part => part.IsEmpty)]
        );
        foreach (var part in parts)
            part.Dispose();
        return maps;
    }

    /// <inheritdoc/>
    public void Dispose() => Maps.Dispose();
}

/// <summary>
/// Grad-CAM (Selvaraju et al., ICCV 2017): the maps of a stage's output, weighted by the score's mean gradient in each and summed; positive
/// values support the score. The network is left as it was, and its parameters get no gradients.
/// </summary>
internal static class GradCam
{
    // Networks for 224 pixels, on which the method was evaluated, end in maps of 7 pixels a side: a coarser one localises nothing.
    private const int CoarsestSide = 7;

    /// <summary>Where a score comes from, at a stage.</summary>
    /// <param name="network">Run in evaluation mode.</param>
    /// <param name="stage">Its output must be maps.</param>
    /// <param name="images">Normalised, f32 [B, C, H, W], on the network's device.</param>
    /// <param name="score">The stage's output [B, C', H', W'] in, one score for each image [B] out.</param>
    /// <exception cref="InvalidInputException">There is no such stage, or its output is a vector.</exception>
    public static AttentionMaps Of(StagedNetwork network, string stage, Tensor images, Func<Tensor, Tensor> score)
    {
        using var scope = NewDisposeScope();
        var at = network.IndexOf(stage);
        var wasTraining = network.training;
        network.eval();
        try
        {
            using var graph = enable_grad(false);
            var output = network.Run(images, ..(at + 1)).detach();
            if (output.dim() != 4)
                throw NoMaps(network, stage, images.shape[1..]);
            return Upsampled(Weighted(output, Gradient(output, score)), images.shape[2..]);
        }
        finally
        {
            network.train(wasTraining);
        }
    }

    /// <summary>
    /// Where the network's decision comes from: the score is the log-odds of the class with the largest logit. (A logit alone may rise
    /// with all the others and decide nothing.)
    /// </summary>
    /// <inheritdoc cref="Of"/>
    public static AttentionMaps OfDecision(StagedNetwork network, string stage, Tensor images) =>
        Of(network, stage, images, output => LogOddsOfDecision(network.Run(output, (network.IndexOf(stage) + 1)..)));

    /// <summary>Where the model still sees an attribute that is not its task.</summary>
    /// <inheritdoc cref="AttributeAttention.Of"/>
    public static AttributeAttention OfAttribute(
        TrainedModel model,
        string stage,
        ImageTable table,
        Column attribute,
        int[] rows,
        string? readAt = null
    ) => AttributeAttention.Of(model, stage, table, attribute, rows, readAt);

    /// <summary>The deepest stage whose maps are at least 7 pixels a side; if there is none, the one with the largest maps.</summary>
    /// <param name="network">Any network.</param>
    /// <param name="image">[C, H, W].</param>
    /// <exception cref="InvalidInputException">No stage gives maps.</exception>
    public static string UsualStage(StagedNetwork network, long[] image)
    {
        var maps = Maps(network, image);
        if (maps.Count == 0)
            throw new InvalidInputException("Grad-CAM", "no stage of the network gives maps", "Use a network with convolutions");
        return maps.Where(map => map.Side >= CoarsestSide).Select(map => map.Name).LastOrDefault() ?? maps.MaxBy(map => map.Side).Name;
    }

    /// <summary>log p(k) / p(not k) of the class k that has the largest logit, [B] from logits [B, K].</summary>
    internal static Tensor LogOddsOfDecision(Tensor logits)
    {
        var decision = logits.argmax(1, keepdim: true);
        var others = logits.scatter(1, decision, torch.full_like(logits, double.NegativeInfinity));
        return logits.gather(1, decision).squeeze(1) - others.logsumexp(1);
    }

    private static Tensor Gradient(Tensor output, Func<Tensor, Tensor> score)
    {
        using var graph = enable_grad();
        var leaf = output.clone().requires_grad_(true);
        // A copy, because the next stage may begin with an in-place operation.
        return torch.autograd.grad([score(leaf.clone()).sum()], [leaf])[0];
    }

    private static Tensor Weighted(Tensor output, Tensor gradient) =>
        (gradient.mean([2, 3], keepdim: true) * output).sum(1, keepdim: true).relu();

    private static AttentionMaps Upsampled(Tensor maps, long[] size)
    {
        var large = functional.interpolate(maps, size: size, mode: InterpolationMode.Bilinear, align_corners: false).squeeze(1);
        var most = large.amax([1, 2], keepdim: true);
        using var found = most.gt(0).cpu().data<bool>();
        bool[] isEmpty = [.. found.Select(any => !any)];
        return new AttentionMaps((large / most.clamp(min: float.Epsilon)).cpu().DetachFromDisposeScope(), isEmpty);
    }

    private static List<(string Name, long Side)> Maps(StagedNetwork network, long[] image) =>
        [
            .. network
                .Stages.Zip(network.OutputShapes(image))
                .Where(entry => entry.First.EndsLayer && entry.Second.Length == 3)
                .Select(entry => (entry.First.Name, Math.Min(entry.Second[1], entry.Second[2]))),
        ];

    private static InvalidInputException NoMaps(StagedNetwork network, string stage, long[] image) =>
        new(
            $"stage '{stage}'",
            "its output is a vector, in which there is no place to point at",
            $"Choose one of {string.Join(", ", Maps(network, image).Select(map => map.Name))}"
        );
}

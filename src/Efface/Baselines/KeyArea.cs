using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Baselines;

/// <summary>The most important area of an image, and the image without it.</summary>
internal static class KeyArea
{
    private const double BlurShare = 1.0 / 8;

    /// <summary>The pixels of the largest value.</summary>
    /// <param name="maps">f32 [B, H, W].</param>
    /// <param name="fraction">In (0, 1): of all pixels. Pixels at zero never belong to it, so it may be smaller.</param>
    /// <returns>bool [B, H, W].</returns>
    public static Tensor Of(Tensor maps, double fraction)
    {
        using var scope = NewDisposeScope();
        var flat = maps.flatten(1);
        var count = (int)Math.Clamp(Math.Round(fraction * flat.shape[1]), 1, flat.shape[1] - 1);
        var chosen = torch
            .zeros_like(flat, ScalarType.Bool)
            .scatter_(1, flat.topk(count, 1).indexes, torch.ones_like(flat, ScalarType.Bool));
        return chosen.logical_and(flat.gt(0)).view(maps.shape).MoveToOuterDisposeScope();
    }

    /// <summary>The images without the area.</summary>
    /// <param name="images">u8 [B, C, H, W].</param>
    /// <param name="area">bool [B, H, W].</param>
    /// <param name="fill">What replaces it.</param>
    /// <param name="seeds">For noise: one per image, so that its noise does not depend on its batch.</param>
    /// <returns>u8 [B, C, H, W].</returns>
    public static Tensor Remove(Tensor images, Tensor area, Fill fill, IReadOnlyList<int> seeds)
    {
        using var scope = NewDisposeScope();
        var (pixels, hole) = (images.to_type(ScalarType.Float32), area.unsqueeze(1));
        var kept = hole.logical_not().to_type(ScalarType.Float32);
        var filling = fill switch
        {
            Fill.Mean => Mean(pixels, kept),
            Fill.Blur => Blurred(pixels * kept) / Blurred(kept).clamp(min: float.Epsilon),
            _ => Mean(pixels, kept) + Deviation(pixels, kept) * Noise(images.shape[1..], seeds),
        };
        return torch.where(hole, filling, pixels).round().clamp(0, 255).to_type(ScalarType.Byte).MoveToOuterDisposeScope();
    }

    private static Tensor Mean(Tensor pixels, Tensor kept) => (pixels * kept).sum([2, 3], keepdim: true) / kept.sum([2, 3], keepdim: true);

    private static Tensor Deviation(Tensor pixels, Tensor kept) => Mean((pixels - Mean(pixels, kept)).square(), kept).sqrt();

    private static Tensor Noise(long[] shape, IReadOnlyList<int> seeds) =>
        torch.stack([
            .. seeds.Select(seed =>
            {
                using var random = new Generator((ulong)seed, CPU);
                return torch.randn(shape, generator: random);
            }),
        ]);

    // As products with one matrix for rows and one for columns: no window can be too small for a large hole, and no border needs padding.
    private static Tensor Blurred(Tensor values)
    {
        var sigma = BlurShare * Math.Min(values.shape[2], values.shape[3]);
        return torch.matmul(torch.matmul(Gaussian(values.shape[2], sigma), values), Gaussian(values.shape[3], sigma));
    }

    private static Tensor Gaussian(long size, double sigma)
    {
        var place = torch.arange(size, dtype: ScalarType.Float32);
        return (place.unsqueeze(0) - place.unsqueeze(1)).square().mul(-0.5 / (sigma * sigma)).exp();
    }
}

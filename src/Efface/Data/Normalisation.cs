using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Data;

/// <summary>Whose mean and standard deviation images are scaled by.</summary>
public enum PixelStatistics
{
    /// <summary>Those of the training images.</summary>
    Data,

    /// <summary>Those of ImageNet, which torchvision's and most of timm's networks were trained with.</summary>
    Imagenet,

    /// <summary>A half and a half, [-1, 1]: many of timm's vision transformers.</summary>
    Half,
}

/// <summary>Scales values to mean 0 and standard deviation 1: images per channel, vectors per feature.</summary>
/// <param name="Mean">For each channel of an image, of pixels in [0, 1]; for each feature of a vector.</param>
/// <param name="Deviation">The same, above 0.</param>
public sealed record Normalisation(float[] Mean, float[] Deviation)
{
    private const float LargestPixel = 255;
    private const double SmallestDeviation = 1e-3;

    /// <summary>For images of three channels, by statistics of this name.</summary>
    public static Normalisation Of(Examples table, PixelStatistics statistics) =>
        statistics switch
        {
            PixelStatistics.Imagenet => new Normalisation([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]),
            PixelStatistics.Half => new Normalisation([0.5f, 0.5f, 0.5f], [0.5f, 0.5f, 0.5f]),
            _ => Of(table),
        };

    /// <summary>Measures the training part of <paramref name="table"/> (at most 10,000 examples of it).</summary>
    public static Normalisation Of(Examples table)
    {
        using var scope = NewDisposeScope();
        var rows = table.Rows(Part.Train);
        var step = Math.Max(1, rows.Length / 10_000);
        var values = table.Gather([.. rows.Where((_, i) => i % step == 0)]);
        var scaled = values.to_type(ScalarType.Float32) / Scale(values);
        long[] others = [0, .. Enumerable.Range(2, (int)scaled.dim() - 2)];
        var mean = scaled.mean(others);
        var deviation = scaled.std(others, unbiased: false).clamp(min: SmallestDeviation);
        return new Normalisation(mean.data<float>().ToArray(), deviation.data<float>().ToArray());
    }

    /// <summary>u8 [B, C, H, W] or f32 [B, D] in, f32 of the same shape out, on the same device.</summary>
    public Tensor Apply(Tensor values)
    {
        using var scope = NewDisposeScope();
        // (x / 255 - mean) / deviation as one multiplication and one addition.
        long[] shape = [1, -1, .. Enumerable.Repeat(1L, (int)values.dim() - 2)];
        var unit = Scale(values);
        var factor = torch.tensor(Deviation.Select(d => 1 / (unit * d)).ToArray(), device: values.device).view(shape);
        var offset = torch.tensor(Mean.Select((m, channel) => -m / Deviation[channel]).ToArray(), device: values.device).view(shape);
        return values.to(ScalarType.Float32, copy: true).mul_(factor).add_(offset).MoveToOuterDisposeScope();
    }

    /// <summary>The decoder's target: pixels in [0, 1], or the vectors as the network sees them; f32, on the same device.</summary>
    /// <param name="values">u8 [B, C, H, W] or f32 [B, D].</param>
    public Tensor Target(Tensor values) =>
        values.dtype == ScalarType.Byte ? values.to_type(ScalarType.Float32).div_(LargestPixel) : Apply(values);

    private static float Scale(Tensor values) => values.dtype == ScalarType.Byte ? LargestPixel : 1;
}

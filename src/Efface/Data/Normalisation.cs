using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Data;

/// <summary>Brings pixels to mean 0 and standard deviation 1 for each channel.</summary>
/// <param name="Mean">For each channel, of pixels in [0, 1].</param>
/// <param name="Deviation">For each channel, of pixels in [0, 1].</param>
public sealed record Normalisation(float[] Mean, float[] Deviation)
{
    /// <summary>Measures the training part of <paramref name="table"/> (at most 10,000 images of it).</summary>
    public static Normalisation Of(ImageTable table)
    {
        using var scope = NewDisposeScope();
        var rows = table.Rows(Part.Train);
        var step = Math.Max(1, rows.Length / 10_000);
        var pixels = table.Gather([.. rows.Where((_, i) => i % step == 0)]).to_type(ScalarType.Float32) / 255;
        var mean = pixels.mean([0, 2, 3]);
        var deviation = pixels.std([0, 2, 3], unbiased: false).clamp(min: 1e-3);
        return new Normalisation(mean.data<float>().ToArray(), deviation.data<float>().ToArray());
    }

    /// <summary>u8 [B, C, H, W] in, f32 [B, C, H, W] out, on the same device.</summary>
    public Tensor Apply(Tensor images)
    {
        using var scope = NewDisposeScope();
        // (x / 255 - mean) / deviation as one multiplication and one addition.
        var scale = torch.tensor(Deviation.Select(d => 1 / (255 * d)).ToArray(), device: images.device).view(1, -1, 1, 1);
        var offset = torch.tensor(Mean.Select((m, channel) => -m / Deviation[channel]).ToArray(), device: images.device).view(1, -1, 1, 1);
        return images.to_type(ScalarType.Float32).mul_(scale).add_(offset).MoveToOuterDisposeScope();
    }
}

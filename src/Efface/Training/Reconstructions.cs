using Efface.Data;
using Efface.Detachment;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>Pictures of what h still shows: validation images above what the decoder at the split makes of their h.</summary>
internal static class Reconstructions
{
    private const int Images = 8,
        LargestSide = 64,
        PicturesOfATraining = 20;

    /// <summary>Whether an epoch (from 1) is drawn: the last, and so many before it that an event file stays small.</summary>
    public static bool IsDue(int epoch, int epochs) =>
        epoch == epochs || epoch % ((epochs + PicturesOfATraining - 1) / PicturesOfATraining) == 0;

    /// <summary>Draws with the weights as they are, and changes no state of training.</summary>
    /// <param name="schedule">The network, and the detacher whose decoder draws.</param>
    /// <param name="normalisation">The data set's.</param>
    /// <param name="validation">Its first images are drawn.</param>
    /// <param name="show">Receives u8 [C, 2 H, B W], disposed afterwards; not called without a decoder of images.</param>
    public static void Show(Schedule schedule, Normalisation normalisation, BatchLoader validation, Action<Tensor> show)
    {
        if (schedule.Blocks.LastOrDefault(block => block.Detacher is not null) is not { Detacher: { } detacher } block)
            return;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var read = validation.First(Images);
        var batch = read.To(schedule.Network.Device);
        var (originals, input) = (normalisation.Target(batch.Values), normalisation.Apply(batch.Values));
        var wasTraining = schedule.Network.training;
        schedule.Network.eval();
        var h = schedule.Network.Run(input, ..(block.Detached + 1)).to_type(ScalarType.Float32);
        schedule.Network.train(wasTraining);
        if (detacher.Reconstruct(new DetachmentInput(h, originals, batch.To(h.device), Strength: 0, input)) is { } drawn)
            show(torch.cat([Row(originals), Row(drawn.to(originals.device))], 1).mul(255).round().to_type(ScalarType.Byte));
    }

    // f32 [B, C, H, W] to [C, H, B W], smaller where they are large.
    private static Tensor Row(Tensor images)
    {
        var (height, width) = (images.shape[2], images.shape[3]);
        var shrunk = Math.Min(1, (double)LargestSide / Math.Max(height, width));
        var small = nn.functional.adaptive_avg_pool2d(images, [(long)Math.Ceiling(height * shrunk), (long)Math.Ceiling(width * shrunk)]);
        return small.permute(1, 2, 0, 3).flatten(2);
    }
}

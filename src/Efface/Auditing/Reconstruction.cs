using Efface.Data;
using Efface.Detachment;
using Efface.Models;
using Efface.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing;

/// <summary>
/// What a fresh decoder, trained after the fact on the frozen representation, draws again of test images (figure 4 of Guo et al.).
/// </summary>
/// <param name="Error">Mean binary cross-entropy of test pixels in [0, 1], nats.</param>
/// <param name="Originals">u8 [n, C, H, W].</param>
/// <param name="Drawn">u8 [n, C, H, W].</param>
public sealed record Reconstruction(double Error, Tensor Originals, Tensor Drawn) : IDisposable
{
    private const int BatchSize = 32, Steps = 250, Width = 16, Most = 2000, Judged = 500;
    private const double Rate = 2e-3;

    /// <summary>Trains the decoder and draws the first test images.</summary>
    /// <param name="model">The frozen network.</param>
    /// <param name="place">Where the decoder reads.</param>
    /// <param name="table">The images; the decoder learns from at most 2,000 of the extractor's training images.</param>
    /// <param name="count">How many to draw.</param>
    /// <param name="seed">Of the decoder.</param>
    public static Reconstruction Of(TrainedModel model, Place place, ImageTable table, int count, int seed)
    {
        torch.manual_seed(seed);
        using var scope = NewDisposeScope();
        using var training = Captured.From(model, [place], table, [.. table.Rows(Part.Train).Take(Most)]);
        using var test = Captured.From(model, [place], table, [.. table.Rows(Part.Test).Take(Judged)]);
        var device = Compute.Device;
        long[] shape = place.Symbols > 0 ? [place.Symbols] : place.Shape;
        using var decoder = new Decoder(shape, table.ImageShape, Width).to(device);
        using var optimiser = new Adam(decoder.parameters(), Rate);
        var random = new Random(seed);
        for (var step = 0; step < Steps; step++)
        {
            using var inner = NewDisposeScope();
            var picks = torch.tensor(Enumerable.Range(0, BatchSize).Select(_ => (long)random.Next(training.Rows.Length)).ToArray());
            optimiser.Rate = Rate * (1 - (double)step / Steps);
            Loss(decoder, Values(training, place, picks, device), Images(training, table, picks, device)).backward();
            optimiser.Step();
        }

        decoder.eval();
        using var noGradient = no_grad();
        var all = torch.arange(test.Rows.Length, dtype: ScalarType.Int64);
        var first = all[..Math.Min(count, test.Rows.Length)];
        var drawn = decoder.call(Values(test, place, first, device)).sigmoid().mul(255).round().to_type(ScalarType.Byte).cpu();
        var originals = table.Gather([.. test.Rows.Take(count)]);
        var error = Loss(decoder, Values(test, place, all, device), Images(test, table, all, device)).ToDouble();
        return new Reconstruction(error, originals.DetachFromDisposeScope(), drawn.DetachFromDisposeScope());
    }

    private static Tensor Loss(Decoder decoder, Tensor values, Tensor images) => functional.binary_cross_entropy_with_logits(decoder.call(values), images);

    private static Tensor Values(Captured captured, Place place, Tensor picks, Device device)
    {
        var values = captured.Values[place.Name].index_select(0, picks).to(device);
        return place.Symbols > 0 ? functional.one_hot(values, place.Symbols).to_type(ScalarType.Float32) : values;
    }

    private static Tensor Images(Captured captured, ImageTable table, Tensor picks, Device device)
    {
        int[] rows = [.. picks.data<long>().Select(pick => captured.Rows[(int)pick])];
        return table.Gather(rows).to(device).to_type(ScalarType.Float32) / 255;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Originals.Dispose();
        Drawn.Dispose();
    }
}

using Efface.Data;
using Efface.Detachment;
using Efface.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing;

/// <summary>
/// How well an attribute is read from test images and from their reconstructions, by one classifier trained on real images.
/// </summary>
/// <param name="Attribute">The column.</param>
/// <param name="OnReal">Balanced accuracy on the real images.</param>
/// <param name="OnReconstructed">Balanced accuracy on the reconstructions: a lower bound, because the classifier was never trained on such
/// images.</param>
public sealed record ReadFromPictures(string Attribute, Measured OnReal, Measured OnReconstructed)
{
    /// <summary>Accuracy on the real images.</summary>
    public required Measured AccuracyOnReal { get; init; }

    /// <summary>Accuracy on the reconstructions.</summary>
    public required Measured AccuracyOnReconstructed { get; init; }
}

/// <summary>How well test images can be reconstructed, in audit.json.</summary>
public sealed record ReconstructionResult
{
    /// <summary>The place that the decoder reads.</summary>
    public required string Place { get; init; }

    /// <summary>Binary cross-entropy of pixels in [0, 1], nats; each image's mean over its pixels, averaged over images.</summary>
    public required Measured Error { get; init; }

    /// <summary>Squared error of pixels in [0, 1]; each image's mean over its pixels, averaged over images.</summary>
    public required Measured SquaredError { get; init; }

    /// <summary>The decoder's training steps, chosen on validation.</summary>
    public required int Steps { get; init; }

    /// <summary>What the reconstructions show of attributes.</summary>
    public IReadOnlyList<ReadFromPictures> Attributes { get; init; } = [];
}

/// <summary>
/// What a fresh decoder, trained afterwards on the frozen representation, reconstructs of test images (section 4.3 and figure 4 of Guo et
/// al.). It has twice the width, and so about four times the weights, of the decoder trained beside the extractor.
/// </summary>
/// <param name="Result">The numbers.</param>
/// <param name="Originals">u8 [n, C, H, W].</param>
/// <param name="Drawn">u8 [n, C, H, W].</param>
internal sealed record Reconstruction(ReconstructionResult Result, Tensor Originals, Tensor Drawn) : IDisposable
{
    private const int BatchSize = 32,
        Steps = 300,
        Interval = 30,
        Width = 2 * Decoder.UsualWidth,
        Most = 2000,
        Chosen = 200,
        Judged = 500,
        AtOnce = 100;
    private const double Rate = 3e-3;

    /// <summary>Trains the decoder, and reconstructs test images.</summary>
    /// <param name="model">The frozen network.</param>
    /// <param name="place">The place that the decoder reads.</param>
    /// <param name="table">The images: the decoder learns from at most 2,000 of the extractor's training images and is judged on at most
    /// 500 test images: the same for every model.</param>
    /// <param name="count">How many reconstructions to return.</param>
    /// <param name="seed">The decoder's seed.</param>
    /// <param name="readers">Classifiers of real images, one for each attribute: the same before and after unlearning.</param>
    /// <param name="confidence">The confidence of every interval, in (0, 1).</param>
    /// <param name="cancel">Checked at each step.</param>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public static Reconstruction Of(
        TrainedModel model,
        Place place,
        ImageTable table,
        int count,
        int seed,
        IReadOnlyList<AttributeClassifier>? readers = null,
        double confidence = 0.95,
        CancellationToken cancel = default
    )
    {
        using var scope = NewDisposeScope();
        using var random = new Generator((ulong)seed);
        var device = Compute.Device;
        using var decoder = new Decoder(place.Symbols > 0 ? [place.Symbols] : place.Shape, table.Shape, random, Width).to(device);
        var steps = Train(
            decoder,
            Pairs.Of(model, place, table, Part.Train, Most, cancel),
            Pairs.Of(model, place, table, Part.Validation, Chosen, cancel),
            device,
            seed,
            cancel
        );

        var test = Pairs.Of(model, place, table, Part.Test, Judged, cancel);
        var (errors, squares, drawings) = Judge(decoder, test, device);
        var drawn = torch.cat(drawings, 0);
        var shown = Math.Min(count, test.Rows.Length);
        return new Reconstruction(
            new ReconstructionResult
            {
                Place = place.Name,
                Error = Measured.Mean(errors, new Sampling(confidence)),
                SquaredError = Measured.Mean(squares, new Sampling(confidence)),
                Steps = steps,
                Attributes = [.. (readers ?? []).Select(reader => Read(reader, table, test, drawn, confidence))],
            },
            table.Gather(test.Rows.AsSpan(0, shown)).DetachFromDisposeScope(),
            drawn[..shown].clone().DetachFromDisposeScope()
        );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Originals.Dispose();
        Drawn.Dispose();
    }

    private static int Train(Decoder decoder, Pairs training, Pairs validation, Device device, int seed, CancellationToken cancel)
    {
        using var optimiser = new Models.Adam(decoder.parameters(), Rate);
        using var best = new NumericGuard(decoder);
        var (random, chosen, least) = (new Random(seed), 0, double.PositiveInfinity);
        for (var step = 1; step <= Steps; step++)
        {
            cancel.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            decoder.train();
            optimiser.Rate = Rate * Models.Optimiser.Cosine((double)step / Steps);
            var (values, images) = training.Pick(
                [.. Enumerable.Range(0, BatchSize).Select(_ => random.Next(training.Rows.Length))],
                device
            );
            functional.binary_cross_entropy_with_logits(decoder.call(values), images).backward();
            optimiser.Step();
            if (step % Interval != 0)
                continue;
            var error = Judge(decoder, validation, device).Errors.Average();
            if (!(error < least))
                continue;
            (chosen, least) = (step, error);
            best.Remember(step);
        }
        best.Restore();
        return chosen;
    }

    // The error of each image, and its reconstruction.
    private static (double[] Errors, double[] Squares, List<Tensor> Drawings) Judge(Decoder decoder, Pairs pairs, Device device)
    {
        using var noGradient = no_grad();
        decoder.eval();
        var (errors, squares, drawings) = (new List<double>(), new List<double>(), new List<Tensor>());
        foreach (var picks in Enumerable.Range(0, pairs.Rows.Length).Chunk(AtOnce))
        {
            using var inner = NewDisposeScope();
            var (values, images) = pairs.Pick(picks, device);
            var logits = decoder.call(values);
            var drawn = logits.sigmoid();
            errors.AddRange(Means(functional.binary_cross_entropy_with_logits(logits, images, reduction: Reduction.None)));
            squares.AddRange(Means((drawn - images).square()));
            drawings.Add(drawn.mul(255).round().to_type(ScalarType.Byte).cpu().MoveToOuterDisposeScope());
        }
        return ([.. errors], [.. squares], drawings);
    }

    private static double[] Means(Tensor values)
    {
        using var means = values.flatten(1).mean([1], type: ScalarType.Float64).cpu().data<double>();
        return means.ToArray();
    }

    private static ReadFromPictures Read(AttributeClassifier reader, ImageTable table, Pairs test, Tensor drawn, double confidence)
    {
        var real = reader.Score(reader.Read(table, test.Rows), table, test.Rows, confidence);
        var reconstructed = reader.Score(reader.Read(drawn), table, test.Rows, confidence);
        return new ReadFromPictures(reader.Attribute, real.BalancedAccuracy, reconstructed.BalancedAccuracy)
        {
            AccuracyOnReal = real.Accuracy,
            AccuracyOnReconstructed = reconstructed.Accuracy,
        };
    }

    /// <summary>Representations with the images they were computed from.</summary>
    private sealed record Pairs(Tensor Values, int Symbols, ImageTable Table, int[] Rows)
    {
        public static Pairs Of(TrainedModel model, Place place, ImageTable table, Part part, int most, CancellationToken cancel)
        {
            int[] rows = [.. table.Rows(part).Take(most)];
            using var captured = Captured.From(model, [place], table, rows, cancel: cancel);
            return new Pairs(captured.Values[place.Name].alias(), place.Symbols, table, rows);
        }

        public (Tensor Values, Tensor Images) Pick(int[] picks, Device device)
        {
            var values = Values.index_select(0, torch.tensor(picks.Select(pick => (long)pick).ToArray())).to(device);
            if (Symbols > 0)
                values = functional.one_hot(values, Symbols).to_type(ScalarType.Float32);
            return (values, Table.Gather([.. picks.Select(pick => Rows[pick])]).to(device).to_type(ScalarType.Float32) / 255);
        }
    }
}

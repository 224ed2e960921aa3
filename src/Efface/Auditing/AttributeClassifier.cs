using Efface.Auditing.Attacks;
using Efface.Data;
using Efface.Data.Pixels;
using Efface.Models;
using Efface.Training;
using static TorchSharp.torch;

namespace Efface.Auditing;

/// <summary>What a classifier for an attribute is built and trained with.</summary>
internal sealed record ClassifierOptions
{
    /// <summary>A name of <see cref="Backbones.Names"/>.</summary>
    public string Model { get; init; } = "resnet18";

    /// <summary>A name of <see cref="Backbones.Stems"/>; null takes the usual one for the images' size.</summary>
    public string? Stem { get; init; }

    /// <summary>Factor on every stage's channels.</summary>
    public double Width { get; init; } = 1;

    /// <summary>How often every training image is seen, when there are many.</summary>
    public int Epochs { get; init; } = 6;

    /// <summary>A small set is seen more often, until so many steps are made, or 40 epochs.</summary>
    public int FewestSteps { get; init; } = 1000;

    /// <summary>Decides initial weights, order and augmentation.</summary>
    public int Seed { get; init; }

    /// <summary>It learns from at most so many images of the training part.</summary>
    public int Most { get; init; } = CapturedParts.Most(Budget.Full);

    /// <summary>
    /// The same small network for every model of a data set, so that models can be compared by what it reads: ResNet18 at a quarter of its
    /// width or less, with a stem of stride 2, on 5,000 images.
    /// </summary>
    public static ClassifierOptions ForReading(ModelDescription model) =>
        new()
        {
            Stem = model.Input[1] <= 64 ? "fast" : "imagenet",
            Width = Math.Min(0.25, model.Width),
            Most = 5000,
            FewestSteps = 600,
        };
}

/// <summary>How often an attribute was read rightly.</summary>
/// <param name="Accuracy">Wilson's interval.</param>
/// <param name="BalancedAccuracy">Bootstrap interval.</param>
internal sealed record AttributeScore(Measured Accuracy, Measured BalancedAccuracy);

/// <summary>
/// Reads an attribute from images: it shows where in an image the attribute is, and whether a changed image still shows it. An
/// ordinary network, trained with the attribute as its task, classes weighted equally; balanced accuracy on validation chooses the epoch.
/// </summary>
/// <param name="Model">Owned; its task is the attribute.</param>
internal sealed record AttributeClassifier(TrainedModel Model) : IDisposable
{
    private const int Schema = 1,
        MostEpochs = 40,
        MapsAtOnce = 100;

    private static readonly TrainingOptions Training = new() { BatchSize = 32, LearningRate = 0.05 };

    /// <summary>The attribute's column.</summary>
    public string Attribute => Model.Description.Task;

    /// <summary>Trains on the training part.</summary>
    /// <param name="table">With train and validation.</param>
    /// <param name="attribute">One of its columns.</param>
    /// <param name="options">Which network, and how long.</param>
    /// <param name="observer">Hears of every step and epoch.</param>
    /// <param name="cancel">Ends after the batch at hand.</param>
    /// <exception cref="InvalidInputException">The network cannot be built, or its training diverged.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public static AttributeClassifier Train(
        ImageTable table,
        Column attribute,
        ClassifierOptions options,
        ITrainingObserver? observer = null,
        CancellationToken cancel = default
    )
    {
        using var random = new Generator((ulong)options.Seed);
        var model = TrainedModel.Create(
            ModelDescription.For(table, attribute, options.Model, options.Stem, options.Width),
            Compute.Device,
            random
        );
        try
        {
            Train(model, table, attribute, options, observer, cancel);
            return new AttributeClassifier(model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The classifier of an earlier call with the same images, attribute and options, where it is kept; else trains it and keeps it.
    /// </summary>
    /// <param name="cacheRoot">The folder of all caches.</param>
    /// <param name="table">With train and validation.</param>
    /// <param name="attribute">One of its columns.</param>
    /// <param name="options">Which network, and how long.</param>
    /// <param name="observer">Hears of every step and epoch.</param>
    /// <param name="cancel">Ends after the batch at hand.</param>
    /// <exception cref="InvalidInputException">The network cannot be built, or its training diverged.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    /// <exception cref="IOException">The cache cannot be written.</exception>
    public static AttributeClassifier TrainOnce(
        string cacheRoot,
        ImageTable table,
        Column attribute,
        ClassifierOptions options,
        ITrainingObserver? observer = null,
        CancellationToken cancel = default
    )
    {
        var folder = CacheFolder.Derived(
            cacheRoot,
            CacheFolder.Classifiers,
            new
            {
                Schema,
                Fingerprint = table.Fingerprint,
                attribute.Name,
                Options = options,
            }
        );
        try
        {
            if (Directory.Exists(folder))
                return new AttributeClassifier(TrainedModel.Load(folder, Compute.Device));
        }
        catch (InvalidInputException)
        {
            // Half-written or damaged: it is trained again.
        }
        var classifier = Train(table, attribute, options, observer, cancel);
        Directory.CreateDirectory(folder);
        classifier.Model.Save(folder);
        return classifier;
    }

    private static void Train(
        TrainedModel model,
        ImageTable table,
        Column attribute,
        ClassifierOptions options,
        ITrainingObserver? observer,
        CancellationToken cancel
    )
    {
        var rows = Splits.AtMost(table.Rows(Part.Train), options.Most, Splits.By([attribute]), 0);
        var epochs = Math.Clamp(
            options.FewestSteps * Training.BatchSize / rows.Length,
            options.Epochs,
            Math.Max(options.Epochs, MostEpochs)
        );
        // Patience as long as the training: it goes to the end, and back to its best epoch.
        var training = Training with { Epochs = epochs, Seed = options.Seed, Patience = epochs };
        using var schedule = Schedules.Plain(model, training, Weights(attribute.Count(rows)));
        var result = new Trainer(schedule, training, model.Description.Normalisation, Augmentation.For(table)).Run(
            new BatchLoader(table, attribute, [], rows, training.BatchSize),
            new BatchLoader(table, attribute, [], Balanced(attribute, table.Rows(Part.Validation)), Evaluation.BatchSize),
            observer,
            cancel
        );
        cancel.ThrowIfCancellationRequested();
        if (result.Diverged is { } cause)
            throw new InvalidInputException(
                $"classifier for {attribute.Name}",
                $"its training diverged ({cause})",
                "Look at the images and labels with efface data inspect"
            );
    }

    /// <summary>The decision on each image.</summary>
    /// <param name="images">u8 [B, C, H, W].</param>
    public int[] Read(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (network, wasTraining) = (Model.Network, Model.Network.training);
        network.eval();
        var decisions = new List<int>();
        foreach (var part in images.split(Evaluation.BatchSize, 0))
        {
            using var inner = NewDisposeScope();
            using var decided = network.call(Normalised(part)).argmax(1).cpu().data<long>();
            decisions.AddRange(decided.Select(label => (int)label));
        }
        network.train(wasTraining);
        return [.. decisions];
    }

    /// <summary>The decision on each of <paramref name="rows"/>.</summary>
    public int[] Read(ImageTable table, int[] rows) =>
        [
            .. rows.Chunk(Evaluation.BatchSize)
                .SelectMany(chunk =>
                {
                    using var images = table.Gather(chunk);
                    return Read(images);
                }),
        ];

    /// <summary>How well the attribute was read from pictures of <paramref name="rows"/>.</summary>
    /// <param name="decisions">What <see cref="Read(Tensor)"/> said of the rows' images, or of what became of them.</param>
    /// <param name="table">Where the truth stands.</param>
    /// <param name="rows">Which rows the pictures are of.</param>
    /// <param name="confidence">In (0, 1).</param>
    public AttributeScore Score(int[] decisions, ImageTable table, int[] rows, double confidence)
    {
        var attribute = table[Attribute];
        int[] truth = [.. rows.Select(row => attribute.Labels[row])];
        bool[] right = [.. decisions.Zip(truth, (decided, label) => decided == label)];
        return new AttributeScore(
            Measured.Share(right.Count(hit => hit), right.Length, confidence),
            Bootstrap.BalancedAccuracy(right, truth, attribute.Classes.Count, new Sampling(confidence))
        );
    }

    /// <summary>Where in each image the decision comes from, by Grad-CAM.</summary>
    /// <param name="images">u8 [B, C, H, W].</param>
    /// <param name="stage">Null takes <see cref="GradCam.UsualStage"/>.</param>
    public AttentionMaps Attention(Tensor images, string? stage = null)
    {
        using var scope = NewDisposeScope();
        stage ??= GradCam.UsualStage(Model.Network, Model.Description.Input);
        return AttentionMaps.Join([
            .. images.split(MapsAtOnce, 0).Select(part => GradCam.OfDecision(Model.Network, stage, Normalised(part))),
        ]);
    }

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    private Tensor Normalised(Tensor images) => Model.Description.Normalisation.Apply(images.to(Compute.Device));

    // Each class repeated to the size of the largest, so that plain accuracy is balanced accuracy.
    private static int[] Balanced(Column attribute, int[] rows)
    {
        var largest = attribute.Count(rows).Max();
        return
        [
            .. rows.GroupBy(row => attribute.Labels[row])
                .SelectMany(members => Enumerable.Repeat(members, largest).SelectMany(member => member).Take(largest)),
        ];
    }

    // Every class weighs the same, however rare it is.
    private static float[] Weights(int[] counts) =>
        [.. counts.Select(count => count == 0 ? 0 : (float)counts.Sum() / count / counts.Count(any => any > 0))];
}

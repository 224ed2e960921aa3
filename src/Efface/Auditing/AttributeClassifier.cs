using Efface.Auditing.Attacks;
using Efface.Data;
using Efface.Data.Pixels;
using Efface.Models.Architectures;
using Efface.Training;
using static TorchSharp.torch;

namespace Efface.Auditing;

/// <summary>How a classifier for an attribute is built and trained.</summary>
internal sealed record ClassifierOptions
{
    /// <summary>A name of <see cref="Backbones.Names"/>.</summary>
    public string Model { get; init; } = "resnet18";

    /// <summary>A name of <see cref="Backbones.Stems"/>; null takes the default for the image size.</summary>
    public string? Stem { get; init; }

    /// <summary>Factor on every stage's channels.</summary>
    public double Width { get; init; } = 1;

    /// <summary>Passes over the training images, for large sets.</summary>
    public int Epochs { get; init; } = 6;

    /// <summary>The fewest steps: a small set is repeated until they are made, for at most 40 epochs.</summary>
    public int FewestSteps { get; init; } = 1000;

    /// <summary>Decides initial weights, order and augmentation.</summary>
    public int Seed { get; init; }

    /// <summary>The largest number of training images it learns from.</summary>
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

/// <summary>How often an attribute was read correctly.</summary>
/// <param name="Accuracy">Wilson's interval.</param>
/// <param name="BalancedAccuracy">Bootstrap interval.</param>
internal sealed record AttributeScore(Measured Accuracy, Measured BalancedAccuracy);

/// <summary>
/// Reads an attribute from images: shows where in an image the attribute is, and whether a changed image still shows it. An ordinary
/// network with the attribute as its task and classes weighted equally; balanced accuracy on validation chooses the epoch.
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
    /// <param name="table">Has train and validation.</param>
    /// <param name="attribute">One of its columns.</param>
    /// <param name="options">Which network to train, and for how long.</param>
    /// <param name="observer">Receives each step and epoch.</param>
    /// <param name="cancel">Stops after the current batch.</param>
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

    /// <summary>The kept classifier of an earlier call with the same images, attribute and options; else trains one and keeps it.</summary>
    /// <param name="cacheRoot">The folder of all caches.</param>
    /// <param name="table">Has train and validation.</param>
    /// <param name="attribute">One of its columns.</param>
    /// <param name="options">Which network to train, and for how long.</param>
    /// <param name="observer">Receives each step and epoch.</param>
    /// <param name="cancel">Stops after the current batch.</param>
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
        // Patience equals the length of training: it runs to the end, then returns to its best epoch.
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

    /// <summary>How well the attribute was read from images of <paramref name="rows"/>.</summary>
    /// <param name="decisions">The output of <see cref="Read(Tensor)"/> for the rows' images, or for changed versions of them.</param>
    /// <param name="table">Holds the truth.</param>
    /// <param name="rows">The rows that the images belong to.</param>
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

    // Every class has the same weight, however rare it is.
    private static float[] Weights(int[] counts) =>
        [.. counts.Select(count => count == 0 ? 0 : (float)counts.Sum() / count / counts.Count(any => any > 0))];
}

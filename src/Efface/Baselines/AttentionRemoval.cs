using System.Diagnostics;
using Efface.Auditing;
using Efface.Data;
using Efface.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Baselines;

/// <summary>Some images with the results of the removal.</summary>
/// <param name="Originals">u8 [n, C, H, W].</param>
/// <param name="Heat">The map over each, u8 [n, 3, H, W].</param>
/// <param name="Removed">u8 [n, C, H, W].</param>
internal sealed record AttentionPictures(Tensor Originals, Tensor Heat, Tensor Removed) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Originals.Dispose();
        Heat.Dispose();
        Removed.Dispose();
    }
}

/// <summary>
/// Baseline 2 of Guo et al. (section 4.1): a classifier for the attribute, Grad-CAM of its decision, and a data set from which the key area
/// is removed. The classifier's decision is used, never the label: a hole that followed the label would reveal it.
/// </summary>
internal sealed class AttentionRemoval : IDisposable
{
    private const int AtOnce = 100;
    private const double Confidence = 0.95;

    private readonly ImageTable _original;
    private readonly Lazy<IReadOnlyList<AttributeClassifier>> _classifiers;

    private AttentionRemoval(
        ImageTable original,
        Lazy<IReadOnlyList<AttributeClassifier>> classifiers,
        ImageTable table,
        AttentionRemovalResult result
    ) => (_original, _classifiers, Table, Result) = (original, classifiers, table, result);

    /// <summary>The removed images, mapped from a file, with the columns and parts of the original ones.</summary>
    public ImageTable Table { get; }

    /// <summary>The result of the removal.</summary>
    public AttentionRemovalResult Result { get; }

    /// <summary>
    /// Removes the area, or loads the result of an earlier call with the same images, settings and options. If a classifier is trained,
    /// torch's generator is seeded again.
    /// </summary>
    /// <param name="original">With train, validation and test; must outlive the result.</param>
    /// <param name="settings">What to remove.</param>
    /// <param name="options">For the classifiers.</param>
    /// <param name="cacheRoot">Where classifiers and removed images are kept.</param>
    /// <param name="reading">Receives the number of images done.</param>
    /// <param name="training">Receives the classifiers' training.</param>
    /// <param name="cancel">Checked between batches.</param>
    /// <exception cref="InvalidInputException">A column is missing, a classifier cannot be trained, or the cache cannot be
    /// written.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public static AttentionRemoval Of(
        ImageTable original,
        AttentionRemovalSettings settings,
        ClassifierOptions options,
        string cacheRoot,
        IReadingObserver? reading = null,
        ITrainingObserver? training = null,
        CancellationToken cancel = default
    )
    {
        var attributes = settings.Attributes.Select(name => original[name]).ToList();
        var classifiers = new Lazy<IReadOnlyList<AttributeClassifier>>(() =>
            [
                .. attributes.Select(attribute =>
                {
                    reading?.OnNote($"a classifier for {attribute.Name}: what it looks at is removed");
                    return AttributeClassifier.TrainOnce(cacheRoot, original, attribute, options, training, cancel);
                }),
            ]
        );
        var store = new RemovedImages(cacheRoot, original, settings, options);
        try
        {
            var (table, result) = store.Find() ?? Make(store, original, settings, classifiers.Value, reading, cancel);
            return new AttentionRemoval(original, classifiers, table, result);
        }
        catch (Exception fault)
        {
            Release(classifiers);
            if (fault is IOException or UnauthorizedAccessException)
                throw new InvalidInputException(
                    $"cache {cacheRoot}",
                    $"cannot be written ({fault.Message.TrimEnd('.')})",
                    $"The images without the area need {store.Bytes / 1e9:F2} GB there; free space, or name "
                        + "another place with `ReadingOptions.Cache`"
                );
            throw;
        }
    }

    /// <summary>The first test images from which an area was removed.</summary>
    /// <param name="count">The largest number of images.</param>
    public AttentionPictures Draw(int count)
    {
        using var scope = NewDisposeScope();
        int[] rows = [.. _original.Rows(Part.Test).Take(4 * count)];
        using var maps = Attention(_classifiers.Value, _original.Gather(rows));
        int[] shown = [.. Enumerable.Range(0, rows.Length).Where(i => !maps.IsEmpty[i]).Take(count)];
        int[] shownRows = [.. shown.Select(i => rows[i])];
        var originals = _original.Gather(shownRows);
        var heat = torch.stack([.. shown.Select((at, i) => Heat.Overlay(originals[i], maps.Maps[at]))]);
        return new AttentionPictures(
            originals.DetachFromDisposeScope(),
            heat.DetachFromDisposeScope(),
            Table.Gather(shownRows).DetachFromDisposeScope()
        );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Table.Dispose();
        Release(_classifiers);
    }

    private static (ImageTable Table, AttentionRemovalResult Result) Make(
        RemovedImages store,
        ImageTable original,
        AttentionRemovalSettings settings,
        IReadOnlyList<AttributeClassifier> classifiers,
        IReadingObserver? reading,
        CancellationToken cancel
    )
    {
        var (clock, withoutMap, done) = (Stopwatch.StartNew(), 0, 0);
        var table = store.Write(
            Enumerable
                .Range(0, original.Count)
                .Chunk(AtOnce)
                .Select(rows =>
                {
                    cancel.ThrowIfCancellationRequested();
                    using var scope = NewDisposeScope();
                    var images = original.Gather(rows);
                    using var maps = Attention(classifiers, images);
                    withoutMap += maps.IsEmpty.Count(empty => empty);
                    reading?.OnReading(
                        new ReadingProgress("removing areas", done += rows.Length, original.Count, clock.Elapsed.TotalSeconds)
                    );
                    return KeyArea.Remove(images, KeyArea.Of(maps.Maps, settings.Fraction), settings.Fill, rows).MoveToOuterDisposeScope();
                })
        );
        var test = original.Rows(Part.Test);
        Measured Read(AttributeClassifier classifier, ImageTable from) =>
            classifier.Score(classifier.Read(from, test), original, test, Confidence).BalancedAccuracy;
        var result = new AttentionRemovalResult(
            table.Fingerprint,
            table.Count,
            withoutMap,
            [
                .. classifiers.Select(classifier => new ReadAfterRemoval(
                    classifier.Attribute,
                    Read(classifier, original),
                    Read(classifier, table)
                )),
            ]
        );
        store.Keep(result);
        return (table, result);
    }

    // Where any of the classifiers looks.
    private static AttentionMaps Attention(IReadOnlyList<AttributeClassifier> classifiers, Tensor images)
    {
        using var scope = NewDisposeScope();
        var all = classifiers.Select(classifier => classifier.Attention(images)).ToList();
        var maps = torch.stack(all.Select(one => one.Maps)).amax([0]);
        foreach (var one in all)
            one.Dispose();
        return new AttentionMaps(
            maps.DetachFromDisposeScope(),
            [.. Enumerable.Range(0, (int)images.shape[0]).Select(i => all.All(one => one.IsEmpty[i]))]
        );
    }

    private static void Release(Lazy<IReadOnlyList<AttributeClassifier>> classifiers)
    {
        if (!classifiers.IsValueCreated)
            return;
        foreach (var classifier in classifiers.Value)
            classifier.Dispose();
    }
}

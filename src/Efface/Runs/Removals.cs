using Efface.Auditing;
using Efface.Baselines;
using Efface.Data;
using Efface.Records;
using Efface.Reporting;
using Efface.Training;

namespace Efface.Runs;

/// <summary>Removes from a run's images what its configuration names.</summary>
internal static class Removals
{
    private const int Pictures = 10;

    /// <summary>The removal in the configuration; null if there is none.</summary>
    /// <param name="prepared">Must outlive the result.</param>
    /// <param name="reading">Receives the number of images done.</param>
    /// <param name="training">Receives the classifiers' training.</param>
    /// <param name="cancel">Checked between batches.</param>
    /// <exception cref="InvalidInputException">A classifier cannot be trained, or the cache cannot be written.</exception>
    public static AttentionRemoval? Of(Prepared prepared, IReadingObserver? reading, ITrainingObserver? training, CancellationToken cancel)
    {
        var config = prepared.Config;
        if (config.AttentionRemoval is not { } settings)
            return null;
        // Not the run's seed: runs of several seeds train on the same images.
        var options = new ClassifierOptions
        {
            Model = config.Model.Name,
            Stem = config.Model.Stem,
            Width = config.Model.Width,
        };
        return AttentionRemoval.Of(prepared.Table, settings, options, config.Data.Reading.CacheRoot, reading, training, cancel);
    }

    /// <summary>Writes the first test images, where the classifiers looked, and the rest of the images.</summary>
    public static void Draw(RunFolder folder, AttentionRemoval removal)
    {
        using var pictures = removal.Draw(Pictures);
        foreach (
            var (name, images) in new[] { ("attended", pictures.Originals), ("attention", pictures.Heat), ("removed", pictures.Removed) }
        )
            for (var i = 0; i < images.shape[0]; i++)
            {
                using var image = images[i];
                folder.WritePicture($"{name}-{i}.png", Png.Encode(image));
            }
    }
}

using Efface.Auditing;
using Efface.Baselines;
using Efface.Data;
using Efface.Reporting;
using Efface.Training;

namespace Efface.Runs;

/// <summary>Takes out of a run's images what its configuration says.</summary>
internal static class Removals
{
    private const int Pictures = 10;

    /// <summary>The removal that the configuration asks for; null where it asks for none.</summary>
    /// <param name="prepared">Must outlive the result.</param>
    /// <param name="reading">Hears how many images are done.</param>
    /// <param name="training">Hears of the classifiers' training.</param>
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
            Model = config.Model,
            Stem = config.Stem,
            Width = config.Width,
        };
        return AttentionRemoval.Of(prepared.Table, settings, options, config.Reading.CacheRoot, reading, training, cancel);
    }

    /// <summary>What is wrong with the flags, each with its remedy.</summary>
    public static IEnumerable<Problem> Flags(RunConfig config)
    {
        if (config.AttentionRemoval is not { } settings)
            yield break;
        if (settings.Attributes.Count == 0)
            yield return new Problem(
                "--fraction, --fill",
                "of an area that is not removed",
                "Give --remove-attention too, with the attribute's column"
            );
        if (settings.Fraction is not (> 0 and < 1))
            yield return new Problem($"--fraction {settings.Fraction}", "not between 0 and 1", "Give a share of the pixels such as 0.3");
    }

    /// <summary>What is wrong with the columns, as far as their names say.</summary>
    public static IEnumerable<Problem> Names(RunConfig config)
    {
        var attributes = config.AttentionRemoval?.Attributes ?? [];
        if (config.Task is { } task && attributes.Contains(task))
            yield return new Problem(
                $"--remove-attention {task}",
                "is the task itself",
                "Remove the area of another column, or choose another task"
            );
        foreach (var problem in Problem.NamedTwice("--remove-attention", attributes, "attribute"))
            yield return problem;
    }

    /// <summary>Writes the first test images, where the classifiers looked, and what is left.</summary>
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

using Efface.Auditing;
using Efface.Data;
using Efface.Reporting;
using Efface.Training;

namespace Efface.Runs;

/// <summary>Audits the model of a run folder, on the data it was trained with.</summary>
public static class AuditRun
{
    /// <summary>How many test images are drawn again from the representation.</summary>
    public const int Pictures = 10;

    /// <summary>Writes audit.json and pictures into the run's folder.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="attributes">Columns to look for; empty takes those of the run.</param>
    /// <param name="settings">How strict.</param>
    /// <param name="progress">Hears of every attack.</param>
    /// <param name="reading">Hears while the images are read.</param>
    /// <param name="cancel">Checked before each attack.</param>
    /// <exception cref="InvalidInputException">The folder, its model, its data or a column is wrong.</exception>
    public static AuditResult Run(string path, IReadOnlyList<string> attributes, AuditSettings settings, Action<AuditProgress>? progress = null, IReadingObserver? reading = null, CancellationToken cancel = default)
    {
        var folder = RunFolder.Open(path);
        var run = folder.Run;
        var sought = attributes.Count > 0 ? attributes : run.Config.Forget;
        CheckSettings(settings, sought);
        using var model = TrainedModel.Load(folder.Path, Compute.Device);
        using var prepared = Preflight.Check(run.Config, forgets: run.Command == "unlearn", reading, cancel);
        Compute.UseThreads(run.Config.Threads);
        if (prepared.Table.Fingerprint() != run.Data.Fingerprint)
            throw new InvalidInputException(path, "its data set has changed since training", "Bring back the files it was trained on, or train again");
        CheckAttributes(prepared.Table, model, sought);
        // What would be shared is computed from the images that the model was trained on.
        using var removal = Removals.Of(prepared, reading, training: null, cancel);
        if (removal?.Result.Fingerprint != run.AttentionRemoval?.Fingerprint)
            throw new InvalidInputException(path, "its images without the removed area are gone from the cache, and came out otherwise when they were made again",
                "Audit on the machine it was trained on and with the same --threads, or train again");
        var table = removal?.Table ?? prepared.Table;

        var result = new Auditor(settings, progress).Audit(model, table, sought, cancel);
        using var reconstruction = Reconstruct(model, prepared, table, sought, reading, cancel);
        result = result with { Reconstruction = reconstruction.Result };
        folder.Audit = result;
        Draw(folder, reconstruction);
        return result;
    }

    private static void CheckSettings(AuditSettings settings, IReadOnlyList<string> sought)
    {
        var problems = new List<Problem>();
        if (sought.Count == 0) problems.Add(new Problem("--attribute", "missing, and the run names none", "Name the columns to look for, such as --attribute glasses"));
        if (settings.Tolerance is not (> 0 and < 1)) problems.Add(new Problem($"--tolerance {settings.Tolerance}", "not between 0 and 1", "Give a share of balanced accuracy such as 0.05"));
        if (settings.Confidence is not (>= 0.5 and < 1)) problems.Add(new Problem($"--confidence {settings.Confidence}", "not from 0.5 to below 1", "Give a confidence such as 0.95"));
        if (settings.Seeds.Count == 0) problems.Add(new Problem("--seeds 0", "below 1", "Give 1 or more"));
        if (settings.Attackers.Except(Attackers.All.Select(attacker => attacker.Name)).ToArray() is { Length: > 0 } unknown)
            problems.Add(new Problem($"--attackers {string.Join(',', unknown)}", "no such attacker", $"Choose from {string.Join(", ", Attackers.All.Select(attacker => attacker.Name))}"));
        if (problems.Count > 0) throw new InvalidInputException(problems);
    }

    private static void CheckAttributes(ImageTable table, TrainedModel model, IReadOnlyList<string> sought)
    {
        var problems = new List<Problem>();
        foreach (var name in sought)
        {
            if (!table.Has(name))
                problems.Add(new Problem($"--attribute {name}", $"not in data set {table.Name}", $"Its columns are {string.Join(", ", table.Columns.Select(column => column.Name))}"));
            else if (name == model.Description.Task)
                problems.Add(new Problem($"--attribute {name}", "is the task itself", "Name another column"));
            else if (JointTable.Of(table[model.Description.Task], table[name], table.Rows(Part.Test)).TaskDeterminesAttribute)
                problems.Add(new Problem($"--attribute {name}", $"task {model.Description.Task} determines it: there is nothing beyond the task to find", "Name another column"));
        }
        if (problems.Count > 0) throw new InvalidInputException(problems);
    }

    // The classifiers are kept: before and after unlearning the same ones, which learnt from the original images, look at the drawings.
    private static Reconstruction Reconstruct(TrainedModel model, Prepared prepared, ImageTable table, IReadOnlyList<string> sought, IReadingObserver? reading, CancellationToken cancel)
    {
        var readers = new List<AttributeClassifier>();
        try
        {
            foreach (var name in sought)
            {
                reading?.OnNote($"a classifier for {name}, to look for it in what can be drawn again");
                readers.Add(AttributeClassifier.TrainOnce(prepared.Config.Reading.CacheRoot, prepared.Table, prepared.Table[name], ClassifierOptions.ForReading(model.Description), cancel: cancel));
            }
            return Reconstruction.Of(model, Place.Of(model).First(place => place.Released), table, Pictures, seed: 0, readers);
        }
        finally
        {
            foreach (var reader in readers) reader.Dispose();
        }
    }

    private static void Draw(RunFolder folder, Reconstruction reconstruction)
    {
        for (var i = 0; i < reconstruction.Drawn.shape[0]; i++)
        {
            using var original = reconstruction.Originals[i];
            using var drawn = reconstruction.Drawn[i];
            folder.WritePicture($"image-{i}.png", Png.Encode(original));
            folder.WritePicture($"reconstruction-{i}.png", Png.Encode(drawn));
        }
    }
}

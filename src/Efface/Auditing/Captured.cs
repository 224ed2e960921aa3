using System.Diagnostics;
using Efface.Auditing.Attacks;
using Efface.Data;
using Efface.Detachment;
using Efface.Models;
using Efface.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Auditing;

/// <summary>The representations of some images, at each place.</summary>
/// <param name="Values">f32 [N, ...] for each place by name, or int64 [N] for a code; on the CPU.</param>
/// <param name="Predictions">ŷ, [N].</param>
/// <param name="Rows">Which images of the table they are.</param>
public sealed record Captured(IReadOnlyDictionary<string, Tensor> Values, int[] Predictions, int[] Rows) : IDisposable
{
    /// <summary>Larger values are kept in a file: a sixteenth of the memory for each place and part.</summary>
    private static long MostInMemory => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16;

    private IReadOnlyList<IDisposable> Files { get; init; } = [];

    /// <summary>Computes every place once, for all attackers; values too large for memory go to a mapped file.</summary>
    /// <param name="model">The network.</param>
    /// <param name="places">The places to capture.</param>
    /// <param name="table">The images.</param>
    /// <param name="rows">Which of them.</param>
    /// <param name="inMemory">The most bytes of a place to keep in memory; null derives it from the machine.</param>
    /// <param name="reading">Receives the progress.</param>
    /// <param name="cancel">Checked before each batch.</param>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public static Captured From(
        TrainedModel model,
        IReadOnlyList<Place> places,
        Examples table,
        int[] rows,
        long? inMemory = null,
        IReadingObserver? reading = null,
        CancellationToken cancel = default
    )
    {
        var network = model.Network;
        var files = new List<IDisposable>();
        var values = places.ToDictionary(place => place.Name, place => Room(place, rows.Length, inMemory ?? MostInMemory, files));
        var predictions = new List<int>(rows.Length);
        var loader = new BatchLoader(table, table[model.Description.Task], [], rows, Evaluation.BatchSize);
        var clock = Stopwatch.StartNew();
        void See(Tensor images, Batch batch)
        {
            reading?.OnReading(
                new ReadingProgress("computing representations", predictions.Count, rows.Length, clock.Elapsed.TotalSeconds)
            );
            var start = predictions.Count;
            for (var draw = 0; draw < places.Max(place => place.Draws); draw++)
            {
                var x = images;
                for (var stage = 0; stage < network.Stages.Count; stage++)
                {
                    x = network.Run(x, stage..(stage + 1));
                    foreach (var place in places.Where(place => place.Stage == stage && draw < place.Draws))
                        values[place.Name]
                            [start..(start + batch.Size)]
                            .add_((place.Symbols > 0 ? DiscreteBottleneck.Decide(x) : Layout.View(x) / place.Draws).cpu());
                }
                if (draw > 0)
                    continue;
                using var decided = x.argmax(1).cpu().data<long>();
                predictions.AddRange(decided.Select(label => (int)label));
            }
        }
        var captured = new Captured(values, [], rows) { Files = files };
        try
        {
            Evaluation.Visit(network, model.Description.Normalisation, loader, See, cancel);
            return captured with { Predictions = [.. predictions] };
        }
        catch
        {
            captured.Dispose();
            throw;
        }
    }

    /// <summary>Some rows of representations that already exist.</summary>
    public static Captured Of(IReadOnlyList<(Place Place, Tensor Values)> places, int[] predictions, int[] rows)
    {
        using var index = torch.tensor(rows.Select(row => (long)row).ToArray());
        return new Captured(
            places.ToDictionary(entry => entry.Place.Name, entry => entry.Values.index_select(0, index).DetachFromDisposeScope()),
            predictions,
            rows
        );
    }

    private static Tensor Room(Place place, int count, long inMemory, List<IDisposable> files)
    {
        if (place.Symbols > 0)
            return torch.zeros(count, dtype: ScalarType.Int64).DetachFromDisposeScope();
        long[] shape = [count, .. place.Shape];
        var size = Layout.Size(shape);
        if (size * sizeof(float) <= inMemory)
            return torch.zeros(shape).DetachFromDisposeScope();
        var file = new TemporaryFile();
        files.Add(file);
        using var mapped = torch.from_file(file.Path, shared: true, size: size, dtype: ScalarType.Float32);
        return mapped.view(shape).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in Values.Values)
            value.Dispose();
        foreach (var file in Files)
            file.Dispose();
    }

    private sealed class TemporaryFile : IDisposable
    {
        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"efface-{Guid.NewGuid():N}");

        public void Dispose() => File.Delete(Path);
    }
}

/// <summary>The three parts of a data set, as a network represents them.</summary>
/// <param name="Training">Images that the extractor learnt from.</param>
/// <param name="Validation">Images that it never saw: attackers are chosen on them, and some are fitted on them.</param>
/// <param name="Test">Evaluated once.</param>
public sealed record CapturedParts(Captured Training, Captured Validation, Captured Test) : IDisposable
{
    /// <summary>The largest number of the extractor's training images that attackers are fitted on.</summary>
    public static int Most(Budget budget) => budget == Budget.Quick ? 8_000 : 20_000;

    /// <summary>Runs the network over all three parts.</summary>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public static CapturedParts From(
        TrainedModel model,
        IReadOnlyList<Place> places,
        Examples table,
        Budget budget = Budget.Full,
        IReadingObserver? reading = null,
        CancellationToken cancel = default
    )
    {
        Captured Of(int[] rows) => Captured.From(model, places, table, rows, null, reading, cancel);
        var training = Drawn(table.Rows(Part.Train), table[model.Description.Task], budget);
        return new CapturedParts(Of(training), Of(table.Rows(Part.Validation)), Of(table.Rows(Part.Test)));
    }

    /// <summary>The training images that attackers are fitted on, the same each time.</summary>
    public static int[] Drawn(int[] training, Column? task, Budget budget) =>
        Splits.AtMost(training, Most(budget), task is null ? _ => 0 : Splits.By([task]), 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        Training.Dispose();
        Validation.Dispose();
        Test.Dispose();
    }
}

using System.Globalization;
using Efface.Auditing;
using Efface.Auditing.Attacks;
using Efface.Data;
using Efface.Records;
using Efface.Runs;
using Efface.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Benchmarks;

/// <summary>
/// What the codes of some runs keep and what they leak, in a line each: on validation for choosing settings, on test for the tables of
/// docs/results.md.
/// </summary>
public static class Kept
{
    private static readonly AuditSettings Settings = new() { Seeds = [0] };

    /// <summary>A header and a line for each run; of a run without a code the fidelity alone.</summary>
    public static void Run(Part part, IEnumerable<string> runs)
    {
        Console.WriteLine(
            $"run\timages\tfidelity\tcode bits\tI(c;z|y) training\t{part}\tof which bias\tleak\tlow\thigh\tbound c\tallowed "
                + "c,y\tkept\tŷ alone\timage error over ŷ's\tkept by name"
        );
        foreach (var path in runs)
        {
            using var scope = NewDisposeScope();
            var run = RunFolder.Open(path).Run;
            using var prepared = Preflight.Check(run.Config, forgets: run.Command == "unlearn");
            using var model = TrainedModel.Load(path, Compute.Device);
            var (table, task) = (prepared.Table, prepared.Labels.Task);
            var places = Place.Of(model).Where(place => place.Released).Take(1).ToArray();
            using var training = Captured.From(model, places, table, table.Rows(Part.Train));
            using var seen = Captured.From(model, places, table, table.Rows(part));
            var fidelity = seen.Predictions.Zip(AuditSubject.Of(task, seen.Rows), (guess, y) => guess == y ? 1.0 : 0).Average();
            string[] cells = [Path.GetFileName(path), $"{seen.Rows.Length}", Number(fidelity)];
            if (places[0].Symbols > 0)
            {
                var subject = new AuditSubject
                {
                    Places = places,
                    Parts = new CapturedParts(training, seen, seen),
                    Task = task,
                    Columns = table.Columns,
                    Groups = table.Groups,
                };
                cells = [.. cells, .. OfCode(subject, prepared.Labels.Attributes, table)];
            }
            Console.WriteLine(string.Join('\t', cells));
        }
    }

    private static IEnumerable<string> OfCode(AuditSubject subject, IReadOnlyList<Column> attributes, ImageTable table)
    {
        var (place, attribute, sampling) = (subject.Places[0], attributes[0], subject.Sampling(Settings.Confidence));
        var parts = subject.For(place, attribute, Settings.Budget);
        int[] training = parts.Training.Symbols(),
            codes = parts.Test.Symbols();
        yield return $"{codes.CountBy(c => c).Select(images => (double)images.Value / codes.Length).Sum(p => -p * Math.Log2(p)):F2}";
        var (learnt, held) = (
            InformationEstimate.Of(training, parts.Training.Task, parts.Training.Attribute),
            InformationEstimate.Of(codes, parts.Test.Task, parts.Test.Attribute)
        );
        foreach (var bits in new[] { learnt.Bits, held.Bits, held.Bias })
            yield return Number(bits);

        Attack read = parts.Knowing(task: true).OnTraining(new LookupAttacker(), 0),
            floor = parts.Floor(FloorAttacker.LabelOnly);
        var leak = Bootstrap.BalancedDifference(read.Test.Right(), floor.Test.Right(), read.Test.Truth, read.Test.Classes, sampling);
        foreach (var value in new[] { leak.Value, leak.Low, leak.High })
            yield return Number(value);
        var bounds = new Certification(
            codes,
            place.Symbols,
            parts.Test.Task,
            parts.Test.Attribute,
            attribute.Classes.Count,
            sampling
        ).Certificates("c");
        yield return Number(bounds.Single(bound => bound is { Knows: "c", Metric: Certificate.OfAccuracy }).Value);
        yield return Number(bounds.Single(bound => bound is { Knows: "c,y", Metric: Certificate.OfBalancedAccuracy }).Leak);

        var kept = CollateralRuns
            .Columns(subject, attributes)
            .Select(column => CollateralRuns.Of(subject, null, column, attributes, Settings))
            .ToList();
        var mean = CollateralMean.Of(kept);
        yield return Number(mean?.After ?? double.NaN);
        yield return Number(mean?.PredictionOnly ?? double.NaN);
        var alone = ImageError(
            table,
            subject.Parts,
            subject.Parts.Training.Predictions,
            subject.Parts.Test.Predictions,
            subject.Task!.Classes.Count
        );
        yield return Number(ImageError(table, subject.Parts, training, codes, place.Symbols) / alone);
        yield return string.Join(
            ' ',
            kept.Take(3).Select(one => $"{one.Attribute}={Number(one.After.Value)}/{Number(one.PredictionOnly!.Value)}")
        );
    }

    // The best that can be drawn from a symbol, in squared error: the mean of its training images.
    private static double ImageError(ImageTable table, CapturedParts parts, int[] training, int[] test, int symbols)
    {
        using var scope = NewDisposeScope();
        Tensor sums = torch.zeros(symbols, table.Shape.Aggregate((a, b) => a * b)),
            counts = torch.zeros(symbols, 1);
        Each(parts.Training.Rows, training, (images, symbol) =>
        {
            sums.index_add_(0, symbol, images, 1);
            counts.index_add_(0, symbol, torch.ones(symbol.shape[0], 1), 1);
        });
        // Half an image of all: a symbol that training never had draws their mean.
        var means = (sums + sums.sum([0L]) / counts.sum() / 2) / (counts + 0.5);
        var error = 0.0;
        Each(parts.Test.Rows, test, (images, symbol) =>
            error += (images - means.index_select(0, symbol)).square().mean([1L]).sum().ToDouble()
        );
        return error / test.Length;

        void Each(int[] rows, int[] ofRow, Action<Tensor, Tensor> visit)
        {
            foreach (var some in Enumerable.Range(0, rows.Length).Chunk(1000))
            {
                using var inner = NewDisposeScope();
                visit(
                    table.Gather([.. some.Select(i => rows[i])]).flatten(1).to_type(ScalarType.Float32) / 255,
                    torch.tensor(some.Select(i => (long)ofRow[i]).ToArray())
                );
            }
        }
    }

    private static string Number(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
}

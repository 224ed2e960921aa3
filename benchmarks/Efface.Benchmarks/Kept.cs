using System.Globalization;
using Efface.Auditing;
using Efface.Data;
using Efface.Reporting;
using Efface.Runs;
using Efface.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Benchmarks;

/// <summary>What the codes of some runs keep and what they leak, on validation: for choosing settings without a look at test images.</summary>
public static class Kept
{
    /// <summary>A line for each run: fidelity, I(c;z|y) and leak, mean AUC of the other columns, error of the mean image of each code.</summary>
    public static void Run(IEnumerable<string> runs)
    {
        Console.WriteLine("run\tfidelity\tcode bits\tI(c;z|y) training\tvalidation\tof which bias\tleak\tkept\tŷ alone\timage error over ŷ's");
        foreach (var path in runs)
        {
            using var scope = NewDisposeScope();
            var folder = RunFolder.Open(path);
            using var prepared = Preflight.Check(folder.Run.Config, forgets: folder.Run.Command == "unlearn");
            using var model = TrainedModel.Load(path, Compute.Device);
            var code = Place.Of(model).First(place => place.Symbols > 0);
            var (table, labels) = (prepared.Table, prepared.Labels);
            using var training = Captured.From(model, [code], table, table.Rows(Part.Train));
            using var validation = Captured.From(model, [code], table, table.Rows(Part.Validation));
            int[] seen = Symbols(training, code), unseen = Symbols(validation, code);
            var y = AuditSubject.Of(labels.Task, validation.Rows);
            var fidelity = validation.Predictions.Zip(y, (guess, truth) => guess == truth ? 1.0 : 0).Average();
            var entropy = unseen.GroupBy(c => c).Select(images => (double)images.Count() / unseen.Length).Sum(p => -p * Math.Log2(p));
            var attribute = labels.Attributes[0];
            InformationEstimate Counted(int[] symbols, int[] rows) => InformationEstimate.Of(symbols, AuditSubject.Of(labels.Task, rows), AuditSubject.Of(attribute, rows));
            var (trained, held) = (Counted(seen, training.Rows), Counted(unseen, validation.Rows));
            var leak = Leak(seen, unseen, training.Rows, validation.Rows, labels.Task, attribute);
            var others = table.Columns.Where(column => column.Name != labels.Task.Name && labels.Attributes.All(one => one.Name != column.Name)
                && new[] { training.Rows, validation.Rows }.All(rows => column.Count(rows).Count(count => count > 4) > 1)).ToList();
            var (kept, alone) = (Mean(others, column => Reading(seen, unseen, training.Rows, validation.Rows, column, code.Symbols)),
                Mean(others, column => Reading(training.Predictions, validation.Predictions, training.Rows, validation.Rows, column, labels.Task.Classes.Count)));
            var error = ImageError(table, training.Rows, validation.Rows, seen, unseen, code.Symbols) / ImageError(table, training.Rows, validation.Rows, training.Predictions, validation.Predictions, labels.Task.Classes.Count);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)}\t{fidelity:F4}\t{entropy:F2}\t{trained.Bits:F4}\t{held.Bits:F4}\t{held.Bias:F4}\t{leak:F4}\t{kept:F4}\t{alone:F4}\t{error:F3}"));
        }
    }

    private static int[] Symbols(Captured captured, Place code)
    {
        using var data = captured.Values[code.Name].data<long>();
        return [.. data.Select(symbol => (int)symbol)];
    }

    // The class of z that is more frequent with (c, y) than without, learnt on training images and read on validation.
    private static double Leak(int[] seen, int[] unseen, int[] training, int[] validation, Column task, Column attribute)
    {
        double Balanced(Func<int[], int[], int, int> key)
        {
            int[] Keys(int[] symbols, int[] rows) => [.. symbols.Select((symbol, i) => key(symbols, rows, i))];
            int[] fit = Keys(seen, training), read = Keys(unseen, validation);
            var truth = AuditSubject.Of(attribute, validation);
            var scores = Scores(fit, AuditSubject.Of(attribute, training), attribute.Classes.Count);
            var right = new double[attribute.Classes.Count];
            var all = new double[attribute.Classes.Count];
            for (var i = 0; i < read.Length; i++)
            {
                all[truth[i]]++;
                if (scores.TryGetValue(read[i], out var found) && Array.IndexOf(found, found.Max()) == truth[i]) right[truth[i]]++;
            }
            return right.Zip(all).Where(pair => pair.Second > 0).Average(pair => pair.First / pair.Second);
        }
        return Balanced((symbols, rows, i) => symbols[i] * task.Classes.Count + task.Labels[rows[i]]) - Balanced((_, rows, i) => task.Labels[rows[i]]);
    }

    private static Dictionary<int, double[]> Scores(int[] keys, int[] z, int classes)
    {
        var ofClass = Enumerable.Range(0, classes).Select(label => (double)Math.Max(1, z.Count(one => one == label))).ToArray();
        return keys.Select((key, i) => (Key: key, Label: z[i])).GroupBy(pair => pair.Key).ToDictionary(images => images.Key,
            images => Enumerable.Range(0, classes).Select(label => (images.Count(pair => pair.Label == label) + .5 * ofClass[label] / z.Length) / ofClass[label]).ToArray());
    }

    // Mean AUC of each class against the rest.
    private static double Reading(int[] seen, int[] unseen, int[] training, int[] validation, Column column, int symbols)
    {
        var scores = Scores(seen, AuditSubject.Of(column, training), column.Classes.Count);
        var truth = AuditSubject.Of(column, validation);
        var classes = Enumerable.Range(0, column.Classes.Count).Where(z => truth.Any(one => one == z) && truth.Any(one => one != z));
        return classes.Average(z => Auc([.. unseen.Select(symbol => scores.TryGetValue(symbol, out var found) ? found[z] / found.Sum() : 1.0 / column.Classes.Count)], [.. truth.Select(one => one == z)]));
    }

    private static double Auc(double[] scores, bool[] positive)
    {
        var below = 0.0;
        var sum = 0.0;
        foreach (var tie in Enumerable.Range(0, scores.Length).GroupBy(i => scores[i]).OrderBy(tie => tie.Key))
        {
            var (up, down) = (tie.Count(i => positive[i]), tie.Count(i => !positive[i]));
            sum += up * (below + down / 2.0);
            below += down;
        }
        return sum / (positive.Count(one => one) * (double)positive.Count(one => !one));
    }

    private static double Mean(List<Column> columns, Func<Column, double> value) => columns.Count == 0 ? double.NaN : columns.Average(value);

    private static double ImageError(ImageTable table, int[] training, int[] validation, int[] seen, int[] unseen, int symbols)
    {
        using var scope = NewDisposeScope();
        var (sums, counts, size) = (torch.zeros(symbols, table.ImageShape.Aggregate((a, b) => a * b)), torch.zeros(symbols, 1), 1000);
        Tensor Pixels(int[] rows) => table.Gather(rows).flatten(1).to_type(ScalarType.Float32) / 255;
        for (var at = 0; at < training.Length; at += size)
        {
            using var inner = NewDisposeScope();
            var index = torch.tensor(seen.Skip(at).Take(size).Select(c => (long)c).ToArray());
            sums.index_add_(0, index, Pixels([.. training.Skip(at).Take(size)]), 1);
            counts.index_add_(0, index, torch.ones(index.shape[0], 1), 1);
        }
        var means = (sums + sums.sum(0) / counts.sum() * 0.5) / (counts + 0.5);
        var error = 0.0;
        for (var at = 0; at < validation.Length; at += size)
        {
            using var inner = NewDisposeScope();
            int[] rows = [.. validation.Skip(at).Take(size)];
            error += (Pixels(rows) - means.index_select(0, torch.tensor(unseen.Skip(at).Take(size).Select(c => (long)c).ToArray()))).square().mean().ToDouble() * rows.Length;
        }
        return error / validation.Length;
    }
}

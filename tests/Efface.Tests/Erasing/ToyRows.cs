using Efface.Auditing;
using Efface.Data;
using Efface.Data.Vectors;
using Efface.Erasing;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Tests.Erasing;

/// <summary>How rows tell z.</summary>
[Flags]
internal enum Told
{
    Nothing = 0,

    /// <summary>By their mean.</summary>
    Mean = 1,

    /// <summary>By their variances.</summary>
    Spread = 2,

    /// <summary>By the sign of a product of two numbers.</summary>
    Product = 4,

    /// <summary>By two peaks where the others have one; mean and variance are the same.</summary>
    Peaks = 8,
    Everything = 15,
}

/// <summary>Gaussian rows, f32 [N, 12]: it is known how they tell z. y and w shift their means and are independent of it.</summary>
internal sealed record ToyRows(Tensor Values, int[] Y, int[] Z, int[] W, int Classes)
{
    public const int Size = 12;

    // The same for all rows: nothing lies along an axis.
    private static readonly float[] Mixing = Rotation();

    public int Count => Z.Length;

    public static ToyRows Of(int count, int seed, Told told = Told.Everything, int classes = 2)
    {
        var random = new Random(seed);
        int[] Draw(int of) => [.. Enumerable.Range(0, count).Select(_ => random.Next(of))];
        var (y, z, w) = (Draw(2), Draw(classes), Draw(2));
        var values = new float[count * Size];
        for (var row = 0; row < count; row++)
        {
            var h = values.AsSpan(row * Size, Size);
            for (var i = 0; i < Size; i++)
                h[i] = (float)Gaussian(random);
            if (told.HasFlag(Told.Peaks) && z[row] == 1)
                h[9] = MathF.CopySign(0.9f, h[9]) + 0.436f * (float)Gaussian(random);
            if (told.HasFlag(Told.Product))
                h[4] = MathF.CopySign(h[4], z[row] == 1 ? h[3] : -h[3]);
            if (told.HasFlag(Told.Spread))
                (h[1], h[2]) = (h[1] * (0.6f + z[row]), h[2] * (0.6f + z[row]));
            if (told.HasFlag(Told.Mean))
                h[0] += 1.5f * z[row];
            h[6] += 2.5f * w[row];
            h[8] += 2.5f * y[row];
        }
        using var mixing = torch.tensor(Mixing, [Size, Size]);
        return new ToyRows(torch.tensor(values, [count, Size]).matmul(mixing) + 3, y, z, w, classes);
    }

    public LabelledRows Labelled(bool task = true) =>
        new(Values, task ? new LabelledColumn("y", Y, 2) : null, [new LabelledColumn("z", Z, Classes)]);

    /// <summary>The first rows for training, the next for validation, the last for test; columns y, z and w.</summary>
    public VectorTable Table(int train, int validation)
    {
        Column Named(string name, int[] labels, int classes) =>
            new(name, [.. Enumerable.Range(0, classes).Select(label => $"{name}{label}")], labels);
        return new VectorTable(
            "toy",
            Values,
            [Named("y", Y, 2), Named("z", Z, Classes), Named("w", W, 2)],
            [
                .. Enumerable
                    .Range(0, Count)
                    .Select(row =>
                        row < train ? Part.Train
                        : row < train + validation ? Part.Validation
                        : Part.Test
                    ),
            ]
        );
    }

    /// <summary>The balanced accuracy on new vectors of logistic regression.</summary>
    /// <param name="seen">To learn from, with their labels.</param>
    /// <param name="fresh">To be judged on.</param>
    /// <param name="products">Whether it sees products of two numbers too.</param>
    public static double Read((Tensor X, int[] Labels) seen, (Tensor X, int[] Labels) fresh, bool products)
    {
        using var scope = NewDisposeScope();
        var (mean, deviation) = (seen.X.mean([0L]), seen.X.std(0).clamp(min: 1e-6));
        Tensor Features(Tensor x)
        {
            var white = (x - mean) / deviation;
            var pairs = (white.unsqueeze(2) * white.unsqueeze(1)).flatten(1);
            return products ? torch.cat([white, pairs], 1) : white;
        }
        var classes = seen.Labels.Max() + 1;
        var counts = Enumerable.Range(0, classes).Select(label => seen.Labels.Count(label.Equals)).ToArray();
        using var probe = LinearProbe.Fit(Features(seen.X), torch.tensor([.. seen.Labels.Select(label => (long)label)]), counts);
        using var noGradient = no_grad();
        var said = probe.Logits(Features(fresh.X)).argmax(1).data<long>().ToArray();
        return said.Zip(fresh.Labels)
            .GroupBy(pair => pair.Second)
            .Average(ofClass => ofClass.Average(pair => pair.First == pair.Second ? 1.0 : 0));
    }

    public static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static float[] Rotation()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        var (q, _) = linalg.qr(torch.randn([Size, Size], generator: random));
        return q.contiguous().data<float>().ToArray();
    }
}

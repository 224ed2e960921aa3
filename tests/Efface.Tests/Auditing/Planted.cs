using Efface.Auditing;
using Efface.Auditing.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing;

/// <summary>Representations of pure noise, into which an attribute is written in a known way.</summary>
internal static class Planted
{
    /// <summary>y and z are independent fair bits; <paramref name="write"/> puts z into an image's noise [D].</summary>
    public static AttackParts Vectors(
        Action<float[], int>? write = null,
        Action<float[], int>? onlyUnseen = null,
        int size = 8,
        int images = 1500
    )
    {
        var random = new Random(11);
        AttackSet Set(int count, bool seen)
        {
            int[] Bits() => [.. Enumerable.Range(0, count).Select(_ => random.Next(2))];
            var (y, z) = (Bits(), Bits());
            var values = z.SelectMany(label =>
                {
                    var h = Enumerable.Range(0, size).Select(_ => (float)Gaussian(random)).ToArray();
                    write?.Invoke(h, label);
                    if (!seen)
                        onlyUnseen?.Invoke(h, label);
                    return h;
                })
                .ToArray();
            return new AttackSet(torch.tensor(values, [count, size]), y, y, z);
        }
        return new AttackParts(
            new AttackProblem([size], 0, 0, 2),
            Set(images, true),
            Set(images * 2 / 3, false),
            Set(images * 2 / 3, false)
        );
    }

    /// <summary>The same as maps [D, 4, 4], every position of a channel alike.</summary>
    public static AttackParts Maps(Action<float[], int>? write = null)
    {
        var vectors = Few(write);
        return vectors.With(vectors.Problem with { Shape = [4, 4, 4] }, set =>
            set.Values.view(-1, 4, 1, 1).expand(-1, 4, 4, 4).contiguous()
        );
    }

    /// <summary>
    /// Maps [2, 8, 8] of noise over which z = 1 lays a chequered pattern, and z = 0 a striped one: the mean of any even square, the
    /// deviation and the maximum are the same.
    /// </summary>
    public static AttackParts Textures()
    {
        var vectors = Few(size: 128);
        Tensor Pattern(Func<int, int> cell) =>
            torch.tensor(Enumerable.Range(0, 128).Select(i => cell(i) % 2 == 0 ? 1f : -1f).ToArray(), [1, 128]);
        var (striped, chequered) = (Pattern(i => i), Pattern(i => i / 8 + i));
        return vectors.With(vectors.Problem with { Shape = [2, 8, 8] }, set =>
        {
            var z = torch.tensor(set.Attribute.Select(label => (float)label).ToArray()).unsqueeze(1);
            return (set.Values + z * chequered + (1 - z) * striped).view(-1, 2, 8, 8);
        });
    }

    /// <summary>A few images of <see cref="Vectors"/>: a large network sees them in seconds.</summary>
    public static AttackParts Few(Action<float[], int>? write = null, int size = 4) => Vectors(write, size: size, images: 256);

    /// <summary>Codes of 4 symbols; in a share of the images the lowest bit is z.</summary>
    public static AttackParts Codes(double share)
    {
        var vectors = Vectors();
        var random = new Random(5);
        return vectors.With(new AttackProblem([], 4, 0, 2), set =>
            torch.tensor(
                set.Attribute.Select(z => (long)(random.Next(2) * 2 + (random.NextDouble() < share ? z : random.Next(2)))).ToArray()
            )
        );
    }

    /// <summary>What an attack reads beyond the label-only floor on test.</summary>
    public static Measured Leak(AttackParts parts, Attack attack) =>
        Bootstrap.BalancedDifference(
            attack.Test.Right(),
            parts.Floor(FloorAttacker.LabelOnly).Test.Right(),
            attack.Test.Truth,
            attack.Test.Classes,
            new Sampling(0.95)
        );

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

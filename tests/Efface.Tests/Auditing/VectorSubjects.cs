using Efface.Auditing;
using Efface.Data;
using TorchSharp;

namespace Efface.Tests.Auditing;

/// <summary>Subjects made of vectors: what stands in them is known.</summary>
internal static class VectorSubjects
{
    /// <summary>Columns y, z, g and w of fair independent bits; <paramref name="write"/> puts them into an image's noise [6].</summary>
    public static AuditSubject Of(
        Action<float[], int, int, int, int> write,
        int images = 3000,
        bool task = true,
        int[]? groups = null,
        int seed = 3
    )
    {
        var random = new Random(seed);
        int[] Bits() => [.. Enumerable.Range(0, images).Select(_ => random.Next(2))];
        var (y, z, g, w) = (Bits(), Bits(), Bits(), Bits());
        var values = Enumerable
            .Range(0, images)
            .SelectMany(i =>
            {
                float[] h = [.. Enumerable.Range(0, 6).Select(_ => (float)Gaussian(random))];
                write(h, y[i], z[i], g[i], w[i]);
                return h;
            })
            .ToArray();
        Column Named(string name, int[] labels) => new(name, ["no", "yes"], labels);
        var place = new Place("h", 0, 0, true, [6]);
        var all = torch.tensor(values, [images, 6]);
        Captured Part(int from, int to) => Captured.Of([(place, all)], y[from..to], [.. Enumerable.Range(from, to - from)]);
        var taskColumn = Named("y", y);
        return new AuditSubject
        {
            Places = [place],
            Parts = new CapturedParts(Part(0, images / 3), Part(images / 3, images / 2), Part(images / 2, images)),
            Task = task ? taskColumn : null,
            Columns = [taskColumn, Named("z", z), Named("g", g), Named("w", w)],
            Groups = groups,
        };
    }

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

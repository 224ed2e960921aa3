using Efface.Data.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Auditing;

/// <summary>
/// Reduces vectors to one of 2^B symbols, the nearest of 2^B centres: k-means (Lloyd 1982) from the seeds of k-means++ (Arthur and
/// Vassilvitskii 2007), on standardised features. It uses no label: a certificate of the symbols is no promise about the vectors.
/// </summary>
/// <param name="Mean">[D].</param>
/// <param name="Deviation">[D]; 1 for a constant feature.</param>
/// <param name="Centres">[M][D], of standardised features.</param>
public sealed record Codebook(float[] Mean, float[] Deviation, float[][] Centres)
{
    private const int Rounds = 50,
        MostRows = 20_000,
        Chunk = 4096;

    /// <summary>Learns the centres.</summary>
    /// <param name="values">f32 [N, ...]: vectors, or maps, which are taken as vectors.</param>
    /// <param name="bits">B, 1 to 12.</param>
    /// <param name="seed">The seed of the first centres.</param>
    public static Codebook Fit(Tensor values, int bits, int seed)
    {
        using var scope = NewDisposeScope();
        var rows = values[..(int)Math.Min(MostRows, values.shape[0])].flatten(1);
        var (mean, deviation) = (rows.mean([0L]), rows.std(0, unbiased: false));
        deviation = torch.where(deviation > 1e-12, deviation, torch.ones_like(deviation));
        var standardised = (rows - mean) / deviation;
        var centres = Seeds(standardised, Math.Min(1 << bits, (int)rows.shape[0]), new Random(seed));
        for (var round = 0; round < Rounds; round++)
        {
            using var inner = NewDisposeScope();
            var nearest = Nearest(standardised, centres);
            var size = torch.zeros(centres.shape[0]).scatter_add_(0, nearest, torch.ones(nearest.shape[0]));
            var sums = torch.zeros_like(centres).index_add_(0, nearest, standardised, 1);
            // A centre without points stays where it is.
            var moved = torch.where((size > 0).unsqueeze(1), sums / size.clamp(min: 1).unsqueeze(1), centres);
            var change = (moved - centres).abs().amax().item<float>();
            centres.copy_(moved);
            if (change < 1e-6)
                break;
        }
        return new Codebook(
            Numbers(mean),
            Numbers(deviation),
            [.. Enumerable.Range(0, (int)centres.shape[0]).Select(code => Numbers(centres[code]))]
        );
    }

    /// <summary>The symbol of each row, int64 [N].</summary>
    /// <param name="values">Values of the same shape as in fitting.</param>
    public Tensor Encode(Tensor values)
    {
        using var scope = NewDisposeScope();
        var (mean, deviation, centres) = (
            torch.tensor(Mean),
            torch.tensor(Deviation),
            torch.stack([.. Centres.Select(centre => torch.tensor(centre))])
        );
        return Nearest(values.flatten(1), centres, rows => (rows - mean) / deviation).MoveToOuterDisposeScope();
    }

    /// <summary>The rows with a fill value or an overflow: of their symbols nothing is certified.</summary>
    /// <param name="values">f32 [N, D].</param>
    internal int[] FarOut(Tensor values)
    {
        using var scope = NewDisposeScope();
        return VectorNumbers.FarOut(values, torch.tensor(Mean), torch.tensor(Deviation));
    }

    private static Tensor Nearest(Tensor rows, Tensor centres, Func<Tensor, Tensor>? prepare = null)
    {
        var nearest = new List<Tensor>();
        foreach (var some in rows.split(Chunk))
        {
            using var scope = NewDisposeScope();
            nearest.Add(torch.cdist(prepare?.Invoke(some) ?? some, centres).argmin(1).MoveToOuterDisposeScope());
        }
        return torch.cat(nearest);
    }

    // Each with a probability that grows with its distance from those already chosen.
    private static Tensor Seeds(Tensor rows, int count, Random random)
    {
        var chosen = new List<long> { random.Next((int)rows.shape[0]) };
        var distances = torch.full(rows.shape[0], double.PositiveInfinity, dtype: ScalarType.Float64);
        while (chosen.Count < count)
        {
            using var scope = NewDisposeScope();
            distances.copy_(torch.minimum(distances, (rows - rows[chosen[^1]]).square().sum(1).to_type(ScalarType.Float64)));
            var cumulative = distances.cumsum(0);
            var total = cumulative[-1].item<double>();
            chosen.Add(
                total > 0
                    ? Math.Min(torch.searchsorted(cumulative, torch.tensor([random.NextDouble() * total])).item<long>(), rows.shape[0] - 1)
                    : random.Next((int)rows.shape[0])
            );
        }
        return rows.index_select(0, torch.tensor(chosen.ToArray()));
    }

    private static float[] Numbers(Tensor values)
    {
        using var data = values.contiguous().data<float>();
        return data.ToArray();
    }
}

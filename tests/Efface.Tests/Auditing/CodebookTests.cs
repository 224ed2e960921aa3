using Efface.Auditing;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class CodebookTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void Clusters_that_lie_apart_have_a_symbol_each_whatever_their_scale()
    {
        torch.manual_seed(1);
        var cluster = torch.randint(0, 4, 2000);
        var scale = torch.tensor([1e4f, 1e-3f, 1]);
        var values =
            (
                torch.stack(
                    [(cluster % 2).to_type(ScalarType.Float32) * 10, (cluster > 1).to_type(ScalarType.Float32) * 10, torch.zeros(2000)],
                    1
                ) + torch.randn(2000, 3)
            ) * scale;
        var symbols = Codebook.Fit(values, 2, 0).Encode(values).data<long>().ToArray();
        var pairs = cluster.data<long>().Zip(symbols).Distinct().ToArray();
        Assert.Equal(4, pairs.Length);
        Assert.Equal(4, pairs.Select(pair => pair.Second).Distinct().Count());
    }

    [Fact]
    public void The_symbol_is_the_nearest_centre()
    {
        torch.manual_seed(2);
        var values = torch.randn(500, 2, 3, 3);
        var codebook = Codebook.Fit(values, 4, 0);
        var symbols = codebook.Encode(values).data<long>().ToArray();
        for (var i = 0; i < 50; i++)
        {
            var row = values[i].flatten().data<float>().ToArray();
            double Distance(float[] centre) =>
                Enumerable.Range(0, row.Length).Sum(d => Math.Pow((row[d] - codebook.Mean[d]) / codebook.Deviation[d] - centre[d], 2));
            Assert.Equal(codebook.Centres.Min(Distance), Distance(codebook.Centres[symbols[i]]), 1e-4);
        }
    }

    [Fact]
    public void Fewer_different_vectors_than_symbols_are_no_fault()
    {
        var codebook = Codebook.Fit(torch.ones(10, 3), 6, 0);
        Assert.InRange(codebook.Centres.Length, 1, 10);
        Assert.Equal(10, codebook.Encode(torch.ones(10, 3)).shape[0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.15)]
    public void Drift_is_seen_where_it_is_and_chance_is_not_called_drift(double moved)
    {
        const int Samples = 200;
        var (random, seen) = (new Random(3), 0);
        for (var sample = 0; sample < Samples; sample++)
        {
            int[] Draw(int images, double share)
            {
                var counts = new int[8];
                for (var i = 0; i < images; i++)
                    counts[random.NextDouble() < share ? 0 : random.Next(8)]++;
                return counts;
            }
            if (Drift.Between(Draw(800, 0), Draw(400, moved), 0.95).Seen)
                seen++;
        }
        if (moved == 0)
            Assert.InRange(seen, 1, 0.09 * Samples);
        else
            Assert.InRange(seen, 0.9 * Samples, Samples);
    }

    public void Dispose() => _scope.Dispose();
}

using Efface.Benchmarks;
using MathNet.Numerics.Distributions;
using Xunit;

namespace Efface.Tests.Benchmarks;

public sealed class CertifiedCaseTests
{
    // benchmarks … certificates 1000 is the long version; docs/results/certificates.txt has what it said.
    [Fact]
    public void The_truth_exceeds_no_certificate_more_often_than_is_said()
    {
        const int Draws = 20;
        // So many of 20 that one of these cases has them by chance once in a thousand times.
        var most =
            Enumerable
                .Range(0, Draws)
                .First(count => Binomial.CDF(1 - CertifiedCase.Confidence, Draws, count) > 1 - 0.001 / CertifiedCase.All.Count)
            / (double)Draws;
        Assert.All(CertifiedCase.All, one =>
        {
            var outcome = one.Measure(Draws);
            Assert.True(outcome.Exceeded <= most, $"{one}: {outcome}");
            Assert.True(outcome.Allowed >= outcome.Told, $"{one}: {outcome}");
        });
    }
}

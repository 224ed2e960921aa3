using CsCheck;
using Efface.Auditing;
using Xunit;

namespace Efface.Tests.Auditing;

public sealed class AttributeUnlearningMetricTests
{
    // Guo et al., table 1: attack accuracy, fidelity, metric. Baseline 2 of ResNet18 on CelebA is left out: its three printed
    // numbers (0.4989, 0.5010, 0.5144) do not go together.
    [Theory]
    [InlineData(0.1421, 0.5810, 0.6928)]
    [InlineData(0.1352, 0.7950, 0.8284)]
    [InlineData(0.3107, 0.8330, 0.7544)]
    [InlineData(0.1325, 0.5801, 0.6953)]
    [InlineData(0.1350, 0.7988, 0.8306)]
    [InlineData(0.2844, 0.8340, 0.7703)]
    [InlineData(0.1367, 0.5730, 0.6889)]
    [InlineData(0.1365, 0.8077, 0.8347)]
    [InlineData(0.2977, 0.8470, 0.7679)]
    [InlineData(0.5142, 0.7830, 0.5994)]
    [InlineData(0.6391, 0.7901, 0.4955)]
    [InlineData(0.5077, 0.5010, 0.4966)]
    [InlineData(0.5035, 0.7930, 0.6107)]
    [InlineData(0.6010, 0.8032, 0.5332)]
    [InlineData(0.4976, 0.5110, 0.5067)]
    [InlineData(0.5082, 0.8101, 0.6120)]
    [InlineData(0.6572, 0.8121, 0.4821)]
    [InlineData(0.1030, 0.5443, 0.6775)]
    [InlineData(0.1095, 0.9351, 0.9123)]
    [InlineData(0.2668, 0.9610, 0.8318)]
    [InlineData(0.1010, 0.5070, 0.6484)]
    [InlineData(0.1057, 0.9360, 0.9147)]
    [InlineData(0.2357, 0.9632, 0.8523)]
    [InlineData(0.0993, 0.5130, 0.6537)]
    [InlineData(0.0982, 0.9452, 0.9230)]
    [InlineData(0.3226, 0.9681, 0.7971)]
    public void It_is_the_papers(double attack, double fidelity, double metric) =>
        Assert.Equal(metric, AuditResult.AttributeUnlearningMetric(attack, fidelity), 0.001);

    [Fact]
    public void It_lies_between_its_two_parts_and_falls_with_the_attack() =>
        Gen.Select(Gen.Double[0.01, 0.99], Gen.Double[0.01, 0.99])
            .Sample(
                (attack, fidelity) =>
                {
                    var metric = AuditResult.AttributeUnlearningMetric(attack, fidelity);
                    Assert.InRange(metric, Math.Min(1 - attack, fidelity) - 1e-12, Math.Max(1 - attack, fidelity) + 1e-12);
                    Assert.True(AuditResult.AttributeUnlearningMetric(attack / 2, fidelity) > metric);
                },
                iter: 100
            );
}

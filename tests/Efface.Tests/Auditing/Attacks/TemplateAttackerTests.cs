using Efface.Auditing;
using Efface.Auditing.Attacks;
using Efface.Benchmarks;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing.Attacks;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class TemplateAttackerTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    // A fixed pattern, of mean 0 in every cell that others pool, told 38 points to who looked at the whole map: Forgotten, said the audit.
    [Fact]
    public void A_template_that_no_average_shows_leaks()
    {
        var parts = Maps(1200, size: 2.5);
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new LinearAttacker(), 0)).Value, -0.08, 0.08);
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new TemplateAttacker(), 0)).Low, 0.15, 0.5);
    }

    [Fact]
    public void Such_a_map_gets_the_verdict_Leaks()
    {
        var place = Audit(Maps(800, size: 3), new AuditSettings { Seeds = [0], Attackers = ["linear", "mlp", "template"] });
        Assert.Equal(Verdict.Leaks, place.Verdict);
        Assert.Equal("template", place.Best.Name);
        Assert.True(place.Controls!.Planted.Passed, $"found {place.Controls!.Planted.Measured}");
    }

    [Fact]
    public void Where_nobody_looks_at_the_whole_map_the_audit_has_no_power_there()
    {
        var place = Audit(
            Maps(800, size: 0),
            new AuditSettings
            {
                Seeds = [0],
                Attackers = ["linear", "mlp"],
                Tolerance = 0.15,
            }
        );
        Assert.False(place.Controls!.Planted.Passed);
        Assert.Equal(Verdict.Inconclusive, place.Verdict);
    }

    // The same space, taken apart from its other side.
    [Fact]
    public void Of_more_features_than_images_the_images_give_the_directions_that_the_features_would()
    {
        torch.manual_seed(4);
        var features = torch.randn(30, 50) * torch.rand(50) + 3;
        using var dual = Whitened.Of(features);
        using var primal = Whitening.Of(features);
        Assert.Equal(primal.Variances.shape, dual.Variances.shape);
        Assert.InRange((primal.Variances - dual.Variances).abs().amax().ToDouble(), 0, 1e-9);
        Assert.InRange(
            (dual.White.t().matmul(dual.White) / 30 - torch.eye(29, dtype: ScalarType.Float64)).abs().amax().ToDouble(),
            0,
            1e-9
        );
        var coefficients = torch.randn(2, 29, dtype: ScalarType.Float64);
        var read = (features.to_type(ScalarType.Float64) - dual.Mean).matmul(dual.Back(coefficients));
        Assert.InRange((read - dual.White.matmul(coefficients.t())).abs().amax().ToDouble(), 0, 1e-6);
    }

    [Theory]
    [InlineData(12, 12)]
    [InlineData(6, 10)]
    [InlineData(5, 7)]
    public void What_lies_beyond_averages_changes_no_average(int height, int width)
    {
        var noise = torch.randn(2, 3, height, width);
        var hidden = VectorFeatures.BeyondAverages(noise);
        var cells = nn.functional.adaptive_avg_pool2d(hidden, [4, 4]);
        Assert.InRange(cells.abs().amax().ToDouble(), 0, 1e-5);
        Assert.InRange(hidden.mean([2, 3]).abs().amax().ToDouble(), 0, 1e-5);
        Assert.InRange(hidden.norm().ToDouble() / noise.norm().ToDouble(), 0.5, 1);
    }

    public void Dispose() => _scope.Dispose();

    // Of 2×8×8; the pattern is so many deviations long.
    private static AttackParts Maps(int images, double size)
    {
        torch.manual_seed(3);
        var pattern = VectorFeatures.BeyondAverages(torch.randn(1, 2, 8, 8));
        pattern *= size / 2 / pattern.norm();
        var noise = Planted.Vectors(size: 128, images: images);
        return noise.With(noise.Problem with { Shape = [2, 8, 8] }, set =>
            set.Values.view(-1, 2, 8, 8) + torch.tensor(set.Attribute.Select(z => 2f * z - 1).ToArray()).view(-1, 1, 1, 1) * pattern
        );
    }

    private static RepresentationAudit Audit(AttackParts parts, AuditSettings settings)
    {
        using var subject = CaseVerdict.Subject(parts);
        return Assert.Single(new Auditor(settings).Audit(subject, ["z"]).Representations);
    }
}

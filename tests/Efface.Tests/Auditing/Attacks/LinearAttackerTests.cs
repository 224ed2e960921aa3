using Efface.Auditing;
using Efface.Auditing.Attacks;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing.Attacks;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class LinearAttackerTests : IDisposable
{
    // Where the curvature is the least penalty, the tolerated gradient leaves the coefficients this far from the minimum.
    private const double CoefficientTolerance = LogisticRegression.Tolerance / 0.01;

    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void The_solution_has_no_gradient_and_is_where_newton_ends_too()
    {
        var (inputs, targets, weights, penalty) = Problem();
        var regression = new LogisticRegression(inputs, targets, weights);
        var found = regression.Solve(penalty, torch.zeros(3, 4, dtype: ScalarType.Float64));
        Assert.InRange(regression.Gradient(found, penalty).abs().amax().ToDouble(), 0, LogisticRegression.Tolerance);
        Assert.InRange((found - Newton(regression, penalty)).abs().amax().ToDouble(), 0, CoefficientTolerance);
    }

    [Fact]
    public void Where_it_starts_does_not_matter()
    {
        var (inputs, targets, weights, penalty) = Problem();
        var regression = new LogisticRegression(inputs, targets, weights);
        var (near, far) = (
            regression.Solve(penalty, torch.zeros(3, 4, dtype: ScalarType.Float64)),
            regression.Solve(penalty, 3 * torch.ones(3, 4, dtype: ScalarType.Float64))
        );
        Assert.InRange((near - far).abs().amax().ToDouble(), 0, 2 * CoefficientTolerance);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_tiny_signal_beside_large_noise_is_found_as_it_stands_or_rotated(bool rotated)
    {
        var parts = Planted.Vectors(
            (h, z) =>
            {
                for (var i = 1; i < h.Length; i++)
                    h[i] *= 1e3f;
                h[0] = 1e-3f * (h[0] + (z == 1 ? 2 : -2));
            }
        );
        if (rotated)
        {
            torch.manual_seed(1);
            var rotation = linalg.qr(torch.randn(8, 8, dtype: ScalarType.Float64)).Q;
            parts = parts.With(parts.Problem, set => set.Values.to_type(ScalarType.Float64).matmul(rotation).to_type(ScalarType.Float32));
        }
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new LinearAttacker(), 0)).Value, 0.4, 0.5);
    }

    [Fact]
    public void What_only_h_and_y_together_tell_is_found_by_who_knows_y()
    {
        var parts = Exclusive(Planted.Vectors((h, z) => h[0] += z == 1 ? 1.2f : -1.2f));
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new LinearAttacker(), 0)).Value, -0.06, 0.06);
        Assert.InRange(Planted.Leak(parts, parts.Knowing(task: true).OnTraining(new LinearAttacker(), 0)).Low, 0.3, 0.5);
    }

    [Fact]
    public void More_features_than_images_constant_ones_and_copies_do_no_harm()
    {
        var few = Planted.Vectors((h, z) => h[0] += z == 1 ? 2 : -2, size: 4, images: 60);
        var parts = few.With(few.Problem with { Shape = [104] }, set =>
            torch.cat([set.Values, torch.full(set.Count, 50, 7f), set.Values.repeat(1, 10), 1e-3f * torch.zeros(set.Count, 10)], 1)
        );
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new LinearAttacker(), 0)).Value, 0.35, 0.5);
        var wide = Planted.Vectors((h, z) => h[0] += z == 1 ? 8 : -8, size: 120, images: 60);
        Assert.InRange(Planted.Leak(wide, wide.OnTraining(new LinearAttacker(), 0)).Value, 0.2, 0.5);
    }

    [Fact]
    public void Bits_are_close_to_what_is_there()
    {
        // At d' = 1 the mutual information of a fair bit and a Gaussian is 0.1630 bits (by quadrature).
        var parts = Planted.Vectors((h, z) => h[0] += z == 1 ? 0.5f : -0.5f, size: 4, images: 6000);
        var bits = parts.OnTraining(new LinearAttacker(), 0).Test.Score(new Sampling(0.95)).Bits;
        Assert.InRange(bits.Value, 0.14, 0.19);
    }

    public void Dispose() => _scope.Dispose();

    // z becomes z xor y: h says nothing about it, h and y say all that h said before.
    internal static AttackParts Exclusive(AttackParts parts) =>
        parts.WithAttribute(set => [.. set.Attribute.Zip(set.Task, (z, y) => z ^ y)]);

    private static (Tensor Inputs, Tensor Targets, Tensor Weights, Tensor Penalty) Problem()
    {
        torch.manual_seed(5);
        var inputs = torch.randn(80, 4, dtype: ScalarType.Float64);
        var labels = (inputs[TensorIndex.Colon, 0] + torch.randn(80)).clamp(-1, 1).round().to_type(ScalarType.Int64) + 1;
        return (
            inputs,
            nn.functional.one_hot(labels, 3).t().to_type(ScalarType.Float64),
            torch.rand(80, dtype: ScalarType.Float64) + 0.5,
            torch.tensor([0.1, 0.01, 0.02, 0.5])
        );
    }

    // With the Hessian by finite differences of the gradient.
    private static Tensor Newton(LogisticRegression regression, Tensor penalty)
    {
        var at = torch.zeros(12, dtype: ScalarType.Float64);
        Tensor Gradient(Tensor point) => regression.Gradient(point.view(3, 4), penalty).flatten();
        for (var step = 0; step < 15; step++)
        {
            var hessian = torch.stack([
                .. Enumerable
                    .Range(0, 12)
                    .Select(i =>
                    {
                        var shift = torch.zeros(12, dtype: ScalarType.Float64);
                        shift[i] = 1e-5;
                        return (Gradient(at + shift) - Gradient(at - shift)) / 2e-5;
                    }),
            ]);
            at -= linalg.solve(hessian, Gradient(at));
        }
        return at.view(3, 4);
    }
}

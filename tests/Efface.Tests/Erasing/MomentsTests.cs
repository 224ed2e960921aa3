using Efface.Erasing;
using Efface.Models.Balance;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Tests.Erasing;

/// <summary>After the transport, where it is known which class each row has.</summary>
public sealed class MomentsTests : IDisposable
{
    private const int Rows = 3000;

    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void All_classes_have_the_same_mean_and_covariance(int classes)
    {
        var rows = ToyRows.Of(Rows, 1, classes: classes);
        var moved = Moved(rows.Values, rows.Z, classes, new int[Rows], 1);
        var mean = rows.Values.mean([0L]);
        Assert.True(moved.mean([0L]).allclose(mean, atol: 2e-3));
        // All that is left after each class's own mean is taken away has the covariance of all together.
        var within = Enumerable.Range(0, classes).Select(k => Covariance(Of(rows.Values, rows.Z, k)) * rows.Z.Count(k.Equals) / Rows);
        var common = within.Aggregate((a, b) => a + b);
        for (var k = 0; k < classes; k++)
        {
            var own = Of(moved, rows.Z, k);
            Assert.True(own.mean([0L]).allclose(mean, atol: 5e-3), $"mean of class {k}");
            Assert.True(Covariance(own).allclose(common, atol: 2e-2), $"covariance of class {k}");
            Assert.False(Covariance(Of(rows.Values, rows.Z, k)).allclose(common, atol: 0.2));
        }
    }

    [Fact]
    public void Given_the_decision_all_classes_end_at_its_own_mean()
    {
        var rows = ToyRows.Of(Rows, 2);
        // What a decision adds to a class's mean differs from class to class.
        var pairs = rows.Y.Zip(rows.Z, (y, z) => (float)(y * z)).ToArray();
        var x = rows.Values + torch.tensor(pairs).unsqueeze(1);
        var moved = Moved(x, rows.Z, 2, rows.Y, 2);
        for (var y = 0; y < 2; y++)
        {
            var goal = Of(x, rows.Y, y).mean([0L]);
            for (var z = 0; z < 2; z++)
            {
                var own = Enumerable.Range(0, Rows).Select(row => rows.Y[row] == y && rows.Z[row] == z ? 1 : 0).ToArray();
                var (mean, left) = (Of(x, own, 1).mean([0L]), Of(moved, own, 1).mean([0L]) - goal);
                // Twenty rows of prior beside some 750 leave three hundredths of the way from the class's mean, which the map may stretch.
                Assert.InRange(left.norm().item<float>() / (mean - Of(x, rows.Z, z).mean([0L])).norm().item<float>(), 0, 0.04);
                Assert.InRange((mean - goal).norm().item<float>(), 0.5, 10);
            }
        }
    }

    [Fact]
    public void Few_rows_of_a_class_and_a_decision_together_count_as_little_as_they_are()
    {
        var rows = ToyRows.Of(Rows, 3);
        // Of class 1 the decision is 1 in five rows only, far away from all others.
        int[] y = [.. rows.Z.Select((z, row) => z == 0 ? row % 2 : 0)];
        int[] few = [.. Enumerable.Range(0, Rows).Where(row => rows.Z[row] == 1).Take(5)];
        foreach (var row in few)
            y[row] = 1;
        var x = rows.Values.clone();
        x.index_add_(0, torch.tensor([.. few.Select(row => (long)row)]), torch.full([5, ToyRows.Size], 2f), 1);
        var moved = Moved(x, rows.Z, 2, y, 2);
        Assert.True(moved.isfinite().all().item<bool>());
        // A fifth of the distance: five rows beside twenty.
        var own = rows.Z.Zip(y, (z, decision) => z == 1 && decision == 1 ? 1 : 0).ToArray();
        var left = (Of(moved, own, 1).mean([0L]) - Of(x, y, 1).mean([0L])).norm().item<float>();
        Assert.InRange(left, 1, 2 * Math.Sqrt(ToyRows.Size));
    }

    [Fact]
    public void A_class_or_a_decision_that_never_occurs_does_no_harm()
    {
        var rows = ToyRows.Of(Rows, 4);
        var (transport, moved) = Fitted(rows.Values, rows.Z, 3, rows.Y, 3);
        using (transport)
        {
            Assert.True(moved.isfinite().all().item<bool>());
            Assert.True(transport.Goals[2].allclose(rows.Values.mean([0L]), atol: 1e-4));
            Assert.All(transport.state_dict().Values, state => Assert.True(state.isfinite().all().item<bool>()));
        }
    }

    public void Dispose() => _scope.Dispose();

    private static Tensor Moved(Tensor x, int[] z, int classes, int[] y, int decisions)
    {
        var (transport, moved) = Fitted(x, z, classes, y, decisions);
        transport.Dispose();
        return moved;
    }

    private static (ClassTransport Transport, Tensor Moved) Fitted(Tensor x, int[] z, int classes, int[] y, int decisions)
    {
        var transport = new ClassTransport(ToyRows.Size, classes, decisions);
        var (shares, task) = (OneHot(z, classes), OneHot(y, decisions));
        Moments.Fit(transport, x, shares, task);
        return (transport, transport.call(x, shares, task));
    }

    private static Tensor OneHot(int[] labels, int classes) =>
        functional.one_hot(torch.tensor([.. labels.Select(label => (long)label)]), classes).to_type(ScalarType.Float32);

    private static Tensor Of(Tensor x, int[] labels, int label) =>
        x.index_select(
            0,
            torch.tensor([.. Enumerable.Range(0, labels.Length).Where(row => labels[row] == label).Select(row => (long)row)])
        );

    private static Tensor Covariance(Tensor x)
    {
        var centred = x - x.mean([0L]);
        return centred.t().matmul(centred) / x.shape[0];
    }
}

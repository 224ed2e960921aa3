using Efface.Baselines;
using Efface.Erasing;
using Efface.Models;
using Efface.Models.Balance;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Erasing;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class BalanceFitTests : IDisposable
{
    private const int Rows = 2400;

    private static readonly byte[] Salt = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void What_only_a_covariance_tells_is_taken_out_where_LEACE_leaves_it_and_the_rest_stays()
    {
        const Told told = Told.Spread | Told.Product;
        // How rows fall into folds is chance, and some falls cost more than others: the middle of three says what is usual.
        var losses = new List<double>();
        foreach (var seed in new[] { 1, 11, 21 })
        {
            var (seen, fresh) = (ToyRows.Of(Rows, seed, told), ToyRows.Of(Rows, seed + 1, told));
            Assert.InRange(Read(seen, fresh, rows => rows, products: true), 0.85, 1);

            using var affine = new AffineErasure(ToyRows.Size);
            LinearErasure.Fit(affine, seen.Values, [(seen.Z, 2)]);
            Assert.InRange(Read(seen, fresh, affine.call, products: true), 0.85, 1);

            using var erasure = Fit(seen);
            using var noGradient = no_grad();
            Assert.InRange(Read(seen, fresh, erasure.call, products: true), 0.45, 0.58);
            losses.Add(Kept(seen, fresh, rows => rows) - Kept(seen, fresh, erasure.call));
        }
        Assert.InRange(losses.Order().ElementAt(1), -0.07, 0.07);
    }

    [Fact]
    public void What_mean_covariance_and_shape_tell_together_falls_to_chance_for_linear_and_quadratic_readers()
    {
        var (seen, fresh) = (ToyRows.Of(Rows, 3), ToyRows.Of(Rows, 4));
        Assert.InRange(Read(seen, fresh, rows => rows, products: false), 0.7, 1);
        Assert.InRange(Read(seen, fresh, rows => rows, products: true), 0.9, 1);

        using var erasure = Fit(seen);
        using var noGradient = no_grad();
        Assert.InRange(Read(seen, fresh, erasure.call, products: false), 0.45, 0.56);
        Assert.InRange(Read(seen, fresh, erasure.call, products: true), 0.45, 0.6);
        Assert.InRange(Kept(seen, fresh, erasure.call), 0.8, 1);
    }

    [Fact]
    public void Vectors_that_do_not_tell_the_attribute_are_hardly_moved()
    {
        var (seen, fresh) = (ToyRows.Of(Rows, 5, Told.Nothing), ToyRows.Of(Rows, 6, Told.Nothing));
        using var erasure = Fit(seen);
        using var noGradient = no_grad();
        var left = erasure.call(fresh.Values);
        var centred = fresh.Values - fresh.Values.mean([0L]);
        var moved = ((left - fresh.Values).square().mean() / centred.square().mean()).item<float>();
        // One direction of twelve is projected out, whatever it tells.
        Assert.InRange(moved, 0, 1.0 / ToyRows.Size + 0.01);
    }

    [Fact]
    public void Several_attributes_of_several_classes_are_taken_out_together_without_a_task_too()
    {
        var (seen, fresh) = (ToyRows.Of(Rows, 7, Told.Mean | Told.Spread, 3), ToyRows.Of(Rows, 8, Told.Mean | Told.Spread, 3));
        using var erasure = Fit(seen, task: false, kept: false);
        Assert.Equal([3, 2], erasure.Shape.AttributeClasses);
        Assert.Equal(1, erasure.Shape.TaskClasses);
        using var noGradient = no_grad();
        Assert.InRange(Read(seen, fresh, rows => rows, products: true), 0.7, 1);
        Assert.InRange(Read(seen, fresh, erasure.call, products: true), 0.28, 0.42);
        Assert.InRange(Kept(seen, fresh, erasure.call), 0.44, 0.58);
    }

    [Fact]
    public void The_same_seed_and_secret_give_the_same_eraser_to_the_bit_and_others_do_not()
    {
        var rows = ToyRows.Of(120, 9);
        var options = new EraserOptions
        {
            Noise = 0.2,
            Seed = 4,
            Salt = Salt,
        };
        using var first = Fit(rows, options);
        using var again = Fit(rows, options);
        using var other = Fit(rows, options with { Seed = 5, Salt = null });
        Assert.All(State(first).Zip(State(again)), pair => Assert.True(pair.First.eq(pair.Second).all().item<bool>()));
        Assert.Contains("reader0.fold0.hidden1.weight", Different(first, other));
        Assert.Contains("salt", Different(first, other));
        Assert.DoesNotContain("into", Different(first, other));
    }

    [Fact]
    public void A_stop_ends_it()
    {
        var rows = ToyRows.Of(120, 10).Labelled();
        using var stop = new CancellationTokenSource();
        var seen = new List<string>();
        void Stop(ErasingProgress progress)
        {
            Assert.InRange(progress.Done, 0, 1);
            seen.Add(progress.What);
            if (progress.What == "reading z")
                stop.Cancel();
        }
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new BalanceFit(rows, rows, new EraserOptions { Noise = 0 }, Stop, stop.Token).Run()
        );
        Assert.Equal(["directions", "reading y", "reading z"], seen.Distinct());
    }

    [Fact]
    public void Nothing_is_left_that_is_linear_in_the_attribute_whatever_readers_missed()
    {
        using var noGradient = no_grad();
        var rows = ToyRows.Of(Rows, 13, Told.Everything, classes: 3);
        var left = Fit(rows, task: false).call(rows.Values);
        var z = nn.functional.one_hot(torch.tensor([.. rows.Z.Select(label => (long)label)]), 3).to_type(ScalarType.Float32);
        var covariance = (left - left.mean([0L])).t().matmul(z - z.mean([0L])) / Rows;
        Assert.InRange(covariance.abs().max().item<float>(), 0, 1e-4);
    }

    [Fact]
    public void A_networks_decisions_stay_and_where_they_differ_vectors_tell_nothing_else()
    {
        using var noGradient = no_grad();
        var (seen, fresh) = (ToyRows.Of(Rows, 14), ToyRows.Of(Rows, 15));
        using var random = new Generator(1);
        var classifier = Layers.Linear(ToyRows.Size, 2, random);
        using var erasure = new BalanceFit(seen.Labelled(), seen.Labelled(), new EraserOptions { Noise = 0.5 }, null, default)
        {
            Classifier = classifier,
        }
            .Run()
            .Erasure;
        var places = erasure.call(fresh.Values).matmul(erasure.ToDecision()).flatten();
        var decisions = classifier.call(fresh.Values).argmax(1);
        Assert.Equal(0, places[decisions == 0].std().item<float>(), 1e-3);
        Assert.Equal(0, places[decisions == 1].std().item<float>(), 1e-3);
        Assert.InRange(Math.Abs((places[decisions == 0].mean() - places[decisions == 1].mean()).item<float>()), 0.2, 10);
    }

    [Fact]
    public void A_column_that_is_to_stay_is_read_better_through_the_same_noise()
    {
        var (seen, fresh) = (ToyRows.Of(Rows, 11), ToyRows.Of(Rows, 12));
        double Read(params LabelledColumn[] retained)
        {
            var rows = seen.Labelled() with { Retained = retained };
            var erasure = new BalanceFit(rows, rows, new EraserOptions { Noise = 1.2, Salt = Salt }, null, default).Run().Erasure;
            return Kept(seen, fresh, rows => erasure.call(rows).detach());
        }
        Assert.InRange(Read(new LabelledColumn("w", seen.W, 2)), Read() + 0.02, 1);
    }

    public void Dispose() => _scope.Dispose();

    private static IEnumerable<Tensor> State(BalanceErasure erasure) => erasure.state_dict().Values;

    private static IEnumerable<string> Different(BalanceErasure one, BalanceErasure other) =>
        one.state_dict()
            .Zip(other.state_dict())
            .Where(pair => pair.First.Value.ne(pair.Second.Value).any().item<bool>())
            .Select(pair => pair.First.Key);

    // Without noise: what the noise hides must not be there in the first place.
    private static BalanceErasure Fit(ToyRows rows, bool task = true, bool kept = true)
    {
        var labelled = rows.Labelled(task);
        if (!kept)
            labelled = labelled with { Attributes = [.. labelled.Attributes, new LabelledColumn("w", rows.W, 2)] };
        var (erasure, noise) = new BalanceFit(labelled, labelled, new EraserOptions { Noise = 0 }, null, default).Run();
        Assert.Equal(0, noise);
        return erasure;
    }

    private static BalanceErasure Fit(ToyRows rows, EraserOptions options) =>
        new BalanceFit(rows.Labelled(), rows.Labelled(), options, null, default).Run().Erasure;

    private static double Read(ToyRows seen, ToyRows fresh, Func<Tensor, Tensor> map, bool products) =>
        ToyRows.Read((map(seen.Values), seen.Z), (map(fresh.Values), fresh.Z), products);

    private static double Kept(ToyRows seen, ToyRows fresh, Func<Tensor, Tensor> map) =>
        ToyRows.Read((map(seen.Values), seen.W), (map(fresh.Values), fresh.W), products: false);
}

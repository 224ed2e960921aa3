using Efface.Erasing;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Erasing;

public sealed class DirectionsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(null, ToyRows.Size)]
    [InlineData(12, ToyRows.Size)]
    [InlineData(5, 5)]
    [InlineData(1, 1)]
    public void In_each_direction_rows_have_variance_1_and_directions_are_uncorrelated(int? asked, int count)
    {
        var rows = ToyRows.Of(500, 1);
        var directions = Directions.Of(rows.Labelled(), asked);
        var x = (rows.Values - directions.Mean).matmul(directions.Into);
        Assert.Equal(count, x.shape[1]);
        Assert.True((x.t().matmul(x) / 500).allclose(torch.eye(count), atol: 1e-3));
        Assert.InRange(x.mean([0L]).abs().max().item<float>(), 0, 1e-4);
    }

    [Fact]
    public void Back_undoes_into_and_what_is_kept_is_not_changed_by_going_there_and_back()
    {
        var rows = ToyRows.Of(500, 2);
        var centred = rows.Values - rows.Values.mean([0L]);
        var all = Directions.Of(rows.Labelled(), null);
        Assert.True(centred.matmul(all.Into).matmul(all.Back).allclose(centred, atol: 1e-3));
        var few = Directions.Of(rows.Labelled(), 4);
        var there = few.Into.matmul(few.Back);
        Assert.True(few.Back.matmul(few.Into).allclose(torch.eye(4), atol: 1e-4));
        Assert.True(there.matmul(there).allclose(there, atol: 1e-4));
        Assert.True(there.allclose(there.t(), atol: 1e-4));
    }

    [Fact]
    public void The_directions_of_most_variance_come_first()
    {
        var rows = ToyRows.Of(800, 3);
        var (few, all) = (Directions.Of(rows.Labelled(), 3), Directions.Of(rows.Labelled(), null));
        var deviations = all.Deviations.data<float>().ToArray();
        Assert.Equal(deviations.OrderDescending(), deviations);
        Assert.Equal(deviations[..3], few.Deviations.data<float>().ToArray());
        var total = rows.Values.@var(0, unbiased: false).sum().item<float>();
        Assert.Equal(total, deviations.Sum(one => one * one), total * 1e-4);
    }

    [Fact]
    public void No_more_directions_are_kept_than_rows_of_the_rarest_class_carry()
    {
        var rows = ToyRows.Of(300, 4).Labelled();
        int[] rare = [.. Enumerable.Range(0, 300).Select(row => row < 10 ? 1 : 0)];
        var few = rows with { Attributes = [.. rows.Attributes, new LabelledColumn("rare", rare, 2)] };
        Assert.Equal(5, Directions.Carried(few));
        Assert.Equal(5, Directions.Of(few, null).Deviations.shape[0]);
    }

    [Fact]
    public void Directions_without_variance_are_dropped()
    {
        var rows = ToyRows.Of(300, 5).Labelled();
        var wide = rows with { Values = torch.cat([rows.Values, rows.Values[.., ..4], torch.full([300, 2], 7f)], 1) };
        var directions = Directions.Of(wide, null);
        Assert.Equal(ToyRows.Size, directions.Deviations.shape[0]);
        var centred = wide.Values - directions.Mean;
        Assert.True(centred.matmul(directions.Into).matmul(directions.Back).allclose(centred, atol: 1e-3));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.1f)]
    [InlineData(-1234.567f)]
    public void Rows_that_are_all_the_same_are_refused(float value)
    {
        var rows = ToyRows.Of(300, 6).Labelled() with { Values = torch.full([300, 5], value) };
        var problem = Assert.Single(Assert.Throws<InvalidInputException>(() => Directions.Of(rows, null)).Problems);
        Assert.Equal("vectors are all the same", $"{problem.Subject} {problem.Fault}");
    }

    [Fact]
    public void A_large_mean_does_not_blur_small_differences()
    {
        var rows = ToyRows.Of(3000, 7);
        var far = rows.Labelled() with { Values = rows.Values + 1000 };
        Assert.True(Directions.Of(far, null).Deviations.allclose(Directions.Of(rows.Labelled(), null).Deviations, rtol: 1e-3));
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Some_rows_of_a_larger_tensor_are_as_those_rows_alone()
    {
        var all = ToyRows.Of(20_000, 8).Labelled();
        int[] places = [.. Enumerable.Range(0, all.Count).Where(row => row % 2 == 1)];
        var some = all.Select(places);
        using var copied = some.All();
        var alone = some with { Values = copied, Places = null };
        Assert.Equal((10_000, ToyRows.Size), (some.Count, some.Size));
        Assert.True(Directions.Of(some, null).Into.equal(Directions.Of(alone, null).Into).all().item<bool>());
        Assert.Equal(places.Select(place => all.Attributes[0].Labels[place]), some.Attributes[0].Labels);
        using var seen = torch.cat([.. some.Chunks().Select(chunk => chunk.clone())]);
        Assert.True(seen.equal(copied).all().item<bool>());
    }
}

using Efface.Erasing;
using Efface.Models.Balance;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Erasing;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class NoiseChoiceTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    // Moves nothing: what rows tell, it releases.
    private readonly BalanceErasure _identity = new(
        new BalanceShape
        {
            Size = ToyRows.Size,
            Directions = ToyRows.Size,
            Folds = 3,
            Width = 4,
            TaskClasses = 2,
            AttributeClasses = [2],
        },
        new Generator(1)
    );

    public NoiseChoiceTests()
    {
        var rows = ToyRows.Of(1500, 1);
        var directions = Directions.Of(rows.Labelled(), null);
        _identity.SetDirections(directions.Mean, directions.Into, directions.Back, new byte[BalanceErasure.SaltBytes]);
        var transport = _identity.Steps[0].Transport;
        transport.SetShares(0, torch.tensor([0.5f, 0.5f]));
        transport.SetMeans(torch.zeros(2, ToyRows.Size), torch.zeros(4, ToyRows.Size), torch.zeros(2, ToyRows.Size));
        transport.SetMaps(torch.eye(ToyRows.Size).expand(2, -1, -1));
        _identity.eval();
    }

    [Fact]
    public void Rows_that_tell_nothing_get_none()
    {
        Assert.Equal(0, Chosen(Told.Nothing, aim: 0.1));
        Assert.True(Released(0).allclose(Rows(Told.Nothing).Values, atol: 1e-3));
    }

    [Fact]
    public void What_chance_reads_of_a_few_hundred_rows_is_no_leak()
    {
        var chosen = Enumerable.Range(1, 5).Select(seed => Choose(ToyRows.Of(500, seed, Told.Nothing), new EraserOptions()));
        Assert.InRange(chosen.Order().ElementAt(2), 0, 0.3);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0)]
    public void A_class_of_which_hardly_a_row_is_there_to_judge_on_stops_nothing(int rare)
    {
        var all = Rows(Told.Mean).Labelled();
        var (half, z) = (all.Count / 2, all.Attributes[0].Labels);
        int[] judged =
        [
            .. Enumerable.Range(half, half).Where(row => z[row] == 0).Take(60),
            .. Enumerable.Range(half, half).Where(row => z[row] == 1).Take(rare),
        ];
        var fitted = all.Select([.. Enumerable.Range(0, half)]);
        Assert.InRange(new NoiseChoice(_identity, fitted, all.Select(judged), new EraserOptions(), null, default).Run(), 0, 2);
    }

    [Fact]
    public void Rows_that_leak_get_more_the_less_may_be_read()
    {
        var (some, more) = (Chosen(Told.Mean, aim: 0.2), Chosen(Told.Mean, aim: 0.1));
        Assert.InRange(some, 0.15, 1.5);
        Assert.InRange(more, some + 0.01, 2);
    }

    [Fact]
    public void Noise_that_is_asked_for_is_taken_in_parts_of_each_directions_deviation()
    {
        var rows = Rows(Told.Nothing);
        Assert.Equal(0.5, Choose(rows, new EraserOptions { Noise = 0.5 }));
        var noise = (Released(0) - rows.Values) / rows.Values.std(0);
        Assert.Equal(0.5, noise.square().mean().sqrt().item<float>(), 0.05);
        // Another draw of it is as large, and has nothing to do with the first.
        var other = (Released(1) - rows.Values) / rows.Values.std(0);
        Assert.Equal(0, (noise * other).mean().item<float>(), 0.02);
    }

    [Fact]
    public void None_lies_in_the_directions_in_which_decisions_differ()
    {
        var transport = _identity.Steps[0].Transport;
        var goals = torch.zeros(2, ToyRows.Size);
        (goals[0, 2], goals[1, 2]) = (torch.tensor(1f), torch.tensor(-1f));
        transport.SetMeans(torch.zeros(2, ToyRows.Size), torch.zeros(4, ToyRows.Size), goals);
        Choose(Rows(Told.Nothing), new EraserOptions { Noise = 1 });
        var noise = _identity.Noise(_identity.Enter(Rows(Told.Nothing).Values).Keys, 0).square().mean([0L]).data<float>().ToArray();
        Assert.Equal(0, noise[2], 1e-6);
        Assert.All(noise.Where((_, i) => i != 2), variance => Assert.Equal(1, variance, 0.2));
    }

    [Fact]
    public void What_the_decision_tells_no_noise_hides_and_none_is_added_for_it()
    {
        // Rows tell z in one direction alone, and that is where decisions differ.
        var rows = ToyRows.Of(800, 2, Told.Mean);
        var (x, _, _) = _identity.Enter(rows.Values);
        var z = torch.tensor([.. rows.Z.Select(label => (float)label)]);
        var goals = torch.stack([x[z == 0].mean([0L]), x[z == 1].mean([0L])]);
        _identity.Steps[0].Transport.SetMeans(torch.zeros(2, ToyRows.Size), torch.zeros(4, ToyRows.Size), goals);
        Assert.InRange(Choose(rows, new EraserOptions { Aim = 0.05 }), 0, 0.6);
    }

    [Fact]
    public void In_directions_that_are_to_stay_there_is_half_as_much()
    {
        var goals = torch.zeros(2, ToyRows.Size);
        goals[0, 2] = torch.tensor(1f);
        _identity.Steps[0].Transport.SetMeans(torch.zeros(2, ToyRows.Size), torch.zeros(4, ToyRows.Size), goals);
        var choice = new NoiseChoice(
            _identity,
            Rows(Told.Nothing).Labelled(),
            Rows(Told.Nothing).Labelled(),
            new EraserOptions { Noise = 1 },
            null,
            default
        )
        {
            Kept = torch.eye(ToyRows.Size)[3..5],
        };
        choice.Run();
        var noise = _identity.Noise(_identity.Enter(Rows(Told.Nothing).Values).Keys, 0).square().mean([0L]).data<float>().ToArray();
        Assert.All(noise.Index(), of => Assert.Equal(
                of.Index switch
                {
                    2 => 0,
                    3 or 4 => 0.25,
                    _ => 1,
                },
                of.Item,
                0.15
            ));
    }

    public void Dispose()
    {
        _identity.Dispose();
        _scope.Dispose();
    }

    private static ToyRows Rows(Told told) => ToyRows.Of(1500, 2, told);

    private Tensor Released(int draw)
    {
        using var noGradient = no_grad();
        return _identity.Draw(Rows(Told.Nothing).Values, draw);
    }

    private double Chosen(Told told, double aim) => Choose(Rows(told), new EraserOptions { Aim = aim });

    // Half of them to learn from.
    private double Choose(ToyRows rows, EraserOptions options)
    {
        var (all, half) = (rows.Labelled(), rows.Count / 2);
        int[] order = [.. Enumerable.Range(0, rows.Count)];
        return new NoiseChoice(_identity, all.Select(order[..half]), all.Select(order[half..]), options, null, default).Run();
    }
}

using CsCheck;
using Efface.Detachment;
using Efface.Models;
using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Training;

[Collection(SharedTorch.Name)]
public sealed class BlockPlacingTests
{
    private static readonly Gen<(double[] Stages, double[] Auxiliaries, double Tail, int Blocks)> Measured =
        from stages in Gen.Double[0, 10].Array[1, 8]
        from auxiliaries in Gen.Double[0, 5].Array[stages.Length]
        from tail in Gen.Double[0, 10]
        from blocks in Gen.Int[2, stages.Length + 1]
        select (stages, auxiliaries, tail, blocks);

    [Fact]
    public void No_other_cut_has_a_faster_slowest_block() =>
        Measured.Sample(
            (stages, auxiliaries, tail, blocks) =>
            {
                var plan = BlockPlacing.Choose(stages, auxiliaries, tail, blocks);

                Assert.Equal(Cuts(stages.Length, blocks - 1).Min(ends => Times(ends).Max()), plan.Milliseconds.Max(), 1e-9);
                Assert.Equal(Times([.. plan.Ends]), plan.Milliseconds, (one, other) => Math.Abs(one - other) < 1e-9);

                double[] Times(int[] ends) =>
                    [
                        .. ends.Select((end, i) => stages[(i == 0 ? 0 : ends[i - 1] + 1)..(end + 1)].Sum() + auxiliaries[end]),
                        stages[(ends[^1] + 1)..].Sum() + tail,
                    ];
            }
        );

    [Fact]
    public void Blocks_end_one_after_the_other_at_stages_that_there_are() =>
        Measured.Sample(
            (stages, auxiliaries, tail, blocks) =>
            {
                var ends = BlockPlacing.Choose(stages, auxiliaries, tail, blocks).Ends;

                Assert.Equal(blocks - 1, ends.Count);
                Assert.Equal(ends.Distinct().Order(), ends);
                Assert.All(ends, end => Assert.InRange(end, 0, stages.Length - 1));
            }
        );

    [Theory]
    [InlineData("paper", 2, Precision.Fp32)]
    [InlineData("paper", 3, Precision.Bf16)]
    [InlineData("strict", 4, Precision.Fp32)]
    public void Measuring_leaves_everything_as_it_was_and_cuts_below_the_embedding(string recipe, int blocks, Precision precision)
    {
        using var scope = NewDisposeScope();
        using var table = ToyTables.Visible(train: 24, validation: 8);
        using var model = ToyTraining.Model(table, ToyTraining.Named(recipe), network: ToyNetworks.Residual());
        var before = model.Network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        set_num_threads(3);
        manual_seed(11);
        var drawn = random.get_rng_state();
        var options = ToyTraining.Options with { BatchSize = 8, Precision = precision };

        var plan = BlockPlacing.Balance(own => ToyTraining.Blocks(model, table, ToyTraining.Named(recipe)!, options, own), model, blocks);

        Assert.Equal(3, get_num_threads());
        set_num_threads(1);
        Assert.True(random.get_rng_state().equal(drawn).all().ToBoolean());
        Assert.All(model.Network.state_dict(), entry => Assert.True(entry.Value.equal(before[entry.Key]).all().ToBoolean(), entry.Key));
        Assert.All(model.Network.parameters(), parameter => Assert.Null(parameter.grad));
        Assert.Equal(blocks - 1, plan.Ends.Count);
        Assert.Equal(plan.Ends.Distinct().Order(), plan.Ends);
        Assert.InRange(plan.Ends[^1], 0, model.Network.IndexOf(StagedNetwork.Embedding) - 1);
        Assert.Equal(blocks, plan.Milliseconds.Count);
        Assert.All(plan.Milliseconds, time => Assert.InRange(time, 1e-3, 60_000));
    }

    [Fact]
    public void A_fault_while_measuring_leaves_everything_as_it_was_too()
    {
        using var scope = NewDisposeScope();
        using var table = ToyTables.Visible(train: 24, validation: 8);
        using var model = ToyTraining.Model(table, ToyTraining.Paper, network: ToyNetworks.Residual());
        var before = ToyTraining.Values(model.Network.state_dict().Values);
        manual_seed(11);
        var drawn = random.get_rng_state();

        // The network has two classes and tone three: the last block is the first to see that.
        var labels = TaskAndAttributes.Of(table, table["tone"], [table["z"]]);
        Assert.ThrowsAny<Exception>(() =>
            BlockPlacing.Balance(
                own => ToyTraining.Paper.Blocks(new BlockParts(model, labels, ToyTraining.Options with { BatchSize = 16 }, own)),
                model,
                2
            )
        );
        Assert.Equal(before, ToyTraining.Values(model.Network.state_dict().Values));
        Assert.True(random.get_rng_state().equal(drawn).all().ToBoolean());
    }

    // Every set of so many stages.
    private static IEnumerable<int[]> Cuts(int stages, int ends) =>
        ends == 0
            ?
            [
                [],
            ]
            : Enumerable.Range(0, stages).SelectMany(last => Cuts(last, ends - 1).Select(before => before.Append(last).ToArray()));
}

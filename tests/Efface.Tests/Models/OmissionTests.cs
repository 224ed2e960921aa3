using Efface.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Models;

[Collection(SharedTorch.Name)]
public sealed class OmissionTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"efface-omission-{Guid.NewGuid():N}");
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        File.Delete(_file);
    }

    [Fact]
    public void It_leaves_out_its_share_and_keeps_the_sum()
    {
        using var omission = new Omission(0.3, new Generator(0));
        var output = omission.call(ones(100, 1000));

        Assert.Equal(0.3, output.eq(0).to_type(ScalarType.Float32).mean().ToDouble(), 0.01);
        Assert.Equal(1, output.mean().ToDouble(), 0.01);
    }

    [Fact]
    public void An_example_is_left_out_as_a_whole_if_asked_for()
    {
        using var omission = new Omission(0.5, new Generator(0), ofExamples: true);
        var output = omission.call(ones(1000, 3, 4, 4)).flatten(1);

        Assert.True(output.eq(output.select(1, 0).unsqueeze(1)).all().ToBoolean());
        Assert.Equal(0.5, output.select(1, 0).eq(0).to_type(ScalarType.Float32).mean().ToDouble(), 0.05);
    }

    [Fact]
    public void Each_batch_loses_something_else_and_one_that_passes_without_a_graph_the_same_as_then_with_one()
    {
        using var omission = new Omission(0.5, new Generator(0));
        Tensor without;
        using (no_grad())
            without = omission.call(ones(4, 100));
        Tensor with = omission.call(ones(4, 100)),
            next = omission.call(ones(4, 100));

        Assert.True(with.equal(without).all().ToBoolean());
        Assert.False(next.equal(with).all().ToBoolean());
    }

    [Fact]
    public void A_network_that_is_read_loses_nothing()
    {
        using var omission = new Omission(0.5, new Generator(0));
        omission.eval();

        Assert.True(omission.call(ones(4, 10)).equal(ones(4, 10)).all().ToBoolean());
    }

    [Fact]
    public void A_resumed_training_loses_the_same_whatever_its_seed()
    {
        using StagedNetwork network = Network(0),
            resumed = Network(1);
        network.call(ones(4, 100));
        Snapshot.Save(_file, snapshot => snapshot.Exchange("network", network));
        Snapshot.Restore(_file, snapshot => snapshot.Exchange("network", resumed));

        for (var batch = 0; batch < 3; batch++)
            Assert.True(resumed.call(ones(4, 100)).equal(network.call(ones(4, 100))).all().ToBoolean());

        static StagedNetwork Network(ulong seed) =>
            new([new Stage("inside", "a.b", new Composed([("", new Omission(0.5, new Generator(seed)))]))]);
    }

    [Fact]
    public void The_input_keeps_its_precision()
    {
        using var omission = new Omission(0.5, new Generator(0));
        Assert.Equal(ScalarType.BFloat16, omission.call(ones(4, 10).to_type(ScalarType.BFloat16)).dtype);
    }
}

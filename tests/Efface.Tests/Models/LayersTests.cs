using Efface.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using Convolution = Efface.Models.Convolution;

namespace Efface.Tests.Models;

[Collection(SharedTorch.Name)]
public class LayersTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(133)]
    public void Layers_begin_as_torchs_own_do_and_leave_its_generator_alone(int inputs)
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        var theirs = nn.Linear(inputs, 30);
        var theirsToo = nn.Conv2d(inputs, 8, 3, bias: false);
        var theirsLast = nn.Conv2d(inputs, 5, 3);
        var state = random.get_rng_state();

        using var generator = new Generator(7);
        var ours = Layers.Linear(inputs, 30, generator);
        using var oursToo = new Convolution(inputs, 8, 3, generator);
        var oursLast = Layers.Conv2d(inputs, 5, 3, generator);

        Assert.True(theirs.weight.equal(ours.weight).all().ToBoolean());
        Assert.True(theirs.bias!.equal(ours.bias!).all().ToBoolean());
        Assert.True(theirsToo.weight.equal(oursToo.Weight).all().ToBoolean());
        Assert.True(theirsLast.weight.equal(oursLast.weight).all().ToBoolean());
        Assert.True(theirsLast.bias!.equal(oursLast.bias!).all().ToBoolean());
        Assert.True(random.get_rng_state().equal(state).all().ToBoolean());
    }

    [Fact]
    public void Layers_outlive_the_scope_in_which_they_are_made()
    {
        TorchSharp.Modules.Linear linear;
        using (NewDisposeScope())
        {
            using var generator = new Generator(0);
            linear = Layers.Linear(3, 2, generator);
        }
        using var made = linear;
        using var scope = NewDisposeScope();

        Assert.Equal([4, 2], made.call(ones(4, 3)).shape);
    }
}

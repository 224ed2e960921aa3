using Efface.Detachment;
using Efface.Models;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Models;

/// <summary>Vectors, tokens and maps: whatever reads a representation asks its shape.</summary>
[OneThread]
public sealed class LayoutTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private readonly Generator _random = new(3);

    public static TheoryData<long[]> Shapes { get; } =
        new(new long[] { 5 }, new long[] { 7, 5 }, new long[] { 5, 4, 4 }, new long[] { 3, 1 });

    [Theory]
    [MemberData(nameof(Shapes))]
    public void What_is_looked_at_has_the_shape_that_is_said(long[] shape) =>
        Assert.Equal([2, .. Layout.Of(shape)], Layout.View(rand([2, .. shape], generator: _random)).shape);

    [Fact]
    public void A_token_is_a_row_of_the_map()
    {
        var tokens = rand([2, 7, 5], generator: _random);
        var map = Layout.View(tokens);
        for (var token = 0; token < 7; token++)
            Assert.True(map[1, .., token, 0].equal(tokens[1, token]).all().item<bool>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Other_shapes_are_refused(int dimensions) =>
        Assert.Throws<ArgumentException>(() => Layout.Of([.. Enumerable.Repeat(2L, dimensions)]));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Heads_learn_from_every_shape(long[] shape)
    {
        var (h, z) = Labelled(shape);
        using var head = new Head(shape, 2, 16, _random);
        using var optimiser = new Adam(head.parameters(), 0.01);
        for (var step = 0; step < 60; step++)
        {
            nn.functional.cross_entropy(head.call(h), z).backward();
            optimiser.Step();
        }
        Assert.InRange(head.call(h).argmax(1).eq(z).to_type(float32).mean().item<float>(), 0.9f, 1);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Vectors_are_drawn_again_from_every_shape(long[] shape)
    {
        var (h, z) = Labelled(shape);
        var vectors = stack([z.to_type(float32), 1 - z.to_type(float32), ones(64)], 1);
        using var decoder = new Decoder(shape, [3], _random);
        using var optimiser = new Adam(decoder.parameters(), 0.01);
        var first = decoder.Error(h, vectors).item<float>();
        for (var step = 0; step < 60; step++)
        {
            decoder.Error(h, vectors).backward();
            optimiser.Step();
        }
        Assert.InRange(decoder.Error(h, vectors).item<float>(), 0, first / 10);
    }

    [Fact]
    public void The_error_of_images_is_the_cross_entropy_of_their_pixels()
    {
        using var decoder = new Decoder([4], [1, 8, 8], _random);
        var (h, images) = (rand([6, 4], generator: _random), rand([6, 1, 8, 8], generator: _random));
        decoder.eval();
        var drawn = decoder.call(h).sigmoid();
        var expected = -(images * drawn.log() + (1 - images) * (1 - drawn).log()).mean();
        Assert.Equal(expected.item<float>(), decoder.Error(h, images).item<float>(), 5);
    }

    // The class stands in the first number of the first token or channel.
    private (Tensor H, Tensor Z) Labelled(long[] shape)
    {
        var h = randn([64, .. shape], generator: _random);
        var z = arange(64, dtype: int64) % 2;
        h.view(64, -1).select(1, 0).copy_(6 * z - 3);
        return (h, z);
    }

    public void Dispose()
    {
        _random.Dispose();
        _scope.Dispose();
    }
}

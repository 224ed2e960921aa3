using Efface.Detachment;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Detachment;

[Collection(SharedTorch.Name)]
public sealed class HeadTests
{
    public static TheoryData<long[]> Shapes => new(new long[][] { [10], [1], [6, 8, 8], [6, 1, 1], [5, 3, 7], [3, 12, 12] });

    public static TheoryData<long[], long[]> Drawings =>
        new(
            from shape in new long[][] { [10], [6, 8, 8], [6, 1, 1], [6, 6, 6], [6, 3, 3], [6, 32, 32] }
            from image in new long[][] { [3, 32, 32], [3, 64, 64], [3, 48, 48], [1, 33, 33] }
            select new TheoryDataRow<long[], long[]>(shape, image)
        );

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_head_gives_features_of_its_width_and_a_logit_for_each_class(long[] shape)
    {
        using var scope = NewDisposeScope();
        using var head = new Head(shape, classes: 5, width: 32, new Generator(0));
        var h = randn([4, .. shape]);

        Assert.Equal([4, 32], head.Features(h).shape);
        Assert.Equal([4, 5], head.call(h).shape);
        Assert.True(head.call(h).isfinite().all().ToBoolean());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_scale_and_mean_of_a_representation_do_not_matter_to_a_head(long[] shape)
    {
        using var scope = NewDisposeScope();
        using var head = new Head(shape, classes: 5, width: 32, new Generator(0));
        var h = randn([16, .. shape]);

        Assert.True(head.call(h * 20 + 3).allclose(head.call(h), rtol: 1e-2, atol: 1e-2));
    }

    [Theory]
    [MemberData(nameof(Drawings))]
    public void A_decoder_gives_a_logit_for_each_pixel(long[] shape, long[] image)
    {
        using var scope = NewDisposeScope();
        using var decoder = new Decoder(shape, image, new Generator(0));

        var drawn = decoder.call(randn([2, .. shape]));
        Assert.Equal([2, .. image], drawn.shape);
        Assert.True(drawn.isfinite().all().ToBoolean());
    }
}

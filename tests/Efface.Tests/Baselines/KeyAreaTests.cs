using CsCheck;
using Efface.Baselines;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Baselines;

[OneThread]
public sealed class KeyAreaTests
{
    [Fact]
    public void The_area_is_the_share_of_pixels_with_the_largest_values() =>
        Gen.Select(Gen.Float[0.01f, 1].Array[48], Gen.Double[0.02, 0.98])
            .Sample(
                (values, fraction) =>
                {
                    using var scope = NewDisposeScope();
                    var area = KeyArea.Of(tensor(values, [1, 6, 8]), fraction).flatten().data<bool>().ToArray();
                    var count = Math.Clamp((int)Math.Round(fraction * 48), 1, 47);
                    Assert.Equal(count, area.Count(chosen => chosen));
                    Assert.True(values.Where((_, i) => area[i]).Min() >= values.Where((_, i) => !area[i]).Max());
                },
                iter: 200,
                threads: 1
            );

    [Fact]
    public void Pixels_that_say_nothing_are_never_removed()
    {
        using var scope = NewDisposeScope();
        var maps = zeros([2, 4, 4]);
        maps[0, 1, 2] = 1;
        var area = KeyArea.Of(maps, 0.5);
        Assert.Equal(1, area.sum().ToInt32());
        var images = randint(0, 256, [2, 3, 4, 4], ScalarType.Byte);
        Assert.True(KeyArea.Remove(images, area, Fill.Mean, [0, 1])[1].eq(images[1]).all().ToBoolean());
    }

    [Theory]
    [InlineData(Fill.Mean)]
    [InlineData(Fill.Blur)]
    [InlineData(Fill.Noise)]
    public void What_is_not_in_the_area_stays_and_what_was_in_it_leaves_no_trace(Fill fill)
    {
        using var scope = NewDisposeScope();
        var area = KeyArea.Of(rand([3, 12, 10]), 0.4);
        var images = randint(0, 256, [3, 3, 12, 10], ScalarType.Byte);
        var others = where(area.unsqueeze(1), randint(0, 256, [3, 3, 12, 10], ScalarType.Byte), images);
        var removed = KeyArea.Remove(images, area, fill, [5, 6, 7]);
        Assert.False(images.eq(others).all().ToBoolean());
        Assert.True(removed.eq(KeyArea.Remove(others, area, fill, [5, 6, 7])).all().ToBoolean());
        Assert.True(where(area.unsqueeze(1), images, removed).eq(images).all().ToBoolean());
        Assert.True(removed[1].eq(KeyArea.Remove(images[1..2], area[1..2], fill, [6])[0]).all().ToBoolean());
    }

    [Fact]
    public void The_mean_is_that_of_what_is_left_channel_by_channel()
    {
        using var scope = NewDisposeScope();
        var images = tensor(new byte[] { 10, 20, 30, 200, 1, 2, 9, 250 }, [1, 2, 2, 2]);
        var area = tensor(new[] { false, false, false, true }, [1, 2, 2]);
        Assert.Equal([10, 20, 30, 20, 1, 2, 9, 4], KeyArea.Remove(images, area, Fill.Mean, [0]).data<byte>().ToArray());
    }

    [Fact]
    public void A_blurred_hole_is_the_gaussian_mean_of_its_surroundings_and_shows_no_edge()
    {
        using var scope = NewDisposeScope();
        const int side = 32;
        var ramp = arange(side, dtype: ScalarType.Float32).mul(7).expand(1, 1, side, side).to_type(ScalarType.Byte).contiguous();
        var area = zeros([1, side, side], ScalarType.Bool);
        area[0, 12..20, 12..20] = true;
        var removed = KeyArea.Remove(ramp, area, Fill.Blur, [0]);

        double sum = 0,
            weight = 0;
        for (var y = 0; y < side; y++)
        for (var x = 0; x < side; x++)
            if (!(y is >= 12 and < 20 && x is >= 12 and < 20))
            {
                var near = Math.Exp(-((y - 14) * (y - 14) + (x - 17) * (x - 17)) / (2.0 * 4 * 4));
                (sum, weight) = (sum + near * 7 * x, weight + near);
            }
        Assert.Equal((byte)Math.Round(sum / weight), removed[0, 0, 14, 17].ToByte());

        int Jump(Tensor image) => Math.Abs(image[0, 0, 16, 19].ToByte() - image[0, 0, 16, 20].ToByte());
        Assert.True(Jump(removed) < Jump(KeyArea.Remove(ramp, area, Fill.Mean, [0])));
    }

    [Fact]
    public void Noise_has_the_statistics_of_what_is_left_and_is_the_same_for_the_same_seed()
    {
        using var scope = NewDisposeScope();
        const int side = 64;
        var images = randn([1, 3, side, side])
            .mul(tensor(new[] { 5f, 10f, 20f }).view(1, 3, 1, 1))
            .add(120)
            .clamp(0, 255)
            .to_type(ScalarType.Byte);
        var area = zeros([1, side, side], ScalarType.Bool);
        area[0, ..32] = true;
        var hole = KeyArea.Remove(images, area, Fill.Noise, [1])[0, TensorIndex.Colon, ..32].to_type(ScalarType.Float32);
        var rest = images[0, TensorIndex.Colon, 32..].to_type(ScalarType.Float32);
        for (var channel = 0; channel < 3; channel++)
        {
            Assert.Equal(rest[channel].mean().ToDouble(), hole[channel].mean().ToDouble(), 1.5);
            Assert.Equal(1, hole[channel].std().ToDouble() / rest[channel].std().ToDouble(), 0.1);
        }
        Assert.False(KeyArea.Remove(images, area, Fill.Noise, [1]).eq(KeyArea.Remove(images, area, Fill.Noise, [2])).all().ToBoolean());
    }
}

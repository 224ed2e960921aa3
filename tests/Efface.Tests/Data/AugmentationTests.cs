using Efface.Data;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Data;

public sealed class AugmentationTests
{
    private const int Height = 8,
        Width = 6;

    [Fact]
    public void Without_shift_and_mirroring_nothing_changes()
    {
        using Tensor images = Positions(20),
            same = Apply(new Augmentation(0, flip: false), images);

        Assert.True(same.equal(images).all().ToBoolean());
    }

    [Fact]
    public void Every_image_is_its_original_moved_and_mirrored_and_every_way_occurs()
    {
        using Tensor images = Positions(1000),
            augmented = Apply(new Augmentation(2, flip: true), images);

        var ways = Ways(augmented, shift: 2);
        Assert.Equal(5 * 5 * 2, ways.Distinct().Count());
    }

    [Fact]
    public void Without_mirroring_no_image_is_mirrored()
    {
        using Tensor images = Positions(200),
            augmented = Apply(new Augmentation(2, flip: false), images);

        Assert.DoesNotContain(Ways(augmented, shift: 2), way => way.Mirrored);
    }

    [Fact]
    public void Half_of_the_images_are_mirrored()
    {
        using Tensor images = Positions(2000),
            augmented = Apply(new Augmentation(1, flip: true), images);

        Assert.InRange(Ways(augmented, shift: 1).Count(way => way.Mirrored), 900, 1100);
    }

    [Fact]
    public void All_channels_of_an_image_move_together()
    {
        using Tensor one = Positions(50),
            images = cat([one, one + 100, one], 1),
            augmented = Apply(new Augmentation(2, flip: true), images);

        Assert.True((augmented[.., 0..1] + 100).equal(augmented[.., 1..2]).all().ToBoolean());
        Assert.True(augmented[.., 0..1].equal(augmented[.., 2..3]).all().ToBoolean());
    }

    [Fact]
    public void The_generator_decides()
    {
        var augmentation = new Augmentation(2, flip: true);
        using Tensor images = Positions(50),
            first = Apply(augmentation, images, 7),
            again = Apply(augmentation, images, 7),
            other = Apply(augmentation, images, 8);

        Assert.True(first.equal(again).all().ToBoolean());
        Assert.False(first.equal(other).all().ToBoolean());
    }

    [Fact]
    public void The_usual_shift_is_an_eighth_of_the_side_and_mirroring_is_the_tables()
    {
        using var upright = new ImageTable("toy", Positions(300).clone(), [], [.. Enumerable.Repeat(Part.Train, 300)], flips: false);
        using var augmented = Apply(Augmentation.For(upright), upright.Pixels);

        var ways = Ways(augmented, shift: 1);
        Assert.DoesNotContain(ways, way => way.Mirrored);
        Assert.Equal(9, ways.Distinct().Count());
    }

    private static Tensor Apply(Augmentation augmentation, Tensor images, ulong seed = 1)
    {
        using var random = new Generator(seed, CPU);
        return augmentation.Apply(images, random);
    }

    // A pixel's value is its place: y * Width + x.
    private static Tensor Positions(long count) =>
        arange(Height * Width, dtype: uint8).view(1, 1, Height, Width).expand(count, 1, Height, Width);

    private static (int Down, int Across, bool Mirrored)[] Ways(Tensor images, int shift)
    {
        var known = new Dictionary<string, (int, int, bool)>();
        for (var down = -shift; down <= shift; down++)
        for (var across = -shift; across <= shift; across++)
            foreach (var mirrored in new[] { false, true })
                known.Add(Convert.ToHexString(Moved(down, across, mirrored)), (down, across, mirrored));
        return
        [
            .. images
                .contiguous()
                .data<byte>()
                .ToArray()
                .Chunk(Height * Width)
                .Select(image => Assert.Contains(Convert.ToHexString(image), known)),
        ];
    }

    private static byte[] Moved(int down, int across, bool mirrored)
    {
        var image = new byte[Height * Width];
        for (var y = 0; y < Height; y++)
        for (var x = 0; x < Width; x++)
        {
            var column = Math.Clamp((mirrored ? Width - 1 - x : x) + (mirrored ? -across : across), 0, Width - 1);
            image[y * Width + x] = (byte)(Math.Clamp(y + down, 0, Height - 1) * Width + column);
        }
        return image;
    }
}

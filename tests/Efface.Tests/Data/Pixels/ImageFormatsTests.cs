using Efface.Data.Pixels;
using NetVips;
using Xunit;

namespace Efface.Tests.Data.Pixels;

/// <summary>One picture, whatever it is written as, gives the same pixels.</summary>
public sealed class ImageFormatsTests
{
    public static TheoryData<string> Formats => [.. ImageZoo.Formats];

    public static TheoryData<string, int> Turned =>
        [.. new[] { "jpeg", "png", "webp", "tiff" }.SelectMany(format => Enumerable.Range(1, 8).Select(turn => (format, turn)))];

    [Theory, MemberData(nameof(Formats))]
    public void Every_format_gives_the_same_pixels(string format)
    {
        foreach (var (width, height) in new[] { (97, 61), (64, 64), (61, 97), (32, 32) })
        foreach (var mode in Enum.GetValues<ResizeMode>())
            using (var picture = ImageZoo.Picture(width, height))
            {
                var expected = ImageZoo.Planes(picture.PngsaveBuffer(), ImageZoo.Geometry(mode));
                var found = ImageZoo.Planes(ImageZoo.Write(picture, format), ImageZoo.Geometry(mode));
                Assert.InRange(ImageZoo.Difference(expected, found), 0, ImageZoo.Tolerance(format));
            }
    }

    [Fact]
    public void A_picture_of_the_wanted_size_keeps_its_very_pixels()
    {
        using var picture = ImageZoo.Picture(48, 48);
        var interleaved = picture.WriteToMemory<byte>();
        byte[] planes =
        [
            .. from channel in Enumerable.Range(0, 3) from place in Enumerable.Range(0, 48 * 48) select interleaved[3 * place + channel],
        ];

        foreach (var mode in Enum.GetValues<ResizeMode>())
            Assert.Equal(planes, ImageZoo.Planes(picture.PngsaveBuffer(), ImageZoo.Geometry(mode, 48)));
    }

    [Theory, MemberData(nameof(Turned))]
    public void A_turned_picture_is_seen_upright(string format, int turn)
    {
        foreach (var (width, height) in new[] { (97, 61), (32, 32) })
        foreach (var mode in Enum.GetValues<ResizeMode>())
            using (var picture = ImageZoo.Picture(width, height))
            {
                using Image stored = Stored(picture, turn),
                    marked = stored.Mutate(image => image.Set(GValue.GIntType, "orientation", turn));
                var expected = ImageZoo.Planes(picture.PngsaveBuffer(), ImageZoo.Geometry(mode));
                Assert.InRange(
                    ImageZoo.Difference(expected, ImageZoo.Planes(ImageZoo.Write(marked, format), ImageZoo.Geometry(mode))),
                    0,
                    ImageZoo.Tolerance(format)
                );
            }
    }

    [Fact]
    public void A_picture_that_is_not_turned_back_would_be_noticed()
    {
        using var picture = ImageZoo.Picture();
        var upright = ImageZoo.Planes(picture.PngsaveBuffer(), ImageZoo.Geometry(ResizeMode.Stretch));

        foreach (var turn in Enumerable.Range(2, 7))
            using (var stored = Stored(picture, turn))
                Assert.InRange(
                    ImageZoo.Difference(upright, ImageZoo.Planes(stored.PngsaveBuffer(), ImageZoo.Geometry(ResizeMode.Stretch))),
                    6,
                    255
                );
    }

    [Fact]
    public void A_profile_that_is_not_heeded_would_be_noticed()
    {
        using var picture = ImageZoo.Picture();
        using Image wide = picture.IccTransform("p3", inputProfile: "srgb"),
            bare = wide.Mutate(image => image.Remove("icc-profile-data"));
        var geometry = ImageZoo.Geometry(ResizeMode.Crop);

        Assert.InRange(
            ImageZoo.Difference(ImageZoo.Planes(picture.PngsaveBuffer(), geometry), ImageZoo.Planes(bare.PngsaveBuffer(), geometry)),
            2.5,
            255
        );
    }

    [Theory]
    [
        InlineData("png", 97, 61),
        InlineData("webp, lossless", 97, 61),
        InlineData("tiff", 97, 61),
        InlineData("png, 16 bits", 97, 61),
        InlineData("avif, lossless", 97, 61)
    ]
    [
        InlineData("png", 32, 32),
        InlineData("webp, lossless", 32, 32),
        InlineData("tiff", 32, 32),
        InlineData("png, 16 bits", 32, 32),
        InlineData("png, profile", 32, 32)
    ]
    public void A_transparent_picture_lies_over_the_background(string format, int width, int height)
    {
        using var picture = ImageZoo.Picture(width, height);
        foreach (var opacity in new[] { 0.0, 128, 255 })
            using (var veiled = picture.Bandjoin([opacity]))
                foreach (var mode in Enum.GetValues<ResizeMode>())
                {
                    var (geometry, share) = (ImageZoo.Geometry(mode), opacity / 255);
                    var opaque = ImageZoo.Planes(picture.PngsaveBuffer(), geometry);
                    byte[] expected =
                    [
                        .. opaque.Select((value, i) => (byte)Math.Round(share * value + (1 - share) * Background(i, geometry))),
                    ];
                    Assert.InRange(ImageZoo.Difference(expected, ImageZoo.Planes(ImageZoo.Write(veiled, format), geometry)), 0, 1.5);
                }
    }

    [Theory]
    [
        InlineData("jpeg"),
        InlineData("png"),
        InlineData("webp"),
        InlineData("tiff"),
        InlineData("gif"),
        InlineData("png, 16 bits"),
        InlineData("png, opaque alpha"),
        InlineData("avif")
    ]
    public void A_grey_picture_has_three_equal_channels(string format)
    {
        using var picture = ImageZoo.Picture();
        using Image grey = picture[1].Copy(interpretation: Enums.Interpretation.Bw),
            three = grey.Bandjoin(grey, grey).Copy(interpretation: Enums.Interpretation.Srgb);
        var geometry = ImageZoo.Geometry(ResizeMode.Crop);
        var encoded = format is "png, 16 bits"
            ? grey.Colourspace(Enums.Interpretation.Grey16).PngsaveBuffer()
            : ImageZoo.Write(grey, format);

        var planes = ImageZoo.Planes(encoded, geometry);
        var channels = planes.Chunk(geometry.Bytes / 3).ToArray();
        Assert.InRange(ImageZoo.Difference(ImageZoo.Planes(three.PngsaveBuffer(), geometry), planes), 0, ImageZoo.Tolerance(format));
        Assert.InRange(ImageZoo.Difference(channels[0], channels[1]), 0, 1);
        Assert.InRange(ImageZoo.Difference(channels[0], channels[2]), 0, 1);
    }

    [Fact]
    public void Of_a_moving_picture_the_first_frame_is_taken()
    {
        using Image picture = ImageZoo.Picture(64, 64),
            other = picture.Invert(),
            strip = picture.Join(other, Enums.Direction.Vertical);
        using var moving = strip.Mutate(image => image.Set(GValue.GIntType, "page-height", 64));
        var geometry = ImageZoo.Geometry(ResizeMode.Stretch);

        foreach (var encoded in new[] { moving.GifsaveBuffer(), moving.WebpsaveBuffer(lossless: true), moving.TiffsaveBuffer() })
            Assert.InRange(
                ImageZoo.Difference(ImageZoo.Planes(picture.PngsaveBuffer(), geometry), ImageZoo.Planes(encoded, geometry)),
                0,
                ImageZoo.Tolerance("gif")
            );
    }

    [Fact]
    public void Channels_beyond_colour_and_alpha_are_a_fault_or_left_out()
    {
        using var picture = ImageZoo.Picture();
        foreach (var extra in new[] { 2, 3, 7 })
            using (var many = picture.Bandjoin(Enumerable.Repeat(255.0, extra).ToArray()))
            {
                var geometry = ImageZoo.Geometry(ResizeMode.Crop);
                var pixels = new byte[geometry.Bytes];
                var result = new ImageDecoder(geometry, ImageZoo.Limits).Decode(many.TiffsaveBuffer(), pixels);
                if (result.Fault is DecodingFault.None)
                    Assert.InRange(ImageZoo.Difference(ImageZoo.Planes(picture.PngsaveBuffer(), geometry), pixels), 0, 1);
            }
    }

    private static byte Background(int place, ImageGeometry geometry) =>
        (place / (geometry.Side * geometry.Side)) switch
        {
            0 => geometry.Background.Red,
            1 => geometry.Background.Green,
            _ => geometry.Background.Blue,
        };

    // How a camera held in this way stores what should be seen upright: the inverse of what EXIF says is to be done.
    private static Image Stored(Image upright, int turn) =>
        turn switch
        {
            1 => upright.Copy(),
            2 => upright.FlipHor(),
            3 => upright.Rot180(),
            4 => upright.FlipVer(),
            5 => upright.Rot90().FlipHor(),
            6 => upright.Rot270(),
            7 => upright.Rot90().FlipVer(),
            _ => upright.Rot90(),
        };
}

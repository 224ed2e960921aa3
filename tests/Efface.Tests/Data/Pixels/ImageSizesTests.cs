using System.Buffers.Binary;
using System.Diagnostics;
using CsCheck;
using Efface.Data.Pixels;
using NetVips;
using Xunit;

namespace Efface.Tests.Data.Pixels;

/// <summary>Pictures of any size and proportion become square in the way that was asked for.</summary>
public sealed class ImageSizesTests
{
    private static readonly Gen<(int Width, int Height, int Side)> Sizes = Gen.Select(Gen.Int[1, 150], Gen.Int[1, 150], Gen.Int[8, 40]);

    [Theory]
    [
        InlineData(1, 1),
        InlineData(1, 2),
        InlineData(2, 1),
        InlineData(3, 3),
        InlineData(1, 5000),
        InlineData(5000, 1),
        InlineData(4999, 3),
        InlineData(2000, 1500)
    ]
    public void Any_size_decodes(int width, int height)
    {
        using var picture = Solid(width, height, 10, 200, 90);
        foreach (var mode in Enum.GetValues<ResizeMode>())
        foreach (var encoded in new[] { picture.PngsaveBuffer(), picture.JpegsaveBuffer(q: 95) })
        {
            var planes = Channels(ImageZoo.Planes(encoded, ImageZoo.Geometry(mode)));
            // The picture is somewhere in the middle, however thin it became.
            var middle = Enumerable
                .Range(0, 32 * 32)
                .Where(place => mode is not ResizeMode.Fit || place / 32 is >= 15 and <= 16 && place % 32 is >= 15 and <= 16);
            Assert.Contains(middle, place => Near(planes, place, 10, 200, 90));
            if (mode is not ResizeMode.Fit)
                Assert.All(middle, place => Assert.True(Near(planes, place, 10, 200, 90)));
        }
    }

    [Fact]
    public void Fitting_keeps_all_of_it_between_bars_of_the_background() =>
        Sizes.Sample(
            (width, height, side) =>
            {
                using var picture = Solid(width, height, 10, 200, 90);
                var planes = Channels(ImageZoo.Planes(picture.PngsaveBuffer(), ImageZoo.Geometry(ResizeMode.Fit, side)));
                var isBar = Enumerable.Range(0, side * side).Select(place => Near(planes, place, 255, 0, 255)).ToArray();
                var (across, down) = (Line(isBar, place => place % side), Line(isBar, place => place / side));

                // No pixel is a mixture: bars have hard edges, and what is between them is the picture.
                Assert.All(Enumerable.Range(0, side * side), place => Assert.True(isBar[place] || Near(planes, place, 10, 200, 90)));
                Assert.Equal((double)side * Math.Min(width, height) / Math.Max(width, height), Math.Min(across.Length, down.Length), 1.0);
                Assert.Equal(side, Math.Max(across.Length, down.Length));
                Assert.All(new[] { across, down }, line => Assert.InRange(line.From - (side - line.From - line.Length), -1, 1));

                (int From, int Length) Line(bool[] bars, Func<int, int> along)
                {
                    var places = Enumerable.Range(0, side * side).Where(place => !bars[place]).Select(along).ToArray();
                    return (places.Min(), places.Max() - places.Min() + 1);
                }
            },
            iter: 60
        );

    [Fact]
    public void Cropping_takes_the_largest_square_in_the_middle() =>
        Sizes
            .Where(size => Math.Min(size.Width, size.Height) >= 8)
            .Sample(
                (width, height, side) =>
                {
                    using var picture = ImageZoo.Picture(width, height);
                    // Where the middle lies between two pixels, it is half of each cut beside it.
                    var expected = Cut(0).Zip(Cut(1), (before, after) => (byte)((before + after) / 2)).ToArray();

                    // Half a pixel to either side is a matter of rounding; all of the picture is less than 150 steps high.
                    Assert.InRange(
                        ImageZoo.Difference(expected, ImageZoo.Planes(picture.PngsaveBuffer(), ImageZoo.Geometry(ResizeMode.Crop, side))),
                        0,
                        1 + 75.0 / side
                    );

                    byte[] Cut(int rounding)
                    {
                        var square = Math.Min(width, height);
                        using var cut = picture.ExtractArea(
                            (width - square + rounding) / 2,
                            (height - square + rounding) / 2,
                            square,
                            square
                        );
                        return ImageZoo.Planes(cut.PngsaveBuffer(), ImageZoo.Geometry(ResizeMode.Stretch, side));
                    }
                },
                iter: 60
            );

    [Fact]
    public void Stretching_keeps_every_corner() =>
        Sizes
            .Where(size => Math.Min(size.Width, size.Height) >= 40)
            .Sample(
                (width, height, side) =>
                {
                    using var picture = ImageZoo.Picture(width, height);
                    var planes = Channels(ImageZoo.Planes(picture.PngsaveBuffer(), ImageZoo.Geometry(ResizeMode.Stretch, side)));
                    foreach (var (x, y) in new[] { (0, 0), (1, 0), (0, 1), (1, 1) })
                    {
                        var corner = picture[x * (width - 1), y * (height - 1)];
                        var place = y * (side - 1) * side + x * (side - 1);
                        Assert.All(Enumerable.Range(0, 3), channel => Assert.Equal(corner[channel], planes[channel][place], 20.0));
                    }
                },
                iter: 60
            );

    [Fact]
    public void A_square_picture_is_the_same_in_every_way()
    {
        using var picture = ImageZoo.Picture(77, 77);
        var ways = Enum.GetValues<ResizeMode>().Select(mode => ImageZoo.Planes(picture.PngsaveBuffer(), ImageZoo.Geometry(mode))).ToArray();

        Assert.All(ways, planes => Assert.Equal(ways[0], planes));
    }

    [Theory]
    [InlineData(".jpg"), InlineData(".png"), InlineData(".webp"), InlineData(".gif"), InlineData(".tif"), InlineData(".avif")]
    public void A_limit_is_kept_to_the_pixel(string suffix)
    {
        using var picture = ImageZoo.Picture(50, 40);
        var encoded = picture.WriteToBuffer(suffix);
        var geometry = ImageZoo.Geometry(ResizeMode.Crop);

        Assert.Equal(
            new Decoding(DecodingFault.None, 50, 40),
            new ImageDecoder(geometry, ImageZoo.Limits with { Pixels = 2000 }).Decode(encoded, new byte[geometry.Bytes])
        );
        Assert.Equal(
            new Decoding(DecodingFault.TooManyPixels, 50, 40),
            new ImageDecoder(geometry, ImageZoo.Limits with { Pixels = 1999 }).Decode(encoded, new byte[geometry.Bytes])
        );
    }

    [Theory]
    [InlineData(30_000, false), InlineData(30_000, true), InlineData(1_000_000, false)]
    public void A_small_file_that_claims_billions_of_pixels_is_refused_at_once(int claimed, bool interlaced)
    {
        using var small = Image.Black(8, 8);
        var bomb = small.PngsaveBuffer(interlace: interlaced);
        // Length, "IHDR", width and height; libpng looks at the checksum behind them.
        BinaryPrimitives.WriteInt32BigEndian(bomb.AsSpan(16), claimed);
        BinaryPrimitives.WriteInt32BigEndian(bomb.AsSpan(20), claimed);
        BinaryPrimitives.WriteUInt32BigEndian(bomb.AsSpan(29), Crc32(bomb.AsSpan(12, 17)));
        var geometry = ImageZoo.Geometry(ResizeMode.Crop);
        var decoder = new ImageDecoder(geometry, ImageZoo.Limits);
        var clock = Stopwatch.StartNew();

        Assert.Equal(new Decoding(DecodingFault.TooManyPixels, claimed, claimed), decoder.Decode(bomb, new byte[geometry.Bytes]));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 2);
    }

    private static Image Solid(int width, int height, params double[] colour)
    {
        using var black = Image.Black(width, height, 3);
        return (black + colour).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
    }

    // As PNG has it.
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var value in bytes)
        {
            sum ^= value;
            for (var bit = 0; bit < 8; bit++)
                sum = (sum & 1) == 0 ? sum >> 1 : (sum >> 1) ^ 0xEDB88320;
        }
        return ~sum;
    }

    private static byte[][] Channels(byte[] planes) => [.. planes.Chunk(planes.Length / 3)];

    private static bool Near(byte[][] planes, int place, params int[] colour) =>
        Enumerable.Range(0, 3).All(channel => Math.Abs(planes[channel][place] - colour[channel]) <= 4);
}

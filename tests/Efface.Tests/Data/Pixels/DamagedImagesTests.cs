using System.Diagnostics;
using Efface.Data.Pixels;
using NetVips;
using Xunit;

namespace Efface.Tests.Data.Pixels;

/// <summary>
/// Whatever the bytes are, decoding ends soon, in pixels or in a fault, and a part of a picture is never taken for the whole.
/// </summary>
public sealed class DamagedImagesTests
{
    private const byte Untouched = 123;

    // A TIFF's profile may lie behind its pixels, and libtiff goes on without what it cannot read of it: such a cut gives other colours.
    public static TheoryData<string> Formats => [.. ImageZoo.Formats.Where(format => format is not "tiff, cmyk")];

    [Theory, MemberData(nameof(Formats))]
    public void A_picture_cut_short_is_a_fault_or_has_all_its_pixels(string format) => Cut(format, 97, 61);

    [Theory, MemberData(nameof(Formats))]
    public void A_picture_of_the_wanted_size_cut_short_is_a_fault_or_has_all_its_pixels(string format) => Cut(format, 32, 32);

    private static void Cut(string format, int width, int height)
    {
        using var picture = ImageZoo.Picture(width, height);
        var whole = ImageZoo.Write(picture, format);
        foreach (var mode in Enum.GetValues<ResizeMode>())
        {
            var intact = ImageZoo.Planes(whole, ImageZoo.Geometry(mode));
            for (var tenth = 0; tenth < 10; tenth++)
            {
                var (result, pixels) = Decode(whole[..(whole.Length * tenth / 10)], mode);
                if (result.Fault is DecodingFault.None)
                    Assert.Equal(intact, pixels);
                else
                    Assert.All(pixels, value => Assert.Equal(Untouched, value));
            }
        }
    }

    [Theory]
    [InlineData("jpeg"), InlineData("png"), InlineData("webp"), InlineData("gif"), InlineData("avif"), InlineData("tiff, jpeg")]
    public void A_picture_without_its_last_fifth_is_a_fault(string format)
    {
        using var picture = ImageZoo.Picture();
        var whole = ImageZoo.Write(picture, format);

        Assert.NotEqual(DecodingFault.None, Decode(whole[..(whole.Length * 4 / 5)]).Result.Fault);
    }

    [Fact]
    public void What_is_no_picture_is_told_as_such()
    {
        var random = new byte[10_000];
        new Random(1).NextBytes(random);
        byte[][] others =
        [
            [],
            [0],
            [0xFF],
            random,
            [.. "image,label\na.jpg,1\n"u8],
            [.. "<html><body>404</body></html>"u8],
            [.. "version https://git-lfs.github.com/spec/v1\n"u8],
            new byte[5000],
        ];

        Assert.All(others, bytes => Assert.Equal(DecodingFault.UnknownFormat, Decode(bytes).Result.Fault));
    }

    [Fact]
    public void Formats_that_are_drawn_or_run_are_not_opened()
    {
        byte[][] others =
        [
            [.. "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'></svg>"u8],
            [.. "%PDF-1.4\n"u8],
            [.. "1,2,3\n4,5,6\n"u8],
            [.. "P6 1 1 255 abc"u8],
        ];

        Assert.All(others, bytes => Assert.Equal(DecodingFault.UnknownFormat, Decode(bytes).Result.Fault));
    }

    [Fact]
    public void A_mutated_picture_ends_soon_in_pixels_or_a_fault()
    {
        using var picture = ImageZoo.Picture();
        using var small = ImageZoo.Picture(32, 32);
        var wholes = ImageZoo
            .Formats.Where(format => !format.Contains("cmyk", StringComparison.Ordinal))
            .SelectMany(format => new[] { ImageZoo.Write(picture, format), ImageZoo.Write(small, format) })
            .ToArray();
        var limits = ImageZoo.Limits with { Pixels = 1_000_000, Seconds = 2 };
        var decoders = Enum.GetValues<ResizeMode>().Select(mode => new ImageDecoder(ImageZoo.Geometry(mode), limits)).ToArray();
        var pixels = new byte[ImageZoo.Geometry(ResizeMode.Crop).Bytes];

        foreach (var seed in Enumerable.Range(0, Mutation.Count))
        {
            var mutated = Mutation.OfBytes(wholes[seed % wholes.Length], seed);
            var clock = Stopwatch.StartNew();
            var fault = Record.Exception(() => decoders[seed / wholes.Length % 3].Decode(mutated, pixels));
            Assert.True(fault is null && clock.Elapsed.TotalSeconds < 10, $"seed {seed}: {clock.Elapsed.TotalSeconds:F1} s, {fault}");
        }
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void A_picture_that_takes_too_long_is_given_up(bool turned)
    {
        using Image black = Image.Black(4000, 4000, 3),
            picture = black.Mutate(image => image.Set(GValue.GIntType, "orientation", turned ? 6 : 1));
        var geometry = ImageZoo.Geometry(ResizeMode.Crop);

        Assert.Equal(
            new Decoding(DecodingFault.TimedOut, 4000, 4000),
            new ImageDecoder(geometry, ImageZoo.Limits with { Seconds = 1e-6 }).Decode(
                picture.PngsaveBuffer(compression: 1),
                new byte[geometry.Bytes]
            )
        );
    }

    [Fact]
    public void Damaged_and_intact_pictures_decode_side_by_side()
    {
        using var picture = ImageZoo.Picture();
        var whole = ImageZoo.Write(picture, "jpeg");
        var intact = ImageZoo.Planes(whole, ImageZoo.Geometry(ResizeMode.Crop));

        // What libvips says of an error is kept for the whole process: one picture's must not become another's.
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var (result, pixels) = Decode(i % 2 == 0 ? whole : whole[..(whole.Length / 2)]);
            Assert.Equal(i % 2 == 0 ? DecodingFault.None : DecodingFault.Damaged, result.Fault);
            if (i % 2 == 0)
                Assert.Equal(intact, pixels);
        });
    }

    private static (Decoding Result, byte[] Pixels) Decode(byte[] encoded, ResizeMode mode = ResizeMode.Crop)
    {
        var geometry = ImageZoo.Geometry(mode);
        byte[] pixels = [.. Enumerable.Repeat(Untouched, geometry.Bytes)];
        return (new ImageDecoder(geometry, ImageZoo.Limits).Decode(encoded, pixels), pixels);
    }
}

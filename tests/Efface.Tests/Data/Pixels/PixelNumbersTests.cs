using Efface.Data.Pixels;
using NetVips;
using Xunit;

namespace Efface.Tests.Data.Pixels;

/// <summary>
/// A picture whose numbers could mean another brightness is refused, with what was found, and never black or white without a word.
/// </summary>
public sealed class PixelNumbersTests
{
    private static readonly ImageGeometry Geometry = ImageZoo.Geometry(ResizeMode.Crop);

    public static TheoryData<string, string> Strange =>
        new()
        {
            { "floats from -1 to 1", "-1 to 1" },
            { "floats to 3", "0 to 3" },
            { "floats to 256", "0 to 256" },
            { "floats with a hole", "NaN or infinity" },
            { "floats without end", "NaN or infinity" },
            { "signed 16 bits to 32,640", "0 to 32640" },
            { "16 bits to 255", "0 to 255" },
            { "16 bits to 4,080", "0 to 4080" },
            { "32 bits to 65,535", "0 to 65535" },
            { "32 bits to 1", "0 to 1" },
            { "floats to 255, transparency to 1", "0 to 255, transparency 1 to 1" },
            { "16 bits to 255, opaque", "0 to 255, transparency 65535 to 65535" },
        };

    [Theory, MemberData(nameof(Strange))]
    public void Numbers_of_no_known_scale_are_a_fault_that_says_what_was_found(string kind, string found)
    {
        using var ramp = Ramp();
        var pixels = new byte[Geometry.Bytes];

        var result = new ImageDecoder(Geometry, ImageZoo.Limits).Decode(Write(ramp, kind), pixels);

        Assert.Equal((DecodingFault.StrangeNumbers, found), (result.Fault, result.Found));
        Assert.All(pixels, value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_black_picture_is_black_in_every_kind_of_number()
    {
        using var ramp = Ramp();
        using var black = ramp * 0;
        foreach (
            var format in new[]
            {
                Enums.BandFormat.Ushort,
                Enums.BandFormat.Short,
                Enums.BandFormat.Uint,
                Enums.BandFormat.Int,
                Enums.BandFormat.Float,
            }
        )
            Assert.All(ImageZoo.Planes(Tiff(black, format), Geometry), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Transparency_of_floats_lies_over_the_background_as_that_of_bytes_does()
    {
        using var picture = ImageZoo.Picture();
        using Image veiled = picture.Bandjoin([128.0]),
            floats = veiled / 255;

        var expected = ImageZoo.Planes(veiled.TiffsaveBuffer(), Geometry);
        Assert.InRange(ImageZoo.Difference(expected, ImageZoo.Planes(floats.TiffsaveBuffer(), Geometry)), 0, 1);
    }

    // libvips itself refuses them, with "samples out of range".
    [Fact]
    public void Floats_of_64_bits_are_a_fault_that_names_them()
    {
        using var picture = ImageZoo.Picture();
        using var doubles = picture.Cast(Enums.BandFormat.Double);

        Assert.Equal(
            DecodingFault.UnreadTiff,
            new ImageDecoder(Geometry, ImageZoo.Limits).Decode(doubles.TiffsaveBuffer(), new byte[Geometry.Bytes]).Fault
        );
    }

    [Fact]
    public void A_row_with_such_a_picture_is_skipped_with_what_was_found_and_the_remedy()
    {
        using var ramp = Ramp();
        using var cache = new CacheInTemp();
        var images = new FakeImages([Write(ramp, "floats to 3"), Tiff(ramp, Enums.BandFormat.Uchar)]);

        // Twice: a cache that knows the others does not forget this one.
        Assert.Equal([0], cache.Decode(images).Faults.Keys);
        var fault = Assert.Single(cache.Decode(images).Faults).Value;

        Assert.Equal("0 to 3", fault.Value);
        Assert.Contains("8 bits", fault.Remedy, StringComparison.Ordinal);
    }

    // Grey, from 0 to 255.
    private static Image Ramp()
    {
        using var places = Image.Xyz(52, 40);
        return places[0] * 5;
    }

    private static byte[] Write(Image ramp, string kind) =>
        kind switch
        {
            "floats from -1 to 1" => Tiff(ramp * (2 / 255.0) - 1, Enums.BandFormat.Float),
            "floats to 3" => Tiff(ramp * (3 / 255.0), Enums.BandFormat.Float),
            "floats to 256" => Tiff(ramp * (256 / 255.0), Enums.BandFormat.Float),
            "floats with a hole" => With(float.NaN),
            "floats without end" => With(float.PositiveInfinity),
            "signed 16 bits to 32,640" => Tiff(ramp * 128, Enums.BandFormat.Short),
            "16 bits to 255" => Tiff(ramp, Enums.BandFormat.Ushort),
            "16 bits to 4,080" => Tiff(ramp * 16, Enums.BandFormat.Ushort),
            "32 bits to 65,535" => Tiff(ramp * 257, Enums.BandFormat.Uint),
            "32 bits to 1" => Tiff(ramp / 255, Enums.BandFormat.Int),
            "floats to 255, transparency to 1" => Tiff(ramp.Bandjoin(ramp, ramp, ramp * 0 + 1), Enums.BandFormat.Float),
            _ => Tiff(ramp.Bandjoin(ramp, ramp, ramp * 0 + 65535), Enums.BandFormat.Ushort),
        };

    private static byte[] With(float odd)
    {
        var numbers = new float[52 * 40];
        numbers[1000] = odd;
        using var image = Image.NewFromMemoryCopy(numbers, 52, 40, 1, Enums.BandFormat.Float);
        return Tiff(image, Enums.BandFormat.Float);
    }

    private static byte[] Tiff(Image image, Enums.BandFormat format)
    {
        var colours =
            image.Bands < 3 ? Enums.Interpretation.Bw
            : format == Enums.BandFormat.Ushort ? Enums.Interpretation.Rgb16
            : Enums.Interpretation.Srgb;
        return image.Cast(format).Copy(interpretation: colours).TiffsaveBuffer();
    }
}

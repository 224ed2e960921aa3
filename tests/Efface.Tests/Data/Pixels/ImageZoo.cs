using Efface.Data.Pixels;
using NetVips;

namespace Efface.Tests.Data.Pixels;

/// <summary>One smooth and colourful picture, written in every way that Efface reads.</summary>
internal static class ImageZoo
{
    /// <summary>Generous: none of these tests is about limits unless it says so.</summary>
    public static readonly ImageLimits Limits = new(100_000_000, 100_000_000, 60);

    /// <summary>Where alpha is tested, and where bars are: a colour that the picture has nowhere.</summary>
    public static readonly Colour Magenta = new(255, 0, 255);

    // What each loses besides the resampling, in steps of 255 on average. Inks lose most: they cannot show all that a screen can.
    private static readonly Dictionary<string, (double Loss, Func<Image, byte[]> Write)> Writers = new()
    {
        ["jpeg"] = (1, image => image.JpegsaveBuffer(q: 90)),
        ["jpeg, progressive"] = (1, image => image.JpegsaveBuffer(q: 90, interlace: true)),
        ["jpeg, cmyk"] = (2.5, image => image.IccTransform("cmyk", inputProfile: "srgb").JpegsaveBuffer(q: 95)),
        ["jpeg, profile"] = (1, image => image.IccTransform("p3", inputProfile: "srgb").JpegsaveBuffer(q: 95)),
        ["png"] = (0, image => image.PngsaveBuffer()),
        ["png, interlaced"] = (0, image => image.PngsaveBuffer(interlace: true)),
        ["png, palette"] = (1.5, image => image.PngsaveBuffer(palette: true, q: 100)),
        ["png, 16 bits"] = (0.5, image => image.Colourspace(Enums.Interpretation.Rgb16).PngsaveBuffer()),
        ["png, profile"] = (0.5, image => image.IccTransform("p3", inputProfile: "srgb").PngsaveBuffer()),
        ["png, 16 bits, profile"] = (0.5, image => image.IccTransform("p3", inputProfile: "srgb", depth: 16).PngsaveBuffer()),
        ["png, opaque alpha"] = (0, image => image.Bandjoin([255.0]).PngsaveBuffer()),
        ["webp"] = (1.5, image => image.WebpsaveBuffer(q: 95)),
        ["webp, lossless"] = (0, image => image.WebpsaveBuffer(lossless: true)),
        ["gif"] = (1.5, image => image.GifsaveBuffer()),
        ["tiff"] = (0, image => image.TiffsaveBuffer()),
        ["tiff, lzw"] = (0, image => image.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Lzw)),
        ["tiff, tiles"] = (0, image =>
            image.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Deflate, tile: true, tileWidth: 16, tileHeight: 16)
        ),
        ["tiff, jpeg"] = (1, image => image.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Jpeg, q: 90)),
        ["tiff, 16 bits"] = (0.5, image => image.Colourspace(Enums.Interpretation.Rgb16).TiffsaveBuffer()),
        ["tiff, floats to 1"] = (0.5, image => (image / 255).TiffsaveBuffer()),
        ["tiff, floats to 255"] = (0.5, image => image.Cast(Enums.BandFormat.Float).TiffsaveBuffer()),
        ["tiff, signed 16 bits to 255"] = (0, image => image.Cast(Enums.BandFormat.Short).TiffsaveBuffer()),
        ["tiff, 32 bits to 255"] = (0, image => image.Cast(Enums.BandFormat.Uint).TiffsaveBuffer()),
        ["tiff, cmyk"] = (2.5, image =>
            image.IccTransform("cmyk", inputProfile: "srgb").TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Lzw)
        ),
        ["avif"] = (1, image => image.HeifsaveBuffer(q: 90, compression: Enums.ForeignHeifCompression.Av1, effort: 1)),
        ["avif, lossless"] = (0.5, image => image.HeifsaveBuffer(lossless: true, compression: Enums.ForeignHeifCompression.Av1, effort: 1)),
    };

    /// <summary>Names of the ways to write a picture.</summary>
    public static IEnumerable<string> Formats => Writers.Keys;

    /// <summary>Ramps of three colours and a disc, none of them near the edge of what inks can show.</summary>
    public static Image Picture(int width = 97, int height = 61)
    {
        using var places = Image.Xyz(width, height);
        using Image across = places[0] / Math.Max(1, width - 1),
            down = places[1] / Math.Max(1, height - 1);
        // Off the middle, so that no turned or mirrored picture is the picture itself.
        using Image x = across - 0.3,
            y = down - 0.4,
            far = x * x + y * y;
        using Image disc = far * -30 + 2,
            above = disc > 0,
            below = disc < 1,
            soft = above.Ifthenelse(disc, 0),
            inside = below.Ifthenelse(soft, 1);
        using Image red = across * 100 + 70 + inside * 40,
            green = down * 90 + 80,
            blue = (across - down) * 50 + 130 - inside * 50;
        return red.Bandjoin(green, blue).Rint().Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb).CopyMemory();
    }

    /// <summary>A picture as a file.</summary>
    public static byte[] Write(Image picture, string format) => Writers[format].Write(picture);

    /// <summary>How far a file's pixels may be from the picture's on average, for a picture that is resampled too.</summary>
    public static double Tolerance(string format) => Writers[format].Loss + 0.5;

    /// <summary>A picture of one colour that tells a number.</summary>
    public static byte[] Numbered(int number)
    {
        using var black = Image.Black(2, 2, 3);
        using var picture = (black + new double[] { number & 255, number >> 8, 77 })
            .Cast(Enums.BandFormat.Uchar)
            .Copy(interpretation: Enums.Interpretation.Srgb);
        return picture.PngsaveBuffer(compression: 1);
    }

    /// <summary>Decodes what must have pixels.</summary>
    public static byte[] Planes(byte[] encoded, ImageGeometry geometry)
    {
        var pixels = new byte[geometry.Bytes];
        var result = new ImageDecoder(geometry, Limits).Decode(encoded, pixels);
        return result.Fault is DecodingFault.None ? pixels : throw new InvalidOperationException($"{result}");
    }

    /// <summary>Over the background that most of these tests use.</summary>
    public static ImageGeometry Geometry(ResizeMode mode, int side = 32) => new(side, mode, Magenta);

    /// <summary>Mean absolute difference of two pictures, in steps of 255.</summary>
    public static double Difference(byte[] one, byte[] other) => one.Zip(other, (a, b) => Math.Abs(a - b)).Average();
}

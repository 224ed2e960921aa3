using System.Globalization;
using NetVips;

namespace Efface.Data.Pixels;

/// <summary>
/// What the numbers of a picture mean if they do not have 8 bits. Its format does not say: floats may reach to 1 or to 255, whole numbers
/// of 16 bits to 255, 4,095 or 65,535. At the wrong scale a picture becomes black or white and is still a valid picture.
/// </summary>
/// <param name="scale">The factor that maps them to 0 to 255.</param>
/// <param name="found">The smallest and the largest, in words.</param>
internal sealed class PixelNumbers(double? scale, string found)
{
    // Below a sixteenth of what the scale allows everything is nearly black: then the scale is more likely wrong.
    private const double Darkest = 1 / 16.0;
    private const double White = byte.MaxValue,
        WhiteOf16Bits = ushort.MaxValue;

    // For other colour spaces (inks, CIELAB) the library knows the scale.
    private static readonly Enums.Interpretation[] Light =
    [
        Enums.Interpretation.Multiband,
        Enums.Interpretation.Bw,
        Enums.Interpretation.Srgb,
        Enums.Interpretation.Rgb,
        Enums.Interpretation.Scrgb,
        Enums.Interpretation.Grey16,
        Enums.Interpretation.Rgb16,
    ];

    /// <summary>The smallest and the largest, in words.</summary>
    public string Found => found;

    /// <summary>Whether their scale is known.</summary>
    public bool AreKnown => scale is not null;

    /// <summary>Whether the header alone determines the picture's scale.</summary>
    public static bool AreUsual(Image picture) => picture.Format is Enums.BandFormat.Uchar || !Light.Contains(picture.Interpretation);

    /// <summary>Whether the library converts them to 8 bits correctly: unsigned 16 bits, from black to white.</summary>
    public static bool AreReadAsTheyStand(Image picture) =>
        picture is { Format: Enums.BandFormat.Ushort, Interpretation: Enums.Interpretation.Grey16 or Enums.Interpretation.Rgb16 };

    /// <summary>Examines every number of a picture; transparency must be at the scale of the colours.</summary>
    /// <param name="picture">Read from its beginning.</param>
    /// <param name="timeUp">Ends it early.</param>
    /// <exception cref="VipsException">It is damaged, or the time was up.</exception>
    public static PixelNumbers Of(Image picture, CancellationToken timeUp)
    {
        using var floats = picture.Cast(Enums.BandFormat.Float);
        floats.SetProgress(ImageDecoder.Silent, timeUp);
        var (numbers, bands, colours) = (
            floats.WriteToMemory<float>(),
            picture.Bands,
            picture.HasAlpha() ? picture.Bands - 1 : picture.Bands
        );
        if (!Array.TrueForAll(numbers, float.IsFinite))
            return new(null, "NaN or infinity");
        var (low, high) = Range(numbers, bands, 0..colours);
        var scale = Scale(picture, low, high);
        if (colours < bands && Range(numbers, bands, colours..bands) is var (clear, opaque) && Scale(picture, clear, opaque) != scale)
            return new(null, $"{InWords(low, high)}, transparency {InWords(clear, opaque)}");
        return new(scale, InWords(low, high));
    }

    /// <summary>The same picture in 8 bits, with its orientation and profile.</summary>
    public byte[] InEightBits(Image picture)
    {
        using Image scaled = picture * scale!.Value,
            rounded = scaled.Rint(),
            bytes = rounded.Cast(Enums.BandFormat.Uchar);
        using var light = bytes.Copy(interpretation: picture.Bands < 3 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
        return light.TiffsaveBuffer();
    }

    private static double? Scale(Image picture, double low, double high)
    {
        var white = picture.Format switch
        {
            Enums.BandFormat.Float or Enums.BandFormat.Double when high <= 1 => 1,
            Enums.BandFormat.Ushort when AreReadAsTheyStand(picture) => WhiteOf16Bits,
            _ => White,
        };
        return low >= 0 && high <= white && (high == 0 || high >= Darkest * white) ? White / white : null;
    }

    private static (float Low, float High) Range(float[] numbers, int bands, Range wanted)
    {
        var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
        for (var i = 0; i < numbers.Length; i += bands)
            foreach (var number in numbers.AsSpan(i, bands)[wanted])
                (low, high) = (Math.Min(low, number), Math.Max(high, number));
        return (low, high);
    }

    private static string InWords(float low, float high) => string.Create(CultureInfo.InvariantCulture, $"{low:G6} to {high:G6}");
}

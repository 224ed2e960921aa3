using System.Globalization;

namespace Efface.Data.Pixels;

/// <summary>How a non-square picture becomes square.</summary>
public enum ResizeMode
{
    /// <summary>The largest square in its middle.</summary>
    Crop,

    /// <summary>All of it, with bars of the background colour.</summary>
    Fit,

    /// <summary>All of it, with its proportions changed.</summary>
    Stretch,
}

/// <summary>A colour, sRGB.</summary>
public readonly record struct Colour(byte Red, byte Green, byte Blue)
{
    /// <summary>White: what most viewers show behind a transparent picture.</summary>
    public static Colour White { get; } = new(255, 255, 255);

    /// <summary>Reads <c>R,G,B</c> with numbers from 0 to 255; null when it is something else.</summary>
    public static Colour? Parse(string text)
    {
        var parts = text.Split(',');
        return parts.Length == 3 && Channel(parts[0], out var red) && Channel(parts[1], out var green) && Channel(parts[2], out var blue)
            ? new Colour(red, green, blue)
            : null;

        static bool Channel(string part, out byte value) =>
            byte.TryParse(part, NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out value);
    }
}

/// <summary>The common format of a data set's images: three channels, square, sRGB.</summary>
/// <param name="Side">Pixels.</param>
/// <param name="Mode">How it becomes square.</param>
/// <param name="Background">Behind transparent pixels, and the bars of <see cref="ResizeMode.Fit"/>.</param>
public sealed record ImageGeometry(int Side, ResizeMode Mode, Colour Background)
{
    /// <summary>Bytes of one image, [3, Side, Side].</summary>
    public int Bytes => 3 * Side * Side;
}

/// <summary>Limits on a picture, checked before it is decoded.</summary>
/// <param name="Pixels">Width times height; a small file can claim billions of pixels.</param>
/// <param name="Bytes">Of the file.</param>
/// <param name="Seconds">For decoding one picture.</param>
public sealed record ImageLimits(long Pixels, long Bytes, double Seconds);

using SkiaSharp;

namespace Efface.Data.Drawn;

/// <summary>The colours that factors name, and the mixing of paint.</summary>
internal static class DrawnColours
{
    public static readonly SKColor Ink = new(0x1C, 0x12, 0x10),
        Rose = new(0xC0, 0x3A, 0x48),
        White = new(0xFA, 0xF7, 0xF1),
        Freckle = new(0x7A, 0x45, 0x25),
        Violet = new(0x3A, 0x1C, 0x38),
        Throat = new(0x4A, 0x10, 0x18),
        Stubble = new(0x30, 0x30, 0x3C);

    public static SKColor Skin(SkinTone tone, DrawnSitter sitter) =>
        tone switch
        {
            SkinTone.Light => Pick((16, 30), (48, 75), (77, 86), sitter.Hue, sitter.Saturation, sitter.Lightness),
            SkinTone.Medium => Pick((20, 30), (38, 52), (54, 63), sitter.Hue, sitter.Saturation, sitter.Lightness),
            _ => Pick((16, 24), (34, 48), (27, 36), sitter.Hue, sitter.Saturation, sitter.Lightness),
        };

    public static SKColor Hair(HairColour hair, DrawnSitter sitter) =>
        hair switch
        {
            HairColour.Black => Pick((220, 300), (4, 14), (7, 12), sitter.HairHue, sitter.HairSaturation, sitter.HairLightness),
            HairColour.Brown => Pick((20, 28), (38, 55), (20, 28), sitter.HairHue, sitter.HairSaturation, sitter.HairLightness),
            HairColour.Blond => Pick((41, 49), (55, 80), (58, 70), sitter.HairHue, sitter.HairSaturation, sitter.HairLightness),
            _ => Pick((8, 17), (60, 76), (35, 44), sitter.HairHue, sitter.HairSaturation, sitter.HairLightness),
        };

    /// <summary>From this colour at 0 to the other at 1.</summary>
    public static SKColor Mix(this SKColor colour, SKColor other, float amount) =>
        new(
            (byte)float.Lerp(colour.Red, other.Red, amount),
            (byte)float.Lerp(colour.Green, other.Green, amount),
            (byte)float.Lerp(colour.Blue, other.Blue, amount)
        );

    /// <summary>Darker (down to black at -1) or lighter (up to white at 1).</summary>
    public static SKColor Shade(this SKColor colour, float amount) =>
        colour.Mix(amount < 0 ? SKColors.Black : SKColors.White, Math.Abs(amount));

    /// <summary>The colour laid on thinly: 0 is not at all, 1 covers.</summary>
    public static SKColor Thin(this SKColor colour, float strength) => colour.WithAlpha((byte)(255 * strength));

    public static bool IsBright(this SKColor colour)
    {
        colour.ToHsl(out _, out _, out var lightness);
        return lightness > 62;
    }

    /// <summary>Hue in degrees, saturation and lightness in percent, each at its place (0 to 1) in a range.</summary>
    private static SKColor Pick((float, float) hue, (float, float) saturation, (float, float) lightness, float h, float s, float l)
    {
        static float Lerp((float Low, float High) range, float place) => float.Lerp(range.Low, range.High, place);
        return SKColor.FromHsl(Lerp(hue, h), Lerp(saturation, s), Lerp(lightness, l));
    }
}

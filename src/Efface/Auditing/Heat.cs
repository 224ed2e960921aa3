using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Auditing;

/// <summary>Pictures of maps.</summary>
internal static class Heat
{
    private const double ShareOfColour = 0.6;

    private static readonly byte[][] Colours = [.. Enumerable.Range(0, 256).Select(i => Colour(i / 255.0))];

    /// <summary>An image in grey, so that only heat has colour, under the map's colours: from dark blue (0) to light yellow (1).</summary>
    /// <param name="image">u8 [3, H, W] or [1, H, W].</param>
    /// <param name="map">f32 [H, W] in [0, 1], of the image's size.</param>
    /// <returns>u8 [3, H, W].</returns>
    public static Tensor Overlay(Tensor image, Tensor map)
    {
        using var scope = NewDisposeScope();
        var grey = image.cpu().to_type(ScalarType.Float32).mean([0], keepdim: true);
        var table = torch.tensor(Colours.SelectMany(colour => colour).ToArray(), [256, 3]).to_type(ScalarType.Float32);
        var index = map.cpu().mul(255).round().clamp(0, 255).to_type(ScalarType.Int64).flatten();
        var colours = table.index_select(0, index).t().reshape(3, map.shape[0], map.shape[1]);
        return (colours * ShareOfColour + grey * (1 - ShareOfColour)).round().to_type(ScalarType.Byte).MoveToOuterDisposeScope();
    }

    // Equal steps of heat are equal steps of lightness, and hues run from blue to yellow, in Oklab (Ottosson 2020): readable in black and
    // white, and for people who cannot tell red from green.
    private static byte[] Colour(double heat)
    {
        var (lightness, hue) = (0.30 + 0.62 * heat, (280 - 170 * heat) * Math.PI / 180);
        for (var chroma = 0.16; ; chroma -= 0.005)
        {
            var light = FromOklab(lightness, chroma * Math.Cos(hue), chroma * Math.Sin(hue));
            if (chroma < 0.005 || light.All(value => value is >= 0 and <= 1))
                return [.. light.Select(value => (byte)Math.Round(255 * Companded(Math.Clamp(value, 0, 1))))];
        }
    }

    private static double[] FromOklab(double lightness, double a, double b)
    {
        var l = Math.Pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
        var m = Math.Pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
        var s = Math.Pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
        return
        [
            4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
            -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
        ];
    }

    private static double Companded(double linear) => linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.Pow(linear, 1 / 2.4) - 0.055;
}

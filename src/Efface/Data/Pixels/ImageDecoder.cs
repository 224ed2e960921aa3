using System.Diagnostics;
using NetVips;

namespace Efface.Data.Pixels;

/// <summary>Why a picture gave no pixels.</summary>
internal enum DecodingFault
{
    /// <summary>It did give pixels.</summary>
    None,

    /// <summary>Its first bytes match no picture format that Efface reads.</summary>
    UnknownFormat,

    /// <summary>Truncated, or corrupt.</summary>
    Damaged,

    /// <summary>It has more pixels than the limit.</summary>
    TooManyPixels,

    /// <summary>Decoding took longer than the limit.</summary>
    TimedOut,

    /// <summary>A TIFF that cannot be opened: <see cref="Damaged"/>, or of a kind that libvips does not read.</summary>
    UnreadTiff,

    /// <summary>Its numbers have no recognisable scale.</summary>
    StrangeNumbers,
}

/// <summary>The result of decoding: the picture's own size, and the fault if it gave no pixels.</summary>
/// <param name="Fault">Why it gave none.</param>
/// <param name="Width">The picture's own.</param>
/// <param name="Height">The picture's own.</param>
/// <param name="Found">What was found in it, if that explains the fault.</param>
internal readonly record struct Decoding(DecodingFault Fault, int Width, int Height, string? Found = null);

/// <summary>
/// Turns the bytes of any picture (JPEG, PNG, WebP, GIF, TIFF, AVIF) into planar u8 sRGB [3, Side, Side]: shrunk while it is loaded,
/// upright by its EXIF orientation, from its colour profile, over the background where it is transparent. Thread-safe.
/// </summary>
internal sealed class ImageDecoder(ImageGeometry geometry, ImageLimits limits)
{
    /// <summary>The version of the decoder: a cache of another version is not read.</summary>
    public static string Version => $"2, {Library}";

    /// <summary>The library behind it.</summary>
    public static string Library { get; } =
        $"libvips {NetVips.NetVips.Version(0)}.{NetVips.NetVips.Version(1)}.{NetVips.NetVips.Version(2)}";

    static ImageDecoder()
    {
        // Blocks the loaders that libvips' authors do not trust with untrusted files; parallel over pictures, not within one; every picture
        // is seen once, so caching operations would only cost memory.
        NetVips.NetVips.BlockUntrusted = true;
        NetVips.NetVips.Concurrency = 1;
        Cache.Max = 0;
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, Unheard);
        Log.SetLogHandler("GLib-GObject", Enums.LogLevelFlags.Critical, Unheard); // such as a header that claims a negative width
    }

    // A damaged file is reported in our own words; libvips' warnings would interrupt them. Kept in a field, as native code calls it.
    private static readonly Log.LogDelegate Unheard = (_, _, _) => { };

    /// <summary>Decodes <paramref name="encoded"/> into <paramref name="pixels"/>, which is unchanged after a fault.</summary>
    /// <param name="encoded">The picture's file.</param>
    /// <param name="pixels">u8 [3, Side, Side].</param>
    public Decoding Decode(byte[] encoded, Span<byte> pixels)
    {
        try
        {
            // So far only its header is read.
            using var picture = Image.NewFromBuffer(encoded, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
            return Decode(picture, encoded, pixels);
        }
        catch (VipsException)
        {
            // Not by the message: libvips has one for all threads, and it may belong to another picture.
            return new Decoding(
                Image.FindLoadBuffer(encoded) switch
                {
                    null => DecodingFault.UnknownFormat,
                    var loader => loader.Contains("Tiff", StringComparison.OrdinalIgnoreCase)
                        ? DecodingFault.UnreadTiff
                        : DecodingFault.Damaged,
                },
                0,
                0
            );
        }
    }

    private Decoding Decode(Image picture, byte[] encoded, Span<byte> pixels)
    {
        var (width, height) = (picture.Width, picture.Height);
        if ((long)width * height > limits.Pixels)
            return new Decoding(DecodingFault.TooManyPixels, width, height);

        var clock = Stopwatch.StartNew();
        using var timer = new CancellationTokenSource(TimeSpan.FromSeconds(limits.Seconds));
        try
        {
            if (!PixelNumbers.AreUsual(picture))
            {
                using var whole = Image.NewFromBuffer(encoded, access: Enums.Access.Random, failOn: Enums.FailOn.Error);
                var numbers = PixelNumbers.Of(whole, timer.Token);
                if (!numbers.AreKnown)
                    return new Decoding(DecodingFault.StrangeNumbers, width, height, numbers.Found);
                if (!PixelNumbers.AreReadAsTheyStand(picture))
                    return Decode(numbers.InEightBits(whole), pixels);
            }
            var interleaved = Evaluate(picture, encoded, timer.Token);
            // libvips can be stopped only between the strips of its result, and a small one is a single strip.
            if (clock.Elapsed.TotalSeconds > limits.Seconds)
                return new Decoding(DecodingFault.TimedOut, width, height);
            ToPlanes(interleaved, pixels);
            return new Decoding(DecodingFault.None, width, height);
        }
        catch (VipsException)
        {
            return new Decoding(timer.IsCancellationRequested ? DecodingFault.TimedOut : DecodingFault.Damaged, width, height);
        }
    }

    private byte[] Evaluate(Image picture, byte[] encoded, CancellationToken timeUp)
    {
        var images = new List<Image>(8);
        Image Keep(Image image)
        {
            images.Add(image);
            return image;
        }
        try
        {
            // libvips respects failOn only for files (its issue 5195): a truncated buffer would give a picture without its lower part.
            var image = IsAsWanted(picture)
                ? picture
                : Keep(
                    Image.ThumbnailBuffer(
                        encoded,
                        geometry.Side,
                        height: geometry.Side,
                        optionString: "[fail_on=error]",
                        size: geometry.Mode == ResizeMode.Stretch ? Enums.Size.Force : Enums.Size.Both,
                        crop: geometry.Mode == ResizeMode.Crop ? Enums.Interesting.Centre : null,
                        outputProfile: HasProfile(picture) ? "srgb" : null
                    )
                );
            if (image.Interpretation != Enums.Interpretation.Srgb)
                image = Keep(image.Colourspace(Enums.Interpretation.Srgb));
            if (image.HasAlpha())
                image = Keep(image.Flatten(background: [geometry.Background.Red, geometry.Background.Green, geometry.Background.Blue]));
            if (image.Format != Enums.BandFormat.Uchar)
                image = Keep(image.Cast(Enums.BandFormat.Uchar));
            if (image.Width != geometry.Side || image.Height != geometry.Side)
                image = Keep(
                    image.Gravity(
                        Enums.CompassDirection.Centre,
                        geometry.Side,
                        geometry.Side,
                        extend: Enums.Extend.Background,
                        background: [geometry.Background.Red, geometry.Background.Green, geometry.Background.Blue]
                    )
                );
            image.SetProgress(Silent, timeUp);
            return image.WriteToMemory<byte>();
        }
        finally
        {
            foreach (var image in images)
                image.Dispose();
        }
    }

    private static bool HasProfile(Image picture) => picture.Contains("icc-profile-data");

    // Setting up libvips' thumbnail costs several times as much as decoding a small picture: data sets of the wanted size skip it.
    private bool IsAsWanted(Image picture) =>
        picture.Width == geometry.Side
        && picture.Height == geometry.Side
        && picture.Bands == 3
        && !HasProfile(picture)
        && picture is { Format: Enums.BandFormat.Uchar, Interpretation: Enums.Interpretation.Srgb }
        && (!picture.Contains("orientation") || picture.Get("orientation") is 1);

    private void ToPlanes(ReadOnlySpan<byte> interleaved, Span<byte> planes)
    {
        var area = geometry.Side * geometry.Side;
        if (interleaved.Length != 3 * area)
            throw new InvalidOperationException($"{interleaved.Length} bytes for an image of {geometry.Side}×{geometry.Side}");
        var red = planes[..area];
        var green = planes.Slice(area, area);
        var blue = planes.Slice(2 * area, area);
        for (var i = 0; i < area; i++)
        {
            red[i] = interleaved[3 * i];
            green[i] = interleaved[3 * i + 1];
            blue[i] = interleaved[3 * i + 2];
        }
    }

    /// <summary>libvips can be stopped only while a progress observer is attached.</summary>
    internal static readonly IProgress<int> Silent = new NoProgress();

    private sealed class NoProgress : IProgress<int>
    {
        public void Report(int value) { }
    }
}

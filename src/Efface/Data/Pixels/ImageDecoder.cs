using NetVips;

namespace Efface.Data;

/// <summary>Why a picture gave no pixels.</summary>
internal enum DecodingFault
{
    /// <summary>It did.</summary>
    None,

    /// <summary>Its bytes begin like no picture that Efface reads.</summary>
    UnknownFormat,

    /// <summary>Truncated, or corrupt.</summary>
    Damaged,

    /// <summary>It has more pixels than the limit.</summary>
    TooManyPixels,

    /// <summary>Decoding took longer than the limit.</summary>
    TimedOut,
}

/// <summary>What came of decoding: the picture's own size, and the fault when it gave no pixels.</summary>
internal readonly record struct Decoding(DecodingFault Fault, int Width, int Height);

/// <summary>
/// Turns the bytes of any picture (JPEG, PNG, WebP, GIF, TIFF, AVIF) into planar u8 sRGB [3, Side, Side]: shrunk while it is
/// loaded, upright by its EXIF orientation, from its colour profile, over the background where it is transparent.
/// Safe to use from many threads.
/// </summary>
internal sealed class ImageDecoder(ImageGeometry geometry, ImageLimits limits)
{
    /// <summary>What wrote the pixels: a cache of another version is not read.</summary>
    public static string Version { get; } = $"1, libvips {NetVips.NetVips.Version(0)}.{NetVips.NetVips.Version(1)}.{NetVips.NetVips.Version(2)}";

    static ImageDecoder()
    {
        // The loaders that libvips' authors do not trust with strangers' files; parallel over pictures, not within one; every
        // picture is seen once, so that remembering operations would only cost memory.
        NetVips.NetVips.BlockUntrusted = true;
        NetVips.NetVips.Concurrency = 1;
        Cache.Max = 0;
    }

    /// <summary>Decodes <paramref name="encoded"/> into <paramref name="pixels"/>, which stays as it is after a fault.</summary>
    /// <param name="encoded">The picture's file.</param>
    /// <param name="pixels">u8 [3, Side, Side].</param>
    public Decoding Decode(byte[] encoded, Span<byte> pixels)
    {
        var (width, height, hasProfile) = (0, 0, false);
        try
        {
            using (var header = Image.NewFromBuffer(encoded, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error))
                (width, height, hasProfile) = (header.Width, header.Height, header.Contains("icc-profile-data"));
        }
        catch (VipsException)
        {
            // Not by the message: libvips has one for all threads, and it may be another picture's.
            return new Decoding(Image.FindLoadBuffer(encoded) is null ? DecodingFault.UnknownFormat : DecodingFault.Damaged, 0, 0);
        }
        if ((long)width * height > limits.Pixels) return new Decoding(DecodingFault.TooManyPixels, width, height);

        using var timer = new CancellationTokenSource(TimeSpan.FromSeconds(limits.Seconds));
        try
        {
            ToPlanes(Evaluate(encoded, hasProfile, timer.Token), pixels);
            return new Decoding(DecodingFault.None, width, height);
        }
        catch (VipsException)
        {
            return new Decoding(timer.IsCancellationRequested ? DecodingFault.TimedOut : DecodingFault.Damaged, width, height);
        }
    }

    private byte[] Evaluate(byte[] encoded, bool hasProfile, CancellationToken timeUp)
    {
        var images = new List<Image>(8);
        Image Keep(Image image)
        {
            images.Add(image);
            return image;
        }
        try
        {
            var image = Keep(Image.ThumbnailBuffer(encoded, geometry.Side, height: geometry.Side,
                size: geometry.Mode == ResizeMode.Stretch ? Enums.Size.Force : Enums.Size.Both,
                crop: geometry.Mode == ResizeMode.Crop ? Enums.Interesting.Centre : null,
                outputProfile: hasProfile ? "srgb" : null, failOn: Enums.FailOn.Error));
            if (image.Interpretation != Enums.Interpretation.Srgb) image = Keep(image.Colourspace(Enums.Interpretation.Srgb));
            if (image.HasAlpha()) image = Keep(image.Flatten(background: [geometry.Background.Red, geometry.Background.Green, geometry.Background.Blue]));
            if (image.Format != Enums.BandFormat.Uchar) image = Keep(image.Cast(Enums.BandFormat.Uchar));
            if (image.Width != geometry.Side || image.Height != geometry.Side)
                image = Keep(image.Gravity(Enums.CompassDirection.Centre, geometry.Side, geometry.Side, extend: Enums.Extend.Background,
                    background: [geometry.Background.Red, geometry.Background.Green, geometry.Background.Blue]));
            image.SetProgress(Silent, timeUp);
            return image.WriteToMemory<byte>();
        }
        finally
        {
            foreach (var image in images) image.Dispose();
        }
    }

    private void ToPlanes(ReadOnlySpan<byte> interleaved, Span<byte> planes)
    {
        var area = geometry.Side * geometry.Side;
        if (interleaved.Length != 3 * area) throw new InvalidOperationException($"{interleaved.Length} bytes for an image of {geometry.Side}×{geometry.Side}");
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

    private static readonly IProgress<int> Silent = new NoProgress();

    // Being watched is what lets libvips be stopped.
    private sealed class NoProgress : IProgress<int>
    {
        public void Report(int value) { }
    }
}

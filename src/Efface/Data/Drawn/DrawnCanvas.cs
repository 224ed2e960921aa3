using System.Numerics;
using SkiaSharp;

namespace Efface.Data.Drawn;

/// <summary>A canvas in 64ths of a picture, whatever the picture's size, with the few strokes that a portrait needs.</summary>
internal sealed class DrawnCanvas : IDisposable
{
    public const float Side = 64;
    private readonly int _size;
    private readonly SKBitmap _bitmap;
    private readonly SKCanvas _canvas;
    private readonly SKPaint _paint = new()
    {
        IsAntialias = true,
        StrokeCap = SKStrokeCap.Round,
        StrokeJoin = SKStrokeJoin.Round,
    };

    public DrawnCanvas(int size)
    {
        _size = size;
        _bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Premul));
        _canvas = new SKCanvas(_bitmap);
        _canvas.Scale(size / Side);
    }

    /// <summary>Fills the smooth outline through the points.</summary>
    public void Fill(SKColor colour, params ReadOnlySpan<Vector2> points)
    {
        using var path = Smooth(points, closed: true);
        Fill(colour, path);
    }

    public void Fill(SKColor colour, SKPath path)
    {
        (_paint.Style, _paint.Color) = (SKPaintStyle.Fill, colour);
        _canvas.DrawPath(path, _paint);
    }

    /// <summary>Draws a smooth line through the points.</summary>
    public void Line(SKColor colour, float width, params ReadOnlySpan<Vector2> points)
    {
        using var path = Smooth(points, closed: false);
        Line(colour, width, path);
    }

    public void Line(SKColor colour, float width, SKPath path)
    {
        (_paint.Style, _paint.Color, _paint.StrokeWidth) = (SKPaintStyle.Stroke, colour, width);
        _canvas.DrawPath(path, _paint);
    }

    public void Oval(SKColor colour, Vector2 centre, float halfWidth, float halfHeight)
    {
        (_paint.Style, _paint.Color) = (SKPaintStyle.Fill, colour);
        _canvas.DrawOval(centre.X, centre.Y, halfWidth, halfHeight, _paint);
    }

    /// <summary>
    /// Covers everything, or with <paramref name="onlyDrawn"/> what this layer holds so far, with a gradient between two points.
    /// </summary>
    public void Gradient(Vector2 from, Vector2 to, SKColor[] colours, bool onlyDrawn = false)
    {
        using var shader = SKShader.CreateLinearGradient(new(from.X, from.Y), new(to.X, to.Y), colours, SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shader, BlendMode = onlyDrawn ? SKBlendMode.SrcATop : SKBlendMode.SrcOver };
        _canvas.DrawPaint(paint);
    }

    /// <summary>Draws only inside the outline.</summary>
    public void Within(SKPath outline, Action draw)
    {
        _canvas.Save();
        _canvas.ClipPath(outline, antialias: true);
        draw();
        _canvas.Restore();
    }

    /// <summary>Draws on its own layer, which then covers what was there.</summary>
    public void Layer(Action draw)
    {
        _canvas.SaveLayer();
        draw();
        _canvas.Restore();
    }

    /// <summary>Draws on paper that is turned clockwise about a point.</summary>
    public void Rotated(float degrees, Vector2 about, Action draw)
    {
        _canvas.Save();
        _canvas.RotateDegrees(degrees, about.X, about.Y);
        draw();
        _canvas.Restore();
    }

    /// <summary>A Catmull-Rom spline; a point given twice is a corner.</summary>
    public static SKPath Smooth(ReadOnlySpan<Vector2> points, bool closed)
    {
        var path = new SKPath();
        path.MoveTo(points[0].X, points[0].Y);
        for (var i = 0; i < points.Length - (closed ? 0 : 1); i++)
        {
            var (from, to) = (At(points, i, closed), At(points, i + 1, closed));
            var first = from + (to - At(points, i - 1, closed)) / 6;
            var second = to - (At(points, i + 2, closed) - from) / 6;
            path.CubicTo(first.X, first.Y, second.X, second.Y, to.X, to.Y);
        }
        if (closed)
            path.Close();
        return path;
    }

    /// <summary>
    /// Writes the picture as three planes of bytes (red, green, blue), as a camera would: <paramref name="exposure"/> brightens,
    /// <paramref name="blur"/> is the weight of each neighbouring pixel, <paramref name="noise"/> the largest error in levels of 255.
    /// </summary>
    public void Expose(Span<byte> planes, float exposure, float blur, float noise, Random random)
    {
        var pixels = _bitmap.GetPixelSpan();
        var (stride, area, sharp) = (4 * _size, _size * _size, 1 - 2 * blur);
        var column = new float[stride];
        for (var y = 0; y < _size; y++)
        {
            var (above, here, below) = (Math.Max(y - 1, 0) * stride, y * stride, Math.Min(y + 1, _size - 1) * stride);
            for (var i = 0; i < stride; i++)
                column[i] = exposure * (sharp * pixels[here + i] + blur * (pixels[above + i] + pixels[below + i]));
            for (var x = 0; x < _size; x++)
            {
                var (left, middle, right) = (4 * Math.Max(x - 1, 0), 4 * x, 4 * Math.Min(x + 1, _size - 1));
                for (var channel = 0; channel < 3; channel++)
                {
                    var level = sharp * column[middle + channel] + blur * (column[left + channel] + column[right + channel]);
                    level += noise * (2 * random.NextSingle() - 1);
                    planes[channel * area + y * _size + x] = (byte)Math.Clamp(level + 0.5f, 0, 255);
                }
            }
        }
    }

    public void Dispose()
    {
        _paint.Dispose();
        _canvas.Dispose();
        _bitmap.Dispose();
    }

    private static Vector2 At(ReadOnlySpan<Vector2> points, int i, bool closed) =>
        points[closed ? (i + points.Length) % points.Length : Math.Clamp(i, 0, points.Length - 1)];
}

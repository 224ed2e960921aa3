using System.Numerics;
using SkiaSharp;

namespace Efface.Data.Drawn;

/// <summary>Draws one portrait, from the back to the front.</summary>
internal sealed partial class DrawnPortrait
{
    private static readonly int[] Sides = [-1, 1];

    private readonly DrawnLook _look;
    private readonly DrawnSitter _sitter;
    private readonly DrawnCanvas _canvas;
    private readonly DrawnHead _head;
    private readonly SKColor _skin,
        _hair;

    private DrawnPortrait(DrawnLook look, DrawnSitter sitter, DrawnCanvas canvas)
    {
        (_look, _sitter, _canvas, _head) = (look, sitter, canvas, new DrawnHead(sitter, look.Pose));
        (_skin, _hair) = (DrawnColours.Skin(look.Skin, sitter), DrawnColours.Hair(look.Hair, sitter));
    }

    /// <summary>
    /// Draws the face that has these factors, and takes everything else about it from the seed, as three planes of
    /// <paramref name="size"/>² bytes: red, green, blue.
    /// </summary>
    public static void Draw(DrawnLook look, int seed, int size, Span<byte> planes)
    {
        var random = new Random(seed);
        var sitter = new DrawnSitter(random);
        using var canvas = new DrawnCanvas(size);
        new DrawnPortrait(look, sitter, canvas).Draw();
        canvas.Expose(planes, sitter.Exposure, sitter.Blur, sitter.Noise, random);
    }

    private void Draw()
    {
        DrawBackdrop();
        _canvas.Layer(() =>
        {
            Tilted(DrawHairBehind);
            DrawBody();
            Tilted(DrawHead);
            DrawLight();
        });
    }

    private void Tilted(Action draw) => _canvas.Rotated(_sitter.Tilt, new(_sitter.CentreX, _sitter.CentreY + _sitter.HalfHeight), draw);

    private void DrawHead()
    {
        DrawEars();
        DrawSkin();
        DrawEyes();
        if (_look.Beard)
            DrawBeard();
        DrawNose();
        DrawMouth();
        DrawBrows();
        if (_look.Glasses)
            DrawGlasses();
        DrawHair();
        if (_look.Hat)
            DrawHat();
    }

    private void DrawBackdrop()
    {
        var first = _sitter.Backdrop;
        var second = first.Mix(_sitter.SecondBackdrop, 0.4f).Shade(first.IsBright() ? -_sitter.BackdropContrast : _sitter.BackdropContrast);
        var middle = new Vector2(DrawnCanvas.Side / 2);
        var (sin, cos) = MathF.SinCos(_sitter.BackdropAngle * MathF.PI / 180);
        Vector2 across = new(cos, sin),
            along = new Vector2(-sin, cos) * DrawnCanvas.Side;

        _canvas.Gradient(middle - across * 36, middle + across * 36, [first, _look.Background == Backdrop.Gradient ? second : first]);
        if (_look.Background != Backdrop.Stripes)
            return;
        for (var offset = -48f; offset < 48; offset += 2 * _sitter.StripeWidth)
            _canvas.Line(second, _sitter.StripeWidth, middle + across * offset - along, middle + across * offset + along);
    }

    /// <summary>Lights the person, not the backdrop, from one side.</summary>
    private void DrawLight()
    {
        var middle = new Vector2(_sitter.CentreX, _sitter.CentreY);
        var reach = new Vector2(ShadowSide * (_sitter.HalfWidth + 3), 4);
        var shadow = new SKColor(12, 8, 40);
        _canvas.Gradient(
            middle - reach,
            middle + reach,
            [SKColors.White.Thin(_sitter.Glow), SKColors.White.Thin(0), shadow.Thin(0), shadow.Thin(_sitter.Shadow)],
            onlyDrawn: true
        );
    }

    private int ShadowSide => _look.Light == LightSide.Left ? 1 : -1;

    private static Vector2 Down(float length) => new(0, length);
}

using System.Numerics;
using SkiaSharp;
using static Efface.Data.Drawn.DrawnColours;

namespace Efface.Data.Drawn;

internal sealed partial class DrawnPortrait
{
    private static readonly float[] BeardHeights = [0.2f, 0.4f, 0.6f, 0.78f, 0.92f];

    private bool HasLongHair => _sitter.HairStyle is HairStyle.Long or HairStyle.Wavy or HairStyle.Bob;

    /// <summary>How far the hair extends at the sides and above, in radii of the head. A hat presses it down.</summary>
    private (float Wide, float High) Volume =>
        _sitter.HairStyle switch
        {
            HairStyle.Curly => (1.12f + _sitter.HairVolume, _look.Hat ? 1.02f : 1.12f + _sitter.HairVolume),
            HairStyle.High => (1.06f, _look.Hat ? 1.02f : 1.22f + _sitter.HairVolume),
            _ => (1.04f + 0.5f * _sitter.HairVolume, _look.Hat ? 1.02f : 1.03f + _sitter.HairVolume),
        };

    /// <summary>A bun, and hair that falls behind the neck.</summary>
    private void DrawHairBehind()
    {
        if (_sitter.HairStyle == HairStyle.Bun && !_look.Hat)
            _canvas.Oval(_hair.Shade(-0.15f), _head.Around(90 + 25 * _head.Lean, 1, 1 + 2 * _sitter.HairVolume), 5.5f, 4.8f);
        if (!HasLongHair)
            return;

        var wide = Volume.Wide;
        var end = _sitter.HairStyle == HairStyle.Bob ? 0.8f : _sitter.HairLength + 0.25f;
        var wave = _sitter.HairStyle == HairStyle.Wavy ? 0.12f : 0;
        IEnumerable<Vector2> Strand(int side) =>
            Enumerable.Range(0, 6).Select(i => Lock(side, end * i / 5, wide + 0.02f * i + (i % 2 == 1 ? wave : 0)));
        _canvas.Fill(
            _hair.Shade(-0.28f),
            [.. Strand(-1).Reverse(), _head.Around(40, wide, 1), _head.Around(90, 1, 1), _head.Around(140, wide, 1), .. Strand(1)]
        );
    }

    /// <summary>A point on long hair, which hangs straight down from the widest part of the head.</summary>
    private Vector2 Lock(int side, float height, float wide) => _head.Edge(side, 0, wide) + Down(_sitter.HalfHeight * height);

    private void DrawHair()
    {
        var (wide, high) = Volume;
        var ear = HasLongHair ? 0.62f : 0.1f;
        Vector2 Nape(int side) => HasLongHair ? Lock(side, ear, wide) : Lock(side, ear + Math.Max(0, 0.42f * -side * _head.Lean), 1);
        using var outline = DrawnCanvas.Smooth(
            [
                Nape(-1),
                Nape(-1),
                .. Enumerable.Range(0, 10).Select(i => _head.Around(20 * i, wide * Squareness(20 * i), high)),
                Nape(1),
                Nape(1),
                .. _head.Along(Hairline(ear)),
            ],
            closed: true
        );
        _canvas.Fill(_hair, outline);
        if (_sitter.HairStyle == HairStyle.Curly)
            DrawCurls(wide, high);
        _canvas.Within(outline, () => DrawStrands(wide, high));
    }

    /// <summary>High hair is a box, not an egg.</summary>
    private float Squareness(float angle) =>
        _sitter.HairStyle == HairStyle.High && !_look.Hat ? 1 + 0.28f * MathF.Pow(MathF.Sin(angle * MathF.PI / 90), 2) : 1;

    /// <summary>The lower border of the hair above the face, from right to left. It shows below a hat.</summary>
    private (float Angle, float Height)[] Hairline(float ear)
    {
        var top = _look.Hat ? Math.Max(_sitter.Hairline, _sitter.HatLine + 0.1f) : _sitter.Hairline;
        var part = 0.6f * _sitter.Parting;
        return _sitter.HairStyle switch
        {
            HairStyle.Parted or HairStyle.Wavy or HairStyle.Long =>
            [
                (72, ear),
                (66, -0.05f),
                (58, top + 0.18f),
                (Math.Max(part, 0) + 22, top + 0.06f),
                (part, top - 0.12f),
                (Math.Min(part, 0) - 22, top + 0.06f),
                (-58, top + 0.18f),
                (-66, -0.05f),
                (-72, ear),
            ],
            HairStyle.Bob =>
            [
                (64, ear),
                (58, 0),
                (54, top + 0.06f),
                (25, top + 0.08f),
                (0, top + 0.09f),
                (-25, top + 0.08f),
                (-54, top + 0.06f),
                (-58, 0),
                (-64, ear),
            ],
            _ =>
            [
                (80, ear),
                (70, -0.08f),
                (62, top + 0.1f),
                (38, top),
                (part / 2, top + 0.03f),
                (-38, top),
                (-62, top + 0.1f),
                (-70, -0.08f),
                (-80, ear),
            ],
        };
    }

    private void DrawCurls(float wide, float high)
    {
        Vector2 Curl(float angle, float inward) => _head.Around(angle, wide - inward, high - inward);
        for (var angle = -10; angle <= 190; angle += 20)
            _canvas.Oval(_hair, Curl(angle, 0.02f), 3.2f, 3.2f);
        for (var angle = 20; angle <= 160; angle += 28)
            _canvas.Line(_hair.Shade(0.18f), 0.7f, Curl(angle - 6, 0.11f), Curl(angle, 0.02f), Curl(angle + 6, 0.11f));
    }

    private void DrawStrands(float wide, float high)
    {
        var crown = _head.Around(90 + 0.4f * (_sitter.Parting + _head.Yaw), 0.97f * wide, 0.97f * high);
        for (var angle = -75; angle <= 75; angle += 15)
            _canvas.Line(
                _hair.Shade(angle % 2 == 0 ? -0.22f : 0.16f),
                0.55f,
                crown,
                _head.At(angle, -0.72f, 1.05f),
                _head.At(angle, Math.Abs(angle) > 60 ? 0.3f : -0.4f, 1.05f)
            );

        Vector2 Gloss(float angle) => _head.Around(90 - ShadowSide * angle, 0.88f * wide, 0.86f * high);
        _canvas.Line(SKColors.White.Thin(0.22f), 1.6f, Gloss(55), Gloss(35), Gloss(12));
    }

    private void DrawBeard()
    {
        var (colour, mouth) = (_hair.Shade(-0.06f), _sitter.MouthHeight);
        var chin = _head.At(0, 1) + Down((_sitter.BeardLength - 1) * _sitter.HalfHeight);
        if (_sitter.BeardStyle == BeardStyle.Goatee)
        {
            _canvas.Fill(
                colour,
                [
                    .. _head.Along((-24, mouth - 0.05f), (-28, mouth + 0.2f), (-18, 0.95f)),
                    chin,
                    .. _head.Along((18, 0.95f), (28, mouth + 0.2f), (24, mouth - 0.05f), (12, mouth - 0.16f), (-12, mouth - 0.16f)),
                ]
            );
            return;
        }
        var (cheek, top) = _sitter.BeardStyle switch
        {
            BeardStyle.Full => (50, mouth - 0.12f),
            BeardStyle.Boxed => (58, mouth + 0.04f),
            _ => (62, mouth + 0.2f),
        };
        var lip =
            _sitter.BeardStyle == BeardStyle.Strap
                ? _head.Along((36, 0.86f), (0, 0.88f), (-36, 0.86f))
                : _head.Along((26, mouth - 0.1f), (10, mouth - 0.17f), (-10, mouth - 0.17f), (-26, mouth - 0.1f));
        _canvas.Fill(
            colour,
            [
                .. BeardHeights.Select(height => _head.Edge(-1, height, 1.03f)),
                chin,
                .. BeardHeights.Reverse().Select(height => _head.Edge(1, height, 1.03f)),
                .. _head.Along((80, 0.2f), (72, 0.35f), (cheek, top)),
                .. lip,
                .. _head.Along((-cheek, top), (-72, 0.35f), (-80, 0.2f)),
            ]
        );
    }

    /// <summary>A shaved chin that could be mistaken for a beard.</summary>
    private void DrawStubble() =>
        _canvas.Fill(
            Stubble.Thin(_sitter.Stubble),
            [
                _head.Edge(-1, 0.4f),
                _head.Edge(-1, 0.8f),
                _head.Edge(-1, 1),
                _head.Edge(1, 1),
                _head.Edge(1, 0.8f),
                _head.Edge(1, 0.4f),
                .. _head.Along((50, 0.6f), (14, 0.44f), (-14, 0.44f), (-50, 0.6f)),
            ]
        );
}

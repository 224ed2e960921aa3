using System.Numerics;
using SkiaSharp;
using static Efface.Data.Drawn.DrawnColours;

namespace Efface.Data.Drawn;

internal sealed partial class DrawnPortrait
{
    private void DrawEars()
    {
        if (HasLongHair)
            return;
        foreach (var side in Sides.Where(side => _head.IsSeen(88 * side)))
        {
            var wide = 1.6f + Math.Abs(_head.Lean);
            _canvas.Oval(_skin.Shade(-0.12f), _head.At(88 * side, 0.12f, 1.03f), wide * _sitter.EarSize, 3.4f * _sitter.EarSize);
        }
    }

    private void DrawSkin()
    {
        using var face = DrawnCanvas.Smooth(_head.Outline(), closed: true);
        _canvas.Fill(_skin, face);
        _canvas.Within(face, () =>
        {
            foreach (var side in Sides)
            {
                _canvas.Oval(Rose.Thin(_sitter.Blush), _head.At(40 * side, 0.42f), 3.4f * _head.Foreshortening(40 * side), 2.4f);
                _canvas.Oval(Violet.Thin(_sitter.Rings), Eye(side) + Down(0.4f), 1.5f * EyeWidth(side), 1.45f * _sitter.EyeOpening + 1);
                for (var i = 0; i < 4; i++)
                    _canvas.Oval(Freckle.Thin(_sitter.Freckles), _head.At(side * (14 + 8 * i), 0.28f + 0.07f * (i % 2)), 0.5f, 0.5f);
            }
            DrawStubble();
        });
    }

    private Vector2 Eye(int side) => _head.At(side * _sitter.EyeAngle, _sitter.EyeHeight);

    private float EyeWidth(int side) => _sitter.EyeWidth * _head.Foreshortening(side * _sitter.EyeAngle);

    private void DrawEyes()
    {
        var lid = _look.Smile ? 0.6f : 0.9f; // A smile lifts the cheeks, which lift the lower lid.
        foreach (var side in Sides)
        {
            var (eye, wide, high) = (Eye(side), new Vector2(EyeWidth(side), side * _sitter.EyeSlant), Down(_sitter.EyeOpening));
            using var outline = DrawnCanvas.Smooth([eye - wide, eye - high, eye + wide, eye + lid * high], closed: true);
            _canvas.Fill(White, outline);
            _canvas.Within(outline, () =>
            {
                var iris = eye + new Vector2(_sitter.Gaze + 0.7f * _head.Lean, 0);
                _canvas.Oval(_sitter.Iris, iris, 1.65f, 1.75f);
                _canvas.Oval(Ink, iris, 0.85f, 0.9f);
                _canvas.Oval(SKColors.White, iris + new Vector2(-0.5f, -0.6f), 0.45f, 0.45f);
            });
            _canvas.Line(Ink, _sitter.Lashes, eye - wide, eye - high, eye + wide);
        }
    }

    private void DrawBrows()
    {
        var arch = Down(_sitter.BrowArch / 2);
        foreach (var side in Sides)
        {
            var (middle, half) = (Eye(side) - Down(_sitter.BrowHeight), new Vector2(1.25f * EyeWidth(side), side * _sitter.BrowSlant));
            _canvas.Line(_hair.Shade(_sitter.BrowShade), _sitter.BrowWidth, middle - half + arch, middle - arch, middle + half + arch);
        }
    }

    private void DrawNose()
    {
        Vector2 bridge = _head.At(0, _sitter.EyeHeight + 0.02f, 1.08f),
            tip = _head.At(0, _sitter.NoseTip, 1.3f);
        Vector2 wing = new(_sitter.NoseWidth, 0),
            foot = 0.55f * wing;
        var dark = _skin.Shade(-0.34f);
        _canvas.Fill(
            _skin.Shade(-0.1f),
            bridge,
            tip - wing - Down(0.6f),
            tip - foot + Down(0.9f),
            tip + foot + Down(0.9f),
            tip + wing - Down(0.6f)
        );
        _canvas.Oval(_skin.Shade(0.12f), tip - new Vector2(0.35f * ShadowSide, 0.8f), 0.7f, 0.8f);
        _canvas.Line(dark, 0.7f, tip - wing + Down(0.2f), tip - foot + Down(1), tip + foot + Down(1), tip + wing + Down(0.2f));
        _canvas.Line(dark.Thin(0.6f), 0.6f, bridge + new Vector2(0.9f * ShadowSide, 0), tip + ShadowSide * wing - Down(0.4f));
    }

    /// <summary>
    /// The corners of a smiling mouth are above its middle; it opens downward, and more often. Width, lips, slant and opening are the
    /// sitter's own.
    /// </summary>
    private void DrawMouth()
    {
        var smile = _look.Smile;
        var sag = smile ? _sitter.SmilingSag : _sitter.NeutralSag;
        var opening = _sitter.Openness < (smile ? 0.9f : 0.15f) ? _sitter.MouthOpening : 0;
        var (above, below) = smile ? (0, opening) : (0.5f * opening, 0.6f * opening);
        var lip = _skin.Mix(Rose, _sitter.LipColour);

        _canvas.Fill(lip.Shade(-0.1f), Mouth(sag, _sitter.Lips + above, 1.2f * _sitter.Lips + below));
        if (opening == 0)
            _canvas.Line(lip.Shade(-0.65f), 0.8f, MouthCurve(sag, 0));
        else
        {
            using var inside = DrawnCanvas.Smooth(Mouth(sag, above, below), closed: true);
            _canvas.Fill(Throat, inside);
            if (_sitter.Toothiness < (smile ? 0.95f : 0.15f))
                _canvas.Within(inside, () => _canvas.Fill(White, Mouth(sag, above + 1, 0.6f * below)));
        }
        DrawFolds(sag);
    }

    private Vector2[] Mouth(float sag, float above, float below) => [.. MouthCurve(sag, -above), .. MouthCurve(sag, below).Reverse()];

    /// <summary>From the left corner to the right one; <paramref name="bulge"/> moves the middle down, but not the corners.</summary>
    private Vector2[] MouthCurve(float sag, float bulge) =>
        [
            .. new[] { -1, -0.6f, 0, 0.6f, 1 }.Select(across =>
                _head.At(across * _sitter.MouthAngle, _sitter.MouthHeight, 1.05f)
                + Down(sag * (0.55f - across * across) + across * _sitter.MouthSlant + bulge * (1 - across * across))
            ),
        ];

    /// <summary>Dimples at the corners of a smile, and the lines from the nose to the mouth that some have anyway.</summary>
    private void DrawFolds(float sag)
    {
        foreach (var side in Sides)
        {
            _canvas.Line(
                _skin.Shade(-0.5f).Thin(_sitter.Folds),
                0.7f,
                _head.Along((14 * side, _sitter.NoseTip), (27 * side, _sitter.MouthHeight - 0.08f))
            );
            if (!_look.Smile)
                continue;
            var corner = _head.At(side * (_sitter.MouthAngle + 4), _sitter.MouthHeight) + Down(side * _sitter.MouthSlant - 0.45f * sag);
            var dent = new Vector2(0.25f * side, 0);
            _canvas.Line(_skin.Shade(-0.35f).Thin(0.7f), 0.6f, corner - Down(0.8f), corner + dent, corner + Down(0.8f));
        }
    }
}

using System.Numerics;

namespace Efface.Data.Drawn;

internal sealed partial class DrawnPortrait
{
    private void DrawHat()
    {
        switch (_sitter.HatStyle)
        {
            case HatStyle.Beanie:
                DrawBeanie();
                break;
            case HatStyle.Cap:
                DrawCap();
                break;
            case HatStyle.Brimmed:
                DrawBrimmedHat();
                break;
            default:
                DrawBeret();
                break;
        }
    }

    /// <summary>A point on the hat's lower border, which dips towards the viewer: -1 is its left end, 1 its right.</summary>
    private Vector2 Rim(float across, float lift = 0) =>
        _head.Edge(1, _sitter.HatLine, 1.1f * across) + Down(1.6f * (1 - across * across) - lift);

    private Vector2[] Band(float lift, float wide = 1) => [.. new[] { -1, -0.6f, 0, 0.6f, 1 }.Select(across => Rim(wide * across, lift))];

    private Vector2 RimMiddle => (Rim(-1) + Rim(1)) / 2;

    private float HatTop(float share) => _head.Around(90, 1, share * _sitter.HatHeight).Y;

    /// <summary>Half an ellipse on the hat's border.</summary>
    private Vector2[] Crown(float wide, float top)
    {
        var across = wide * (Rim(1) - RimMiddle);
        var half = Enumerable
            .Range(0, 9)
            .Select(i => MathF.SinCos(i * MathF.PI / 8))
            .Select(turn => RimMiddle - turn.Cos * across + Down(turn.Sin * (top - RimMiddle.Y)));
        return [.. half, .. Band(0, wide).Reverse()];
    }

    private void DrawBeanie()
    {
        if (_sitter.Pompom)
            _canvas.Oval(_sitter.HatTrim, _head.Around(90, 1, _sitter.HatHeight), 3.2f, 3);
        _canvas.Fill(_sitter.HatColour, Crown(1, HatTop(1)));
        _canvas.Fill(_sitter.HatColour.Shade(-0.22f), [.. Band(4), .. Band(-0.8f).Reverse()]);
        for (var across = -0.9f; across < 1; across += 0.2f)
            _canvas.Line(_sitter.HatColour.Shade(0.12f), 0.5f, Rim(across, 3.4f), Rim(across));
    }

    private void DrawCap()
    {
        var top = HatTop(0.92f);
        _canvas.Fill(_sitter.HatColour, Crown(1, top));
        _canvas.Oval(_sitter.HatTrim, new Vector2(Rim(0).X, top), 1.2f, 0.9f);
        var visor = _head.At(0, _sitter.HatLine, 1.05f) + new Vector2(0.75f * _head.Lean * _sitter.HalfWidth, 0);
        Vector2 Visor(float across, float down) => visor + new Vector2(across * _sitter.HalfWidth, down);
        _canvas.Fill(
            _sitter.HatTrim.Shade(-0.1f),
            Visor(-0.82f, 0.2f),
            Visor(-0.5f, -1.4f),
            Visor(0, -1.6f),
            Visor(0.5f, -1.4f),
            Visor(0.82f, 0.2f),
            Visor(0.5f, 3.2f),
            Visor(0, 3.9f),
            Visor(-0.5f, 3.2f)
        );
    }

    private void DrawBrimmedHat()
    {
        _canvas.Fill(_sitter.HatColour, Crown(0.9f, HatTop(1)));
        _canvas.Fill(_sitter.HatTrim, [.. Band(4.2f, 0.89f), .. Band(0, 0.91f).Reverse()]);
        _canvas.Oval(_sitter.HatColour.Shade(-0.15f), RimMiddle + new Vector2(2 * _head.Lean, 0.6f), 1.5f * _sitter.HalfWidth, 2.6f);
    }

    /// <summary>A beret hangs over to the side where the hair is parted.</summary>
    private void DrawBeret()
    {
        var (side, top) = (_sitter.Parting < 0 ? -1 : 1, HatTop(0.9f) - RimMiddle.Y);
        Vector2 Beret(float across, float down) => RimMiddle + new Vector2(side * across * _sitter.HalfWidth, down);
        _canvas.Line(_sitter.HatColour, 1, Beret(0.13f, top), Beret(0.17f, top - 2.2f));
        _canvas.Fill(
            _sitter.HatColour,
            Beret(-1.05f, 0),
            Beret(-0.7f, top / 2),
            Beret(0.13f, top),
            Beret(1.1f, top + 3.5f),
            Beret(1.35f, -1.5f),
            Beret(0.9f, 1.2f),
            Beret(0, 1.4f)
        );
        _canvas.Line(_sitter.HatColour.Shade(-0.3f), 1.4f, Band(0, 0.93f));
    }
}

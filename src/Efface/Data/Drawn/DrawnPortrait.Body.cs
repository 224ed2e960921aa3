using System.Numerics;

namespace Efface.Data.Drawn;

internal sealed partial class DrawnPortrait
{
    private float Neck => 0.42f * _sitter.HalfWidth;

    /// <summary>A point across from the middle of the body, and down from the shoulders.</summary>
    private Vector2 Body(float across, float down) => new(_sitter.CentreX + across, _sitter.ShoulderHeight + down);

    private void DrawBody()
    {
        var wide = _sitter.Shoulders;
        using var clothes = DrawnCanvas.Smooth(
            [
                Body(-Neck - 1, -1),
                Body(-0.7f * wide, 2.2f),
                Body(-wide, 7),
                Body(-wide - 2, 16),
                Body(wide + 2, 16),
                Body(wide, 7),
                Body(0.7f * wide, 2.2f),
                Body(Neck + 1, -1),
            ],
            closed: true
        );
        _canvas.Fill(_sitter.Clothes, clothes);
        if (_sitter.Striped)
            _canvas.Within(clothes, () =>
            {
                for (var down = -1f; down < 9; down += 3.4f)
                    _canvas.Line(_sitter.ClothesTrim, 1.3f, Body(-30, down + 2), Body(0, down), Body(30, down + 2));
            });
        DrawNeck();
        DrawCollar();
    }

    private void DrawNeck()
    {
        var chin = _sitter.CentreY + _sitter.HalfHeight - _sitter.ShoulderHeight;
        _canvas.Fill(
            _skin.Shade(-0.16f),
            Body(-Neck, chin - 8),
            Body(-Neck, chin),
            Body(-Neck - 0.8f, 0),
            Body(-0.6f * Neck, 2.5f),
            Body(0.6f * Neck, 2.5f),
            Body(Neck + 0.8f, 0),
            Body(Neck, chin),
            Body(Neck, chin - 8)
        );
        _canvas.Fill(
            _skin.Shade(-0.36f),
            Body(-Neck, chin - 3),
            Body(-Neck, chin),
            Body(0, chin + 2.4f),
            Body(Neck, chin),
            Body(Neck, chin - 3)
        );
    }

    private void DrawCollar()
    {
        var seam = _sitter.Clothes.Shade(-0.25f);
        switch (_sitter.ClothesStyle)
        {
            case ClothesStyle.Crew:
                _canvas.Line(seam, 1.4f, Body(-Neck - 1.2f, -0.5f), Body(0, 3.3f), Body(Neck + 1.2f, -0.5f));
                break;
            case ClothesStyle.VNeck:
                _canvas.Fill(_skin.Shade(-0.1f), Corners(Body(-Neck - 0.5f, 0), Body(0, 7.5f), Body(Neck + 0.5f, 0)));
                _canvas.Line(seam, 1.3f, Corners(Body(-Neck - 1, -0.5f), Body(0, 7.5f), Body(Neck + 1, -0.5f)));
                break;
            case ClothesStyle.Collar:
                foreach (var side in Sides)
                    _canvas.Fill(
                        _sitter.ClothesTrim,
                        Corners(Body(side * (Neck + 1), -2), Body(side * (Neck + 4), 3.5f), Body(0.4f * side, 4))
                    );
                break;
            default:
                _canvas.Fill(
                    seam,
                    Body(-Neck - 0.7f, -3),
                    Body(-Neck - 1.2f, 1),
                    Body(0, 4.1f),
                    Body(Neck + 1.2f, 1),
                    Body(Neck + 0.7f, -3),
                    Body(0, -1.5f)
                );
                break;
        }
    }

    private static Vector2[] Corners(params Vector2[] points) => [.. points.SelectMany(point => new[] { point, point })];
}

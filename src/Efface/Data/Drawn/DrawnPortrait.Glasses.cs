using System.Numerics;
using SkiaSharp;

namespace Efface.Data.Drawn;

internal sealed partial class DrawnPortrait
{
    private void DrawGlasses()
    {
        var (half, height) = (_head.Degrees(_sitter.LensWidth), _sitter.EyeHeight);
        foreach (var side in Sides)
        {
            using var lens = DrawnCanvas.Smooth(Lens(side), closed: true);
            _canvas.Fill(_sitter.Tint.Thin(_sitter.TintStrength), lens);
            _canvas.Within(lens, () =>
                _canvas.Line(SKColors.White.Thin(0.35f), 0.9f, Eye(side) + new Vector2(-2.6f, 1.6f), Eye(side) + new Vector2(0.2f, -2.8f))
            );
            _canvas.Line(_sitter.Frame, _sitter.FrameWidth, lens);

            var hinge = side * (_sitter.EyeAngle + half);
            if (!_head.IsSeen(hinge + 15 * side))
                continue;
            _canvas.Line(
                _sitter.Frame,
                0.9f * _sitter.FrameWidth,
                _head.At(hinge, height - 0.04f, 1.04f),
                _head.At(88 * side, height - 0.02f, 1.02f)
            );
        }
        var inner = _sitter.EyeAngle - half;
        _canvas.Line(
            _sitter.Frame,
            _sitter.FrameWidth,
            _head.At(-inner, height, 1.05f),
            _head.At(0, height - 0.06f, 1.1f),
            _head.At(inner, height, 1.05f)
        );
    }

    private Vector2[] Lens(int side)
    {
        // Away from the nose and down, in halves of the lens.
        (float Out, float Down)[] shape = _sitter.GlassesShape switch
        {
            GlassesShape.Round => [(1, 0), (0.71f, 0.71f), (0, 1), (-0.71f, 0.71f), (-1, 0), (-0.71f, -0.71f), (0, -1), (0.71f, -0.71f)],
            GlassesShape.Rectangle =>
            [
                (1, -0.5f),
                (0.95f, 0.6f),
                (0.7f, 0.8f),
                (-0.7f, 0.8f),
                (-0.95f, 0.6f),
                (-1, -0.5f),
                (-0.8f, -0.75f),
                (0.8f, -0.75f),
            ],
            GlassesShape.Drop =>
            [
                (1, -0.5f),
                (0.8f, 0.5f),
                (0.2f, 1.05f),
                (-0.5f, 0.9f),
                (-0.9f, 0.2f),
                (-0.9f, -0.5f),
                (-0.6f, -0.75f),
                (0.7f, -0.8f),
            ],
            _ => [(1.15f, -0.95f), (1, 0), (0.6f, 0.75f), (-0.2f, 0.85f), (-0.8f, 0.5f), (-0.95f, -0.2f), (-0.6f, -0.6f), (0.3f, -0.7f)],
        };
        var half = _head.Degrees(_sitter.LensWidth);
        return
        [
            .. shape.Select(point =>
                _head.At(side * (_sitter.EyeAngle + point.Out * half), _sitter.EyeHeight, 1.04f) + Down(point.Down * _sitter.LensHeight)
            ),
        ];
    }
}

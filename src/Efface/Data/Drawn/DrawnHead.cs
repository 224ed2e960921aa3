using System.Numerics;

namespace Efface.Data.Drawn;

/// <summary>
/// Where things are on a turned head. A place on it is an angle from the middle of the face (degrees; 90 is the viewer's right ear when
/// the head is straight) and a height (-1 the crown, 0 the eyes, 1 the chin).
/// </summary>
internal sealed class DrawnHead(DrawnSitter sitter, Pose pose)
{
    private const float Radians = MathF.PI / 180;

    /// <summary>How far the head is turned: negative to the viewer's left.</summary>
    public float Yaw { get; } =
        sitter.Sway
        + pose switch
        {
            Pose.Left => -sitter.Turn,
            Pose.Right => sitter.Turn,
            _ => 0,
        };

    /// <summary>The side that the head is turned to, -1 to 1: 0 is straight.</summary>
    public float Lean => MathF.Sin(Yaw * Radians);

    /// <summary>
    /// A point on the skin, or <paramref name="outward"/> times as far from the head's axis. A point behind the head lies on its outline.
    /// </summary>
    public Vector2 At(float angle, float height, float outward = 1) =>
        Place(outward * HalfWidth(height) * MathF.Sin(Math.Clamp(angle + Yaw, -90, 90) * Radians), height);

    /// <summary>Points on the skin.</summary>
    public Vector2[] Along(params (float Angle, float Height)[] points) => [.. points.Select(point => At(point.Angle, point.Height))];

    /// <summary>A point on the outline, however the head is turned. The viewer's left is side -1, right is 1.</summary>
    public Vector2 Edge(int side, float height, float outward = 1) => Place(side * outward * HalfWidth(height), height);

    /// <summary>A point around the upper half of the head: 0 is level with the eyes at the left, 90 the crown, 180 at the right.</summary>
    public Vector2 Around(float angle, float wide, float high) =>
        Place(-wide * MathF.Cos(angle * Radians), -high * MathF.Sin(angle * Radians));

    /// <summary>How much narrower something at an angle looks because of the turn.</summary>
    public float Foreshortening(float angle) => MathF.Cos(Math.Clamp(angle + Yaw, -85, 85) * Radians);

    /// <summary>Whether something at this angle faces the viewer.</summary>
    public bool IsSeen(float angle) => Math.Abs(angle + Yaw) < 100;

    /// <summary>Lengths on the skin as angles.</summary>
    public float Degrees(float length) => length / sitter.HalfWidth / Radians;

    /// <summary>The outline of skull and face.</summary>
    public Vector2[] Outline() =>
        [
            .. Enumerable.Range(0, 9).Select(i => Around(i * 22.5f, 1, 1)),
            .. ChinHeights.Select(height => Edge(1, height)),
            .. ChinHeights.Reverse().Skip(1).Select(height => Edge(-1, height)),
        ];

    private static readonly float[] ChinHeights = [0.25f, 0.5f, 0.7f, 0.85f, 0.95f, 1];

    /// <summary>When the head turns, the chin moves forward and the crown stays behind.</summary>
    private Vector2 Place(float across, float height)
    {
        var ahead = Lean * (height < 0 ? 0.12f * height : 0.3f * height * height);
        return new(sitter.CentreX + sitter.HalfWidth * (across + ahead), sitter.CentreY + sitter.HalfHeight * height);
    }

    /// <summary>An ellipse above the eyes, the sitter's own jaw below them; in half widths of the head.</summary>
    private float HalfWidth(float height) =>
        height < 0 ? MathF.Sqrt(Math.Max(0, 1 - height * height)) : MathF.Pow(Math.Max(0, 1 - MathF.Pow(height, sitter.Jaw)), 0.55f);
}

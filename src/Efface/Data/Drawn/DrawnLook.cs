namespace Efface.Data.Drawn;

/// <summary>The factors of one drawn face. The names of the members, in lower case, are the names of columns and classes.</summary>
internal sealed record DrawnLook(
    bool Smile,
    bool Glasses,
    bool Hat,
    HairColour Hair,
    SkinTone Skin,
    bool Beard,
    Pose Pose,
    LightSide Light,
    Backdrop Background
)
{
    private static readonly string[] NoYes = ["no", "yes"];

    /// <summary>Every factor with its classes, in the order of the members.</summary>
    public static IReadOnlyList<(string Name, string[] Classes)> Factors { get; } =
    [
        ("smile", NoYes),
        ("glasses", NoYes),
        ("hat", NoYes),
        ("hair", Names<HairColour>()),
        ("skin", Names<SkinTone>()),
        ("beard", NoYes),
        ("pose", Names<Pose>()),
        ("light", Names<LightSide>()),
        ("background", Names<Backdrop>()),
    ];

    /// <summary>The look with these labels, one for each of <see cref="Factors"/>.</summary>
    public static DrawnLook Of(ReadOnlySpan<int> labels) =>
        new(
            labels[0] == 1,
            labels[1] == 1,
            labels[2] == 1,
            (HairColour)labels[3],
            (SkinTone)labels[4],
            labels[5] == 1,
            (Pose)labels[6],
            (LightSide)labels[7],
            (Backdrop)labels[8]
        );

    private static string[] Names<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())];
}

internal enum HairColour
{
    Black,
    Brown,
    Blond,
    Red,
}

internal enum SkinTone
{
    Light,
    Medium,
    Dark,
}

/// <summary>Where the face looks, from the viewer's side.</summary>
internal enum Pose
{
    Left,
    Front,
    Right,
}

/// <summary>Where the light comes from, from the viewer's side.</summary>
internal enum LightSide
{
    Left,
    Right,
}

internal enum Backdrop
{
    Plain,
    Gradient,
    Stripes,
}

using SkiaSharp;

namespace Efface.Data.Drawn;

internal enum HairStyle
{
    Short,
    Parted,
    Curly,
    High,
    Bob,
    Long,
    Wavy,
    Bun,
}

internal enum BeardStyle
{
    Full,
    Boxed,
    Goatee,
    Strap,
}

internal enum GlassesShape
{
    Round,
    Rectangle,
    Drop,
    CatEye,
}

internal enum HatStyle
{
    Beanie,
    Cap,
    Brimmed,
    Beret,
}

internal enum ClothesStyle
{
    Crew,
    VNeck,
    Collar,
    Turtleneck,
}

/// <summary>
/// Everything about a portrait that no factor names. All of it is drawn in a fixed order whatever the factors are, so the same
/// random numbers with one factor changed give the same sitter. Lengths are in 64ths of the picture, angles in degrees.
/// </summary>
internal sealed class DrawnSitter(Random random)
{
    // The head: its place, its shape, how it is held.
    public float CentreX { get; } = Between(random, 29, 35);
    public float CentreY { get; } = Between(random, 33, 36.5f);
    public float HalfWidth { get; } = Between(random, 13.8f, 16.8f);
    public float HalfHeight { get; } = Between(random, 17.2f, 20);
    public float Jaw { get; } = Between(random, 2.0f, 3.4f);
    public float Tilt { get; } = Between(random, -8, 8);
    public float Turn { get; } = Between(random, 24, 36);
    public float Sway { get; } = Between(random, -5, 5);
    public float EarSize { get; } = Between(random, 0.8f, 1.15f);

    // Eyes and brows. Rings below the eyes and heavy brows are there to be mistaken for glasses.
    public float EyeAngle { get; } = Between(random, 22, 27);
    public float EyeHeight { get; } = Between(random, -0.02f, 0.1f);
    public float EyeWidth { get; } = Between(random, 2.6f, 3.5f);
    public float EyeOpening { get; } = Between(random, 1.3f, 2.3f);
    public float EyeSlant { get; } = Between(random, -0.5f, 0.5f);
    public SKColor Iris { get; } = Pick(random, Irises);
    public float Gaze { get; } = Between(random, -0.6f, 0.6f);
    public float Rings { get; } = Chance(random, 0.4) ? Between(random, 0.15f, 0.45f) : 0;
    public float Lashes { get; } = Between(random, 0.5f, 1.1f);
    public float BrowHeight { get; } = Between(random, 4.4f, 6);
    public float BrowWidth { get; } = Between(random, 0.8f, 2.1f);
    public float BrowArch { get; } = Between(random, 0, 1.4f);
    public float BrowSlant { get; } = Between(random, -0.9f, 0.9f);

    // Nose, mouth and cheeks. Any mouth may be open and show teeth, a smiling one more often.
    public float NoseWidth { get; } = Between(random, 1.3f, 2.3f);
    public float NoseTip { get; } = Between(random, 0.3f, 0.38f);
    public float MouthAngle { get; } = Between(random, 29, 38);
    public float MouthHeight { get; } = Between(random, 0.54f, 0.61f);
    public float MouthSlant { get; } = Between(random, -0.5f, 0.5f);
    public float Openness { get; } = Between(random, 0, 1);
    public float MouthOpening { get; } = Between(random, 3, 5);
    public float Toothiness { get; } = Between(random, 0, 1);
    public float Lips { get; } = Between(random, 0.7f, 1.5f);
    public float LipColour { get; } = Between(random, 0.35f, 0.85f);
    public float SmilingSag { get; } = Between(random, 4.4f, 7);
    public float NeutralSag { get; } = Between(random, -2.4f, 0.1f);
    public float Blush { get; } = Between(random, 0, 0.35f);
    public float Folds { get; } = Chance(random, 0.4) ? Between(random, 0.1f, 0.35f) : 0;
    public float Freckles { get; } = Chance(random, 0.2) ? Between(random, 0.2f, 0.5f) : 0;

    // Hair and beard.
    public HairStyle HairStyle { get; } = Pick(random, Enum.GetValues<HairStyle>());
    public float HairVolume { get; } = Between(random, 0.08f, 0.17f);
    public float Hairline { get; } = Between(random, -0.56f, -0.36f);
    public float Parting { get; } = Between(random, -50, 50);
    public float HairLength { get; } = Between(random, 0.9f, 1.35f);
    public float BrowShade { get; } = Between(random, -0.45f, -0.1f);
    public BeardStyle BeardStyle { get; } = Pick(random, Enum.GetValues<BeardStyle>());
    public float BeardLength { get; } = Between(random, 1.03f, 1.2f);
    public float Stubble { get; } = Chance(random, 0.35) ? Between(random, 0.1f, 0.3f) : 0;

    // Glasses, hat, clothes.
    public GlassesShape GlassesShape { get; } = Pick(random, Enum.GetValues<GlassesShape>());
    public float LensWidth { get; } = Between(random, 4.3f, 5.8f);
    public float LensHeight { get; } = Between(random, 3.3f, 4.9f);
    public float FrameWidth { get; } = Between(random, 0.7f, 1.35f);
    public SKColor Frame { get; } = Pick(random, Frames);
    public SKColor Tint { get; } = Colour(random, 20, 50, 60, 90);
    public float TintStrength { get; } = Between(random, 0.12f, 0.4f);
    public HatStyle HatStyle { get; } = Pick(random, Enum.GetValues<HatStyle>());
    public SKColor HatColour { get; } = Colour(random, 10, 62, 20, 68);
    public SKColor HatTrim { get; } = Colour(random, 10, 62, 20, 82);
    public float HatLine { get; } = Between(random, -0.5f, -0.36f);
    public float HatHeight { get; } = Between(random, 1.18f, 1.4f);
    public bool Pompom { get; } = Chance(random, 0.5);
    public ClothesStyle ClothesStyle { get; } = Pick(random, Enum.GetValues<ClothesStyle>());
    public SKColor Clothes { get; } = Colour(random, 15, 60, 25, 66);
    public SKColor ClothesTrim { get; } = Colour(random, 10, 50, 35, 92);
    public bool Striped { get; } = Chance(random, 0.35);
    public float Shoulders { get; } = Between(random, 21, 27);
    public float ShoulderHeight { get; } = Between(random, 57, 60);

    // Skin and hair have roughly the colour that the factor names; each number is a place in that colour's range.
    public float Hue { get; } = Between(random, 0, 1);
    public float Saturation { get; } = Between(random, 0, 1);
    public float Lightness { get; } = Between(random, 0, 1);
    public float HairHue { get; } = Between(random, 0, 1);
    public float HairSaturation { get; } = Between(random, 0, 1);
    public float HairLightness { get; } = Between(random, 0, 1);

    // Backdrop, light and camera.
    public SKColor Backdrop { get; } = Colour(random, 12, 48, 48, 84);
    public SKColor SecondBackdrop { get; } = Colour(random, 12, 48, 48, 84);
    public float BackdropContrast { get; } = Between(random, 0.4f, 0.6f);
    public float BackdropAngle { get; } = Between(random, 0, 180);
    public float StripeWidth { get; } = Between(random, 3, 7);
    public float Shadow { get; } = Between(random, 0.4f, 0.64f);
    public float Glow { get; } = Between(random, 0.08f, 0.2f);
    public float Exposure { get; } = Between(random, 0.85f, 1.1f);
    public float Blur { get; } = Between(random, 0, 0.11f);
    public float Noise { get; } = Between(random, 1, 5);

    private static readonly SKColor[] Irises =
    [
        new(0x5B, 0x3A, 0x1E),
        new(0x3B, 0x24, 0x14),
        new(0x3F, 0x6F, 0xA8),
        new(0x4F, 0x7F, 0x4A),
        new(0x6B, 0x6F, 0x75),
    ];

    private static readonly SKColor[] Frames =
    [
        new(0x18, 0x18, 0x1C),
        new(0x5A, 0x36, 0x1E),
        new(0xB8, 0x92, 0x3A),
        new(0xA8, 0x22, 0x2A),
        new(0x1F, 0x3F, 0x8C),
        new(0x78, 0x80, 0x8A),
        new(0x22, 0x6B, 0x52),
    ];

    private static bool Chance(Random random, double probability) => random.NextDouble() < probability;

    private static float Between(Random random, float low, float high) => low + (high - low) * random.NextSingle();

    private static T Pick<T>(Random random, T[] choices) => choices[random.Next(choices.Length)];

    /// <summary>Any hue; saturation and lightness in percent.</summary>
    private static SKColor Colour(Random random, float paleness, float saturation, float dark, float light) =>
        SKColor.FromHsl(Between(random, 0, 360), Between(random, paleness, saturation), Between(random, dark, light));
}

using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Interchange;

/// <summary>How pixels become a model's input: (pixel / scale - mean) / deviation for each channel.</summary>
public sealed record Preprocessing
{
    private const float Largest = 255;

    private static readonly Dictionary<string, Preprocessing> Known = new()
    {
        ["raw"] = new(),
        ["unit"] = new() { Scale = Largest },
        ["signed"] = new()
        {
            Scale = Largest,
            Mean = [0.5f, 0.5f, 0.5f],
            Deviation = [0.5f, 0.5f, 0.5f],
        },
        // Of torchvision's models.
        ["imagenet"] = new()
        {
            Scale = Largest,
            Mean = [0.485f, 0.456f, 0.406f],
            Deviation = [0.229f, 0.224f, 0.225f],
        },
    };

    /// <summary>What users may write.</summary>
    internal const string Words =
        "raw (0 to 255), unit (0 to 1), signed (-1 to 1) or imagenet, and after it bgr, nhwc, mean=A/B/C, std=A/B/C";

    /// <summary>Whether the model takes blue first.</summary>
    public bool IsBlueFirst { get; init; }

    /// <summary>Whether channels come last: [N, H, W, C].</summary>
    public bool IsChannelsLast { get; init; }

    /// <summary>What pixels of 0 to 255 are divided by.</summary>
    public float Scale { get; init; } = 1;

    /// <summary>For each channel, in the model's order.</summary>
    public IReadOnlyList<float> Mean { get; init; } = [0, 0, 0];

    /// <summary>For each channel, in the model's order.</summary>
    public IReadOnlyList<float> Deviation { get; init; } = [1, 1, 1];

    /// <summary>Reads words such as <c>raw,bgr,mean=104/117/123</c>; null when they say something else.</summary>
    public static Preprocessing? Parse(string text)
    {
        var words = text.Split(',', StringSplitOptions.TrimEntries);
        if (!Known.TryGetValue(words[0], out var how))
            return null;
        foreach (var word in words[1..])
        {
            var next = word.Split('=') switch
            {
                ["bgr"] => how with { IsBlueFirst = true },
                ["nhwc"] => how with { IsChannelsLast = true },
                ["mean", var numbers] when Three(numbers) is { } mean => how with { Mean = mean },
                ["std", var numbers] when Three(numbers) is { } deviation && deviation.All(number => number > 0) => how with
                {
                    Deviation = deviation,
                },
                _ => null,
            };
            if (next is null)
                return null;
            how = next;
        }
        return how;
    }

    /// <summary>The same in words, the shortest that <see cref="Parse"/> reads back.</summary>
    public override string ToString()
    {
        var near = Known.FirstOrDefault(known =>
            known.Value.Scale == Scale && Same(known.Value.Mean, Mean) && Same(known.Value.Deviation, Deviation)
        );
        var words = new List<string> { near.Key ?? (Scale == 1 ? "raw" : "unit") };
        if (IsBlueFirst)
            words.Add("bgr");
        if (IsChannelsLast)
            words.Add("nhwc");
        if (near.Key is null)
            words.AddRange([$"mean={Text(Mean)}", $"std={Text(Deviation)}"]);
        return string.Join(',', words);
    }

    /// <summary>f32 [B, 3, H, W], or [B, H, W, 3], of pixels u8 [B, 3, H, W] in RGB.</summary>
    public Tensor Apply(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var values = (IsBlueFirst ? pixels.flip(1) : pixels).to_type(ScalarType.Float32) / Scale;
        values = (values - torch.tensor(Mean.ToArray()).view(1, 3, 1, 1)) / torch.tensor(Deviation.ToArray()).view(1, 3, 1, 1);
        return (IsChannelsLast ? values.permute(0, 2, 3, 1) : values).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>u8 of the same pixels in the model's order.</summary>
    internal Tensor Ordered(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var values = IsBlueFirst ? pixels.flip(1) : pixels.alias();
        return (IsChannelsLast ? values.permute(0, 2, 3, 1) : values).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Whether pixels go in as they are, apart from the order of channels.</summary>
    internal bool IsRaw => Scale == 1 && Mean.All(mean => mean == 0) && Deviation.All(deviation => deviation == 1);

    /// <inheritdoc/>
    public bool Equals(Preprocessing? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    private static bool Same(IReadOnlyList<float> one, IReadOnlyList<float> other) => one.SequenceEqual(other);

    private static string Text(IReadOnlyList<float> numbers) =>
        string.Join('/', numbers.Select(number => number.ToString("R", CultureInfo.InvariantCulture)));

    private static float[]? Three(string text)
    {
        var numbers = text.Split('/')
            .Select(part =>
                float.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number)
                    ? number
                    : (float?)null
            )
            .ToArray();
        return numbers.Length == 3 && numbers.All(number => number is not null) ? [.. numbers.Select(number => number!.Value)] : null;
    }
}

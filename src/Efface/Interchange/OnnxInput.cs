using static Onnx.TensorProto.Types;
using Dimension = Onnx.TensorShapeProto.Types.Dimension;

namespace Efface.Interchange;

/// <summary>What images a model takes.</summary>
/// <param name="Side">Pixels.</param>
/// <param name="IsByte">Whether it takes u8 rather than f32.</param>
/// <param name="IsChannelsLast">Whether it takes [N, H, W, 3].</param>
internal sealed record OnnxInput(int Side, bool IsByte, bool IsChannelsLast)
{
    private const int Channels = 3;

    /// <summary>Reads it from the model's input.</summary>
    /// <param name="file">The model.</param>
    /// <param name="named">What messages call it.</param>
    /// <param name="asked">The side that images are to have; null takes the model's.</param>
    /// <exception cref="InvalidInputException">It takes no images, or none of that size.</exception>
    public static OnnxInput Of(OnnxFile file, string named, int? asked)
    {
        var input = file.Input(named);
        var where = $"{named} {file.Path}";
        var tensor = input.Type?.TensorType;
        var type = (DataType)(tensor?.ElemType ?? 0);
        if (type is not (DataType.Float or DataType.Uint8))
            throw new InvalidInputException(where, $"takes {type} at its input {input.Name}", "Give a model that takes f32 or u8 images");
        long[] sizes = [.. (tensor!.Shape?.Dim ?? []).Select(Size)];
        var isLast = sizes is [_, _, _, Channels] && sizes[1] != Channels;
        if (!isLast && sizes is not [_, Channels or 0, _, _])
            throw new InvalidInputException(
                where,
                $"takes [{string.Join(", ", sizes.Select(size => size == 0 ? "any" : $"{size}"))}] at its input {input.Name}",
                "Give a model that takes images [N, 3, H, W] or [N, H, W, 3]"
            );
        var (height, width) = isLast ? (sizes[1], sizes[2]) : (sizes[2], sizes[3]);
        if (height != width)
            throw new InvalidInputException(where, $"takes images of {height} × {width}", "Give a model that takes square images");
        if (height > 0 && asked is { } side && side != height)
            throw new InvalidInputException(
                $"`DataOptions.Size` {side}",
                $"is not the {height} pixels that the model takes",
                $"Give {height}, or leave it out"
            );
        return height > 0 || asked is not null
            ? new OnnxInput(height > 0 ? (int)height : asked!.Value, type == DataType.Uint8, isLast)
            : throw new InvalidInputException(
                "`DataOptions.Size`",
                "missing: the model takes images of any size",
                "Give the side in pixels"
            );
    }

    // 0 for any.
    private static long Size(Dimension dimension) =>
        dimension.ValueCase == Dimension.ValueOneofCase.DimValue ? Math.Max(0, dimension.DimValue) : 0;
}

using static TorchSharp.torch;

namespace Efface.Data;

/// <summary>Some examples with their labels.</summary>
/// <param name="Values">u8 [B, C, H, W] of images, f32 [B, D] of vectors.</param>
/// <param name="Task">y, int64 [B].</param>
/// <param name="Attributes">One z for each attribute, int64 [B].</param>
public sealed record Batch(Tensor Values, Tensor Task, IReadOnlyList<Tensor> Attributes) : IDisposable
{
    /// <summary>How many examples there are.</summary>
    public int Size => (int)Values.shape[0];

    /// <summary>The same batch on <paramref name="device"/>; this one if it is already there.</summary>
    public Batch To(Device device) =>
        Values.device.type == device.type && Values.device.index == device.index
            ? this
            : new Batch(Values.to(device), Task.to(device), [.. Attributes.Select(attribute => attribute.to(device))]);

    /// <inheritdoc/>
    public void Dispose()
    {
        Values.Dispose();
        Task.Dispose();
        foreach (var attribute in Attributes)
            attribute.Dispose();
    }
}

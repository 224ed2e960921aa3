using static TorchSharp.torch;

namespace Efface.Data;

/// <summary>Some images with their labels.</summary>
/// <param name="Images">u8 [B, C, H, W].</param>
/// <param name="Task">y, int64 [B].</param>
/// <param name="Attributes">One z for each attribute, int64 [B].</param>
public sealed record Batch(Tensor Images, Tensor Task, IReadOnlyList<Tensor> Attributes) : IDisposable
{
    /// <summary>How many images there are.</summary>
    public int Size => (int)Images.shape[0];

    /// <summary>The same batch on <paramref name="device"/>; this one when it is there already.</summary>
    public Batch To(Device device) =>
        Images.device.type == device.type && Images.device.index == device.index
            ? this
            : new Batch(Images.to(device), Task.to(device), [.. Attributes.Select(attribute => attribute.to(device))]);

    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        Task.Dispose();
        foreach (var attribute in Attributes)
            attribute.Dispose();
    }
}

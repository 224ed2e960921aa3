using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Models;

/// <summary>
/// On some processors the library's convolutions read channels that nobody has set, unless they fill whole blocks (docs/testing.md). There,
/// channels without weights fill them.
/// </summary>
internal static class WholeBlocks
{
    // The kernels take 16 channels of f32 at once, and 32 of bf16; with 16 a trained network still failed its test.
    private const long Block = 32;

    // The first letters of AuthenticAMD.
    private const int Amd = 0x68747541;

    // AMD's family 26.
    private static readonly bool AreNeeded = X86Base.IsSupported && X86Base.CpuId(0, 0).Ebx == Amd && Family(X86Base.CpuId(1, 0).Eax) == 26;

    /// <summary>How many channels are missing to whole blocks; 0 where nothing need be filled.</summary>
    /// <param name="channels">That there are.</param>
    /// <param name="input">Of the convolution: its device decides.</param>
    public static long Missing(long channels, Tensor input) =>
        AreNeeded && input.device.type == DeviceType.CPU ? -channels & (Block - 1) : 0;

    /// <summary>With this number of channels of zeros behind the others.</summary>
    public static Tensor Filled(Tensor tensor, int dimension, long missing)
    {
        if (missing == 0)
            return tensor;
        var shape = tensor.shape;
        shape[dimension] = missing;
        return torch.cat([tensor, tensor.new_zeros(shape)], dimension);
    }

    private static int Family(int signature) => (signature >> 8 & 0xF) + (signature >> 20 & 0xFF);
}

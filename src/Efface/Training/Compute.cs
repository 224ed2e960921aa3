using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>The devices and precision of computation.</summary>
internal static class Compute
{
    /// <summary>The accelerator, if the backend has one; else the CPU.</summary>
    public static Device Device => torch.cuda.is_available() ? CUDA : CPU;

    /// <summary>Whether 16-bit operations have their own instructions, instead of being emulated.</summary>
    public static bool IsFastInBf16 => HasBf16Instructions || torch.cuda.is_available();

    /// <summary>Whether the processor has instructions for bf16; calls no native library.</summary>
    public static bool HasBf16Instructions =>
        X86Base.IsSupported ? (Leaf7(1).Eax >> Avx512Bf16 & 1) == 1 : RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    private const int Avx512Bf16 = 5;

    // Only processors with leaf 7 have the instructions at all.
    private static (int Eax, int Ebx, int Ecx, int Edx) Leaf7(int part) => X86Base.CpuId(0, 0).Eax >= 7 ? X86Base.CpuId(7, part) : default;

    /// <summary>Sets the threads per operation; null leaves them as they are.</summary>
    public static void UseThreads(int? threads)
    {
        if (threads is { } count)
            torch.set_num_threads(count);
    }
}

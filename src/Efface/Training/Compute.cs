using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>Where the computing happens.</summary>
public static class Compute
{
    /// <summary>The accelerator, where the backend has one; else the CPU.</summary>
    public static Device Device => torch.cuda.is_available() ? CUDA : CPU;

    /// <summary>Sets the threads that one operation uses, and leaves them as they are for null.</summary>
    public static void UseThreads(int? threads)
    {
        if (threads is { } count) torch.set_num_threads(count);
    }
}

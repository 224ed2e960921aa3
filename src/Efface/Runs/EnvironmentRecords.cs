using System.Reflection;
using System.Runtime.InteropServices;
using Efface.Records;
using Efface.Training;
using TorchSharp;

namespace Efface.Runs;

/// <summary>Describes the machine for run.json.</summary>
internal static class EnvironmentRecords
{
    /// <summary>This machine, now.</summary>
    public static EnvironmentRecord Capture() =>
        new(
            typeof(EnvironmentRecords).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            RuntimeInformation.FrameworkDescription,
            RuntimeInformation.OSDescription,
            Processor(),
            Environment.ProcessorCount,
            torch.get_num_threads(),
            torch.__version__,
            Compute.Device.ToString()
        );

    private static string Processor()
    {
        const string linux = "/proc/cpuinfo";
        var line = File.Exists(linux)
            ? File.ReadLines(linux).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}

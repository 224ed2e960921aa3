using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text.RegularExpressions;
using Efface.Data.Pixels;
using Efface.Training;
using SkiaSharp;
using TorchSharp;

namespace Efface.Runs;

/// <summary>One check of the doctor.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">What was found.</param>
/// <param name="Fault">What is wrong with it, or null.</param>
/// <param name="Fix">How to fix the fault; null if there is none.</param>
internal sealed record DoctorFinding(string Name, string Value, string? Fault = null, string? Fix = null);

/// <summary>Every check of the doctor, in the order shown.</summary>
/// <param name="Findings">One per check, faulty or not.</param>
internal sealed record DoctorReport(IReadOnlyList<DoctorFinding> Findings)
{
    /// <summary>Whether no fault was found.</summary>
    public bool Healthy => Findings.All(finding => finding.Fault is null);
}

/// <summary>Checks what Efface can use on this machine, with a fix for everything that is wrong.</summary>
internal static partial class Doctor
{
    private const string Unknown = "unknown";
    private const long LeastMemory = 2_000_000_000;
    private const long LeastDisk = 1_000_000_000;

    /// <summary>Checks everything; any failure on the way becomes a finding. Never throws.</summary>
    public static DoctorReport Examine()
    {
        var backend = Look("native backend", NativeBackend);
        // Without its libraries TorchSharp's first use would print pages and copy a gigabyte beside the program: skip it.
        var torchLoads = backend.Fault is null;
        return new DoctorReport([
            Look("Efface", () => VersionOf(typeof(Doctor))),
            Look(".NET", () => $"{RuntimeInformation.FrameworkDescription} ({RuntimeInformation.RuntimeIdentifier})"),
            Look("operating system", () => $"{RuntimeInformation.OSDescription} ({RuntimeInformation.OSArchitecture})"),
            backend,
            Look("device", () => torchLoads ? Device() : Unknown),
            Look("intra-op threads", () => torchLoads ? Text($"{torch.get_num_threads()}") : Unknown),
            Look("threads wait", () => NativeThreads.Waiting),
            Look("cores", () => Text($"{Environment.ProcessorCount}")),
            Look("instruction sets", () => string.Join(' ', InstructionSets().DefaultIfEmpty("none of interest"))),
            Look("memory", Memory),
            Look("drawing library", DrawingLibrary),
            Look("decoding library", () => ImageDecoder.Library),
            Look("cache folder", () => CacheFolder(Path.GetFullPath(Data.Pixels.CacheFolder.Default))),
        ]);
    }

    /// <summary>
    /// Why the native backend cannot be loaded, or null. Call it before TorchSharp's first use, which would otherwise print pages of traces
    /// and copy its libraries beside the program.
    /// </summary>
    public static Problem? BackendFault() =>
        Look("native backend", NativeBackend) is { Fault: { } fault, Fix: { } fix } ? new Problem("native backend", fault, fix) : null;

    /// <summary>Explains why a native library did not load, from the loader's own message anywhere in the chain of exceptions.</summary>
    internal static (string Fault, string Fix) Diagnose(Exception exception)
    {
        var innermost = exception.GetBaseException();
        var words = string.Join('\n', Chain(exception).Select(link => link.Message));

        if (MissingVersion().Match(words) is { Success: true } need)
        {
            var (system, version, library) = (need.Groups["system"].Value, need.Groups["version"].Value, need.Groups["library"].Value);
            return (
                $"{library} needs {version}, which this system's {system} lacks",
                version == "GLIBCXX_3.4.32"
                    ? "Build the program with the Efface package, which marks this need as weak (nothing behind it is ever called), "
                        + "or use a system with the C++ library of GCC 13 (Debian 13, Ubuntu 24.04)"
                    : "Use a newer release of this system"
            );
        }
        if (MissingDependency().Match(words) is { Success: true } missing)
        {
            var library = missing.Groups["library"].Value;
            return (
                $"{library} is missing, which another library needs",
                library.Split(".so")[0] switch
                {
                    "libgomp" => "Install it: apt-get install libgomp1 (Debian, Ubuntu), dnf install libgomp (Fedora)",
                    "libstdc++" => "Install it: apt-get install libstdc++6 (Debian, Ubuntu), dnf install libstdc++ (Fedora)",
                    "libfontconfig" => "Install it: apt-get install libfontconfig1 (Debian, Ubuntu), dnf install fontconfig (Fedora)",
                    "libcuda" => "Install NVIDIA's driver, or build with the cpu backend",
                    _ => "It comes with the program: reinstall the tool, or restore and build the program again",
                }
            );
        }
        if (AbsentLibrary().Match(words) is { Success: true } absent)
            return (
                $"{absent.Groups["library"].Value} was not found, or something that it needs was not",
                "Reinstall the tool; in a program of your own, reference the package that brings it (for libtorch: TorchSharp-cpu, or one "
                    + "of TorchSharp's CUDA packages). On Windows, also install the Visual C++ Redistributable"
            );
        if (innermost is BadImageFormatException)
            return (
                $"a native library is broken or made for another processor: {FirstLine(innermost)}",
                $"Reinstall the tool, or restore and build the program again, for {RuntimeInformation.RuntimeIdentifier}"
            );
        return (
            $"{innermost.GetType().Name}: {FirstLine(innermost)}",
            "Reinstall the tool, or restore and build the program again; report this line if that does not help"
        );
    }

    /// <summary>Checks the memory, in bytes.</summary>
    internal static DoctorFinding Memory(long total, long available) =>
        new(
            "memory",
            Text($"{Gigabytes(total)} in all, {Gigabytes(available)} available"),
            available < LeastMemory ? $"less than {Gigabytes(LeastMemory)} of memory is available" : null,
            available < LeastMemory ? "Close other programs, or use a machine or a container with more memory" : null
        );

    /// <summary>Checks the folder of the image cache, and creates it if it is missing.</summary>
    internal static DoctorFinding CacheFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            File.Create(Path.Combine(folder, Path.GetRandomFileName()), bufferSize: 1, FileOptions.DeleteOnClose).Dispose();
            return CacheFolder(folder, new DriveInfo(folder).AvailableFreeSpace);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new DoctorFinding(
                "cache folder",
                folder,
                $"cannot be written: {FirstLine(exception)}",
                "Make it writable, or set EFFACE_CACHE to a folder that is"
            );
        }
    }

    /// <summary>Checks the free space, in bytes, at the cache.</summary>
    internal static DoctorFinding CacheFolder(string folder, long free) =>
        new(
            "cache folder",
            $"{folder} ({Gigabytes(free)} free)",
            free < LeastDisk ? $"less than {Gigabytes(LeastDisk)} of disk space is free" : null,
            free < LeastDisk ? "Free some space, or set EFFACE_CACHE to a folder on another disk" : null
        );

    private static DoctorFinding Look(string name, Func<string> value) => Look(name, () => new DoctorFinding(name, value()));

    private static DoctorFinding Look(string name, Func<DoctorFinding> examine)
    {
        try
        {
            return examine();
        }
        catch (Exception exception)
        {
            var (fault, fix) = Diagnose(exception);
            return new DoctorFinding(name, "fails", fault, fix);
        }
    }

    private static string NativeBackend()
    {
        // TorchSharp swallows the loader's message, so ask the loader first.
        NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, searchPath: null);
        return $"libtorch {torch.__version__} (TorchSharp {VersionOf(typeof(torch))})";
    }

    private static string DrawingLibrary() => $"Skia {SkiaSharpVersion.Native} (SkiaSharp {VersionOf(typeof(SkiaSharpVersion))})";

    private static string Device() =>
        torch.cuda.is_available() ? Text($"cuda ({torch.cuda.device_count()})")
        : torch.mps_is_available() ? "mps"
        : "cpu";

    private static IEnumerable<string> InstructionSets()
    {
        if (Avx2.IsSupported)
            yield return "avx2";
        if (Avx512F.IsSupported)
        {
            yield return "avx512f";
            if (Compute.HasBf16Instructions)
                yield return "avx512_bf16";
            // .NET has no name for it; the bit is in the processor's feature leaf.
            if ((X86Base.CpuId(7, 0).Edx & 1 << 24) != 0)
                yield return "amx";
        }
        if (AdvSimd.IsSupported)
            yield return "neon";
    }

    private static DoctorFinding Memory()
    {
        // The garbage collector knows a container's limit as well as the machine's memory, but only updates it in a collection.
        GC.Collect(0);
        var memory = GC.GetGCMemoryInfo();
        return Memory(memory.TotalAvailableMemoryBytes, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes);
    }

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? Unknown;

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (var link = exception; link is not null; link = link.InnerException)
            yield return link;
    }

    private static string FirstLine(Exception exception) => exception.Message.Split('\n', 2)[0].Trim();

    private static string Gigabytes(long bytes) => Text($"{bytes / 1e9:F1} GB");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<system>[^/\s]+): version `(?<version>[^']+)' not found \(required by (?:.*/)?(?<library>[^/]+)\)")]
    private static partial Regex MissingVersion();

    [GeneratedRegex(
        @"^(?<library>[^/\s:]+): cannot open shared object file|Library not loaded: (?:\S*/)?(?<library>[^/\s]+)",
        RegexOptions.Multiline
    )]
    private static partial Regex MissingDependency();

    [GeneratedRegex(@"Unable to load (?:shared library|DLL) '(?<library>[^']+)'|contain a reference to (?<library>libtorch\S*?),")]
    private static partial Regex AbsentLibrary();
}

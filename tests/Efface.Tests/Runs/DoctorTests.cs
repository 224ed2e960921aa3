using Efface.Runs;
using Xunit;

namespace Efface.Tests.Runs;

public sealed class DoctorTests
{
    private const string Unable =
        "Unable to load shared library 'LibTorchSharp' or one of its dependencies. In order to help diagnose loading problems, consider "
        + "using a tool like strace. If you're using glibc, consider setting the LD_DEBUG environment variable:\n";

    // What the loader of Debian 12 said, word for word but for the folders.
    private const string OldSystem =
        Unable
        + """
            /app/runtimes/linux-x64/native/LibTorchSharp.so: cannot open shared object file: No such file or directory
            /lib/x86_64/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /app/runtimes/linux-x64/native/libLibTorchSharp.so)
            /app/libLibTorchSharp: cannot open shared object file: No such file or directory
            """;

    private const string NoOpenMp =
        Unable
        + """
            /app/runtimes/linux-x64/native/LibTorchSharp.so: cannot open shared object file: No such file or directory
            libgomp.so.1: cannot open shared object file: No such file or directory
            /app/libLibTorchSharp: cannot open shared object file: No such file or directory
            """;

    private const string NoLibrary =
        Unable
        + """
            /app/runtimes/linux-x64/native/LibTorchSharp.so: cannot open shared object file: No such file or directory
            /app/libLibTorchSharp: cannot open shared object file: No such file or directory
            """;

    private const string NoModuleOnWindows =
        "Unable to load DLL 'LibTorchSharp' or one of its dependencies: The specified module could not be found. (0x8007007E)";

    private const string TorchSharpItself =
        "This application or script uses TorchSharp but doesn't contain a reference to libtorch-cpu-linux-x64, "
        + "Version=2.10.0.0.\n\nConsider ...";

    private const string NoLibraryOnMacOs =
        "dlopen(/app/libLibTorchSharp.dylib, 0x0001): Library not loaded: @rpath/libomp.dylib\n  Referenced from: /app/libtorch_cpu.dylib";

    public static TheoryData<Exception> Failures =>
        [
            new DllNotFoundException(OldSystem),
            new DllNotFoundException(NoOpenMp),
            new DllNotFoundException(NoLibrary),
            new DllNotFoundException(NoLibraryOnMacOs),
            new DllNotFoundException(NoModuleOnWindows),
            new TypeInitializationException("TorchSharp.torch", new NotSupportedException(TorchSharpItself)),
            new BadImageFormatException("An attempt was made to load a program with an incorrect format."),
            new InvalidOperationException("anything else"),
        ];

    [Fact]
    public void The_machine_that_runs_the_tests_loads_both_native_libraries()
    {
        var findings = Doctor.Examine().Findings.ToDictionary(finding => finding.Name);

        Assert.Null(findings["native backend"].Fault);
        Assert.Matches(@"^libtorch \d+\.\d+", findings["native backend"].Value);
        Assert.Null(findings["drawing library"].Fault);
        Assert.Matches("^(cpu|mps|cuda)", findings["device"].Value);
        Assert.InRange(int.Parse(findings["intra-op threads"].Value), 1, 4096);
    }

    [Fact]
    public void Every_finding_has_a_name_of_its_own_and_a_value()
    {
        var findings = Doctor.Examine().Findings;

        Assert.Equal(findings.Count, findings.Select(finding => finding.Name).Distinct().Count());
        Assert.All(findings, finding => Assert.NotEmpty(finding.Value));
    }

    [Fact]
    public void One_fault_makes_a_report_unhealthy()
    {
        var well = new DoctorFinding("a", "1");

        Assert.True(new DoctorReport([well, well]).Healthy);
        Assert.False(new DoctorReport([well, new DoctorFinding("b", "2", "broken", "mend it")]).Healthy);
    }

    [Fact]
    public void A_symbol_version_that_the_system_lacks_is_named_with_both_libraries()
    {
        var (fault, fix) = Doctor.Diagnose(new DllNotFoundException(OldSystem));

        Assert.Equal("libLibTorchSharp.so needs GLIBCXX_3.4.32, which this system's libstdc++.so.6 lacks", fault);
        Assert.Contains("weak", fix);
    }

    [Fact]
    public void Only_the_version_that_is_never_called_can_be_marked_weak()
    {
        var (fault, fix) = Doctor.Diagnose(new DllNotFoundException(OldSystem.Replace("GLIBCXX_3.4.32", "GLIBC_2.38")));

        Assert.Contains("GLIBC_2.38", fault);
        Assert.DoesNotContain("weak", fix);
    }

    [Fact]
    public void The_cause_is_found_however_deep_in_the_chain()
    {
        var loader = new DllNotFoundException(OldSystem);
        var wrapped = new TypeInitializationException("TorchSharp.torch", new NotSupportedException(TorchSharpItself, loader));

        Assert.Equal(Doctor.Diagnose(loader), Doctor.Diagnose(wrapped));
    }

    [Theory]
    [InlineData("libgomp.so.1", "libgomp1")]
    [InlineData("libfontconfig.so.1", "libfontconfig1")]
    [InlineData("libcuda.so.1", "driver")]
    [InlineData("libgomp-98b21ff3.so.1", "einstall the tool")]
    [InlineData("libtorch_cpu.so", "einstall the tool")]
    public void A_missing_dependency_is_named_with_what_provides_it(string library, string provider)
    {
        var (fault, fix) = Doctor.Diagnose(new DllNotFoundException(NoOpenMp.Replace("libgomp.so.1", library)));

        Assert.StartsWith(library + " is missing", fault);
        Assert.Contains(provider, fix);
    }

    [Fact]
    public void A_missing_dependency_on_macos_is_named() =>
        Assert.StartsWith("libomp.dylib is missing", Doctor.Diagnose(new DllNotFoundException(NoLibraryOnMacOs)).Fault);

    [Theory]
    [InlineData(NoLibrary, "LibTorchSharp")]
    [InlineData(NoModuleOnWindows, "LibTorchSharp")]
    [InlineData(TorchSharpItself, "libtorch-cpu-linux-x64")]
    public void A_library_that_is_not_there_at_all_is_told_from_one_that_lacks_a_dependency(string message, string library) =>
        Assert.StartsWith(library + " was not found", Doctor.Diagnose(new NotSupportedException(message)).Fault);

    [Fact]
    public void An_unforeseen_failure_is_reported_in_its_own_words() =>
        Assert.Contains("anything else", Doctor.Diagnose(new InvalidOperationException("anything else")).Fault);

    [Theory, MemberData(nameof(Failures))]
    public void Every_fault_is_one_line_and_comes_with_a_fix(Exception failure)
    {
        var (fault, fix) = Doctor.Diagnose(failure);

        Assert.DoesNotContain('\n', fault);
        Assert.NotEmpty(fault);
        Assert.NotEmpty(fix);
    }

    [Theory]
    [InlineData(1_999_999_999, false)]
    [InlineData(2_000_000_000, true)]
    public void Two_gigabytes_of_available_memory_are_enough(long available, bool enough)
    {
        var finding = Doctor.Memory(total: 16_000_000_000, available);

        Assert.Equal(enough, finding.Fault is null);
        Assert.Equal(enough, finding.Fix is null);
    }

    [Theory]
    [InlineData(999_999_999, false)]
    [InlineData(1_000_000_000, true)]
    public void One_gigabyte_of_free_disk_is_enough(long free, bool enough)
    {
        var finding = Doctor.CacheFolder("cache", free);

        Assert.Equal(enough, finding.Fault is null);
        Assert.Equal(enough, finding.Fix is null);
    }

    [Fact]
    public void A_cache_folder_that_can_be_written_is_left_empty()
    {
        var folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            Assert.Contains(folder, Doctor.CacheFolder(folder).Value);
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    [Fact]
    public void A_cache_folder_that_cannot_be_written_is_a_fault()
    {
        var file = Path.GetTempFileName();
        try
        {
            var finding = Doctor.CacheFolder(Path.Combine(file, "efface"));

            Assert.StartsWith("cannot be written", finding.Fault);
            Assert.Contains("EFFACE_CACHE", finding.Fix);
        }
        finally
        {
            File.Delete(file);
        }
    }
}

using System.Text.Json;
using TorchSharp;
using Xunit;

namespace Efface.Tests;

public sealed class NativeLibraryTests
{
    private const string Native = "runtimes/linux-x64/native/libLibTorchSharp.so";

    [Fact]
    public void The_copy_in_the_output_differs_from_the_packages_file_in_one_flag_alone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux's library has the need.");
        var original = File.ReadAllBytes(Path.Combine(PackageFolder(), Native));
        var copy = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, Native));

        Assert.Equal(original.Length, copy.Length);
        var flag = Assert.Single(Enumerable.Range(0, copy.Length), i => copy[i] != original[i]);
        Assert.Equal((0, 2), (original[flag], copy[flag])); // VER_FLG_WEAK
        // In an entry of the needed versions the flags follow the hash of the version's name.
        Assert.Equal(ElfHash("GLIBCXX_3.4.32"), BitConverter.ToUInt32(copy, flag - 4));
    }

    [Fact]
    public void Torch_computes() => Assert.Equal(3f, torch.ones(3).sum().item<float>());

    private static string PackageFolder()
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var dependencies = Path.ChangeExtension(typeof(NativeLibraryTests).Assembly.Location, ".deps.json");
        using var json = JsonDocument.Parse(File.ReadAllText(dependencies));
        var package = json.RootElement.GetProperty("libraries").EnumerateObject()
            .Single(library => library.Name.StartsWith("TorchSharp/", StringComparison.Ordinal));
        return Path.Combine(packages, package.Value.GetProperty("path").GetString()!);
    }

    // System V ABI, "Hash Table".
    private static uint ElfHash(string name)
    {
        var hash = 0u;
        foreach (var letter in name)
        {
            hash = (hash << 4) + letter;
            var high = hash & 0xf0000000;
            hash = (hash ^ high >> 24) & ~high;
        }
        return hash;
    }
}

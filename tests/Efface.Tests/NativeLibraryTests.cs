using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using TorchSharp;
using Xunit;

namespace Efface.Tests;

public sealed class NativeLibraryTests
{
    private const string Native = "runtimes/linux-x64/native/libLibTorchSharp.so";

    private readonly ConcurrentQueue<string> _faults = [];

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
    public void Methods_of_TorchSharp_hold_on_to_what_they_are_given()
    {
        var assembly = typeof(torch).Assembly;
        Assert.True(assembly.GetCustomAttribute<DebuggableAttribute>()!.IsJITOptimizerDisabled);
        // Attributes that had the same value have it still.
        Assert.All(assembly.GetTypes().SelectMany(type => type.GetCustomAttributes<UnmanagedFunctionPointerAttribute>()), attribute =>
            Assert.Equal(CallingConvention.Cdecl, attribute.CallingConvention)
        );
        Assert.NotEmpty(assembly.GetCustomAttributes<AssemblyMetadataAttribute>());
    }

    [Fact]
    public void A_number_freed_under_the_call_that_reads_it()
    {
        using var done = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        var products = 0L;
        var threads = Enumerable.Range(0, 8).Select(seed => new Thread(() => Multiply(seed, ref products, done.Token))).ToList();
        threads.ForEach(thread => thread.Start());
        while (!done.IsCancellationRequested)
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        threads.ForEach(thread => thread.Join());

        Assert.Empty(_faults);
        Assert.True(products > 1000, $"{products} products");
    }

    [Fact]
    public void Torch_computes() => Assert.Equal(3f, torch.ones(3).sum().item<float>());

    private void Multiply(int seed, ref long products, CancellationToken done)
    {
        var random = new Random(seed);
        using var one = torch.ones(1);
        for (; !done.IsCancellationRequested; Interlocked.Increment(ref products))
            try
            {
                using var scope = torch.NewDisposeScope();
                var x = random.NextSingle();
                if ((one * x).ToSingle() is var product && product != x)
                    _faults.Enqueue($"1 * {x} = {product}");
            }
            catch (ExternalException e)
            {
                _faults.Enqueue(e.Message);
            }
    }

    private static string PackageFolder()
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var dependencies = Path.ChangeExtension(typeof(NativeLibraryTests).Assembly.Location, ".deps.json");
        using var json = JsonDocument.Parse(File.ReadAllText(dependencies));
        var package = json
            .RootElement.GetProperty("libraries")
            .EnumerateObject()
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

using Xunit;

namespace Efface.Cli.Tests;

/// <summary>efface data cache.</summary>
public sealed class DataCacheTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Caches_are_listed_verified_and_cleared_each_by_its_data_set()
    {
        foreach (var set in new[] { "one", "two" })
        {
            PictureTable.Write(_tool, set, 30);
            Assert.Equal(
                0,
                (await _tool.Run("data", "inspect", "--data", "table", "--root", set, "--size", "16", "--cache", "store")).ExitCode
            );
        }
        Assert.Equal(2, await Count("--verify"));

        Damage();
        Assert.Equal(
            1,
            (await _tool.Run("data", "cache", "--cache", "store", "--verify", "--json")).Json["caches"]!
                .AsArray()
                .Sum(cache => (int)cache!["damaged"]!)
        );
        Assert.Equal(1, await Count("--clear", "--root", "one"));
        Assert.Equal(1, await Count());
        Assert.Equal(1, await Count("--clear"));
        Assert.Equal(0, await Count());
    }

    [Fact]
    public async Task Clearing_leaves_alone_what_is_no_cache()
    {
        string[] own = ["store/holiday/picture.txt", "store/removed/holiday/picture.txt"];
        foreach (var file in own)
            Write(file);

        Assert.Equal(0, await Count("--clear"));
        Assert.All(own, file => Assert.Equal("mine", File.ReadAllText(_tool.At(file))));
    }

    [Fact]
    public async Task What_was_made_of_the_images_is_listed_and_cleared_with_them()
    {
        Write("store/removed/0123456789abcdef0123456789abcdef/pixels.u8");
        Write("store/classifiers/fedcba9876543210fedcba9876543210/model.safetensors");

        var listed = await _tool.Run("data", "cache", "--cache", "store");
        Assert.Contains("images of which an area was removed", listed.Output, StringComparison.Ordinal);
        Assert.Contains("a classifier of an attribute", listed.Output, StringComparison.Ordinal);
        Assert.Equal(2, await Count("--clear"));
        Assert.Empty(Directory.GetFiles(_tool.At("store"), "*", SearchOption.AllDirectories));
    }

    private void Write(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_tool.At(file))!);
        File.WriteAllText(_tool.At(file), "mine");
    }

    private async Task<int> Count(params string[] flags)
    {
        var outcome = await _tool.Run(["data", "cache", "--cache", "store", "--json", .. flags]);
        Assert.Equal(0, outcome.ExitCode);
        return outcome.Json["caches"]!.AsArray().Count;
    }

    private void Damage()
    {
        var pixels = Directory.GetFiles(_tool.At("store"), "pixels.u8", SearchOption.AllDirectories)[0];
        var bytes = File.ReadAllBytes(pixels);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(pixels, bytes);
    }
}

using System.Text.Json;

namespace Efface.Data;

/// <summary>One data set's decoded pixels on disk.</summary>
/// <param name="Folder">Where they are.</param>
/// <param name="Description">What they are; null when that cannot be read.</param>
/// <param name="Bytes">On disk.</param>
/// <param name="LastUsed">UTC.</param>
public sealed record CacheEntry(string Folder, CacheDescription? Description, long Bytes, DateTime LastUsed);

/// <summary>The folder of all caches of decoded pixels.</summary>
public static class CacheFolder
{
    /// <summary><c>$EFFACE_CACHE</c>, else the user's own folder for caches.</summary>
    public static string Default
    {
        get
        {
            if (Environment.GetEnvironmentVariable("EFFACE_CACHE") is { Length: > 0 } chosen) return chosen;
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            var caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named ? named
                : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches")
                : Path.Combine(home.Length > 0 ? home : Path.GetTempPath(), ".cache");
            return Path.Combine(caches, "efface");
        }
    }

    /// <summary>Every cache below <paramref name="cacheRoot"/>, that of one data set alone when <paramref name="root"/> names it.</summary>
    public static IReadOnlyList<CacheEntry> List(string cacheRoot, string? root = null)
    {
        if (!Directory.Exists(cacheRoot)) return [];
        var wanted = root is null ? null : Path.GetFullPath(root);
        return [.. Directory.EnumerateDirectories(cacheRoot)
            .Where(PixelCache.IsCache)
            .Select(Entry)
            .Where(entry => wanted is null || entry.Description?.Root == wanted)
            .OrderBy(entry => entry.Description?.Root, StringComparer.Ordinal)];
    }

    /// <summary>Deletes caches; nothing else that may lie in the folder is touched.</summary>
    /// <returns>Those that are gone.</returns>
    /// <exception cref="InvalidInputException">A run is filling one: none is deleted.</exception>
    public static IReadOnlyList<CacheEntry> Clear(string cacheRoot, string? root = null)
    {
        var entries = List(cacheRoot, root);
        Problem[] busy = [.. entries.Where(entry => PixelCache.IsHeld(entry.Folder))
            .Select(entry => new Problem(entry.Folder, "is being filled by a run", "Wait for it, or stop it; nothing was deleted"))];
        if (busy.Length > 0) throw new InvalidInputException(busy);
        foreach (var entry in entries) Directory.Delete(entry.Folder, recursive: true);
        return entries;
    }

    /// <summary>How many images of a cache have other pixels than when they were written.</summary>
    public static int CountDamaged(string cacheRoot, CacheDescription description)
    {
        using var cache = PixelCache.Inspect(cacheRoot, description);
        return cache.CountDamaged();
    }

    private static CacheEntry Entry(string folder)
    {
        var files = new DirectoryInfo(folder).GetFiles();
        return new CacheEntry(folder, Describe(folder), files.Sum(file => file.Length), files.Max(file => file.LastWriteTimeUtc));
    }

    private static CacheDescription? Describe(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<CacheDescription>(File.ReadAllText(Path.Combine(folder, PixelCache.DescriptionFile)), JsonSerializerOptions.Web);
        }
        catch (Exception fault) when (fault is IOException or JsonException)
        {
            return null;
        }
    }
}

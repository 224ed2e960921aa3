using System.Globalization;
using System.Text.Json;

namespace Efface.Data.Pixels;

/// <summary>A cache entry, kept on disk for later runs.</summary>
/// <param name="Folder">Where it is.</param>
/// <param name="Kind">pixels, or the kind of derived data.</param>
/// <param name="Description">What pixels they are; null if that cannot be read, and for other kinds.</param>
/// <param name="Bytes">On disk.</param>
/// <param name="LastUsed">UTC.</param>
internal sealed record CacheEntry(string Folder, string Kind, CacheDescription? Description, long Bytes, DateTime LastUsed);

/// <summary>The folder of all caches: decoded pixels, and what is costly to derive from them.</summary>
internal static class CacheFolder
{
    /// <summary>Classifiers of attributes, trained on cached images.</summary>
    public const string Classifiers = "classifiers";

    /// <summary>Images with an area removed.</summary>
    public const string Removed = "removed";

    /// <summary>Vectors that somebody's model made of images.</summary>
    public const string Vectors = "vectors";

    private const string Pixels = "pixels";

    private static readonly string[] DerivedKinds = [Classifiers, Removed, Vectors];

    /// <summary><c>$EFFACE_CACHE</c>, else the user's cache folder.</summary>
    public static string Default
    {
        get
        {
            if (Environment.GetEnvironmentVariable("EFFACE_CACHE") is { Length: > 0 } chosen)
                return chosen;
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            var caches =
                Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named ? named
                : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches")
                : Path.Combine(home.Length > 0 ? home : Path.GetTempPath(), ".cache");
            return Path.Combine(caches, "efface");
        }
    }

    /// <summary>The folder for results that all runs with the same key share.</summary>
    /// <param name="cacheRoot">The folder of all caches.</param>
    /// <param name="kind"><see cref="Classifiers"/> or <see cref="Removed"/>.</param>
    /// <param name="key">Everything that the result depends on; written as JSON.</param>
    internal static string Derived<TKey>(string cacheRoot, string kind, TKey key) =>
        Path.Combine(cacheRoot, kind, ContentHash.Of(JsonSerializer.Serialize(key)).ToString("x32", CultureInfo.InvariantCulture));

    /// <summary>
    /// Every cache below <paramref name="cacheRoot"/>; the pixels of one data set alone when <paramref name="root"/> names it.
    /// </summary>
    public static IReadOnlyList<CacheEntry> List(string cacheRoot, string? root = null)
    {
        if (!Directory.Exists(cacheRoot))
            return [];
        var wanted = root is null ? null : Path.GetFullPath(root);
        return
        [
            .. Directory
                .EnumerateDirectories(cacheRoot)
                .Where(PixelCache.IsCache)
                .Select(folder => Entry(folder, Pixels, Describe(folder)))
                .Where(entry => wanted is null || entry.Description?.Root == wanted)
                .OrderBy(entry => entry.Description?.Root, StringComparer.Ordinal)
                .Concat(wanted is null ? Derived(cacheRoot) : []),
        ];
    }

    /// <summary>Deletes caches; other files in the folder are not touched.</summary>
    /// <returns>The deleted ones.</returns>
    /// <exception cref="InvalidInputException">A run is filling one: none is deleted.</exception>
    public static IReadOnlyList<CacheEntry> Clear(string cacheRoot, string? root = null)
    {
        var entries = List(cacheRoot, root);
        Problem[] busy =
        [
            .. entries
                .Where(entry => entry.Kind == Pixels && PixelCache.IsHeld(entry.Folder))
                .Select(entry => new Problem(entry.Folder, "is being filled by a run", "Wait for it, or stop it; nothing was deleted")),
        ];
        if (busy.Length > 0)
            throw new InvalidInputException(busy);
        foreach (var entry in entries)
            Directory.Delete(entry.Folder, recursive: true);
        return entries;
    }

    /// <summary>How many images of a cache have different pixels than when they were written.</summary>
    public static int CountDamaged(string cacheRoot, CacheDescription description)
    {
        using var cache = PixelCache.Inspect(cacheRoot, description);
        return cache.CountDamaged();
    }

    private static IEnumerable<CacheEntry> Derived(string cacheRoot) =>
        from kind in DerivedKinds
        let all = Path.Combine(cacheRoot, kind)
        where Directory.Exists(all)
        from folder in Directory.EnumerateDirectories(all)
        where UInt128.TryParse(Path.GetFileName(folder), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _)
        select Entry(folder, kind, null);

    private static CacheEntry Entry(string folder, string kind, CacheDescription? description)
    {
        var (directory, files) = (new DirectoryInfo(folder), new DirectoryInfo(folder).GetFiles());
        return new CacheEntry(
            folder,
            kind,
            description,
            files.Sum(file => file.Length),
            files.Select(file => file.LastWriteTimeUtc).DefaultIfEmpty(directory.LastWriteTimeUtc).Max()
        );
    }

    private static CacheDescription? Describe(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<CacheDescription>(
                File.ReadAllText(Path.Combine(folder, PixelCache.DescriptionFile)),
                JsonSerializerOptions.Web
            );
        }
        catch (Exception fault) when (fault is IOException or JsonException)
        {
            return null;
        }
    }
}

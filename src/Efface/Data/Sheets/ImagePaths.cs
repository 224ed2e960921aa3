namespace Efface.Data.Sheets;

/// <summary>Which files are pictures, and which paths a table may use.</summary>
internal static class ImagePaths
{
    private static readonly HashSet<string> Endings = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".png",
        ".webp",
        ".gif",
        ".tif",
        ".tiff",
        ".avif",
        ".heic",
        ".heif",
        ".bmp",
    };

    private static readonly HashSet<string> Leftovers = new(StringComparer.OrdinalIgnoreCase) { "Thumbs.db", "desktop.ini", "__MACOSX" };

    /// <summary>
    /// Whether a path from a table, put below <paramref name="folder"/>, stays below the root. Links inside the root are the user's own.
    /// </summary>
    public static bool StaysInside(string name, string folder = "")
    {
        // Absolute paths and drives of any system are refused on all: tables are moved between systems.
        if (name.Contains('\0') || Path.IsPathRooted(name) || name is [_, ':', ..] || name.StartsWith('\\'))
            return false;
        var depth = 0;
        foreach (var step in $"{folder}/{name}".Split('/', '\\'))
        {
            depth += step switch
            {
                "" or "." => 0,
                ".." => -1,
                _ => 1,
            };
            if (depth < 0)
                return false;
        }
        return true;
    }

    /// <summary>Every picture below <paramref name="folder"/>, as paths relative to it, in order; other files are counted.</summary>
    public static IReadOnlyList<string> Find(string folder, List<Finding> findings)
    {
        var (pictures, hidden, others) = (new List<string>(), new List<string>(), new List<string>());
        foreach (
            var path in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        )
        {
            var name = Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');
            (
                IsHidden(name) ? hidden
                : Endings.Contains(Path.GetExtension(name)) ? pictures
                : others
            ).Add(name);
        }
        if (hidden.Count > 0)
            findings.Add(
                new Finding(
                    "hidden files that systems leave behind are ignored",
                    hidden.Count,
                    [.. hidden.Order(StringComparer.Ordinal).Take(5)],
                    "Delete them"
                )
            );
        if (others.Count > 0)
            findings.Add(
                new Finding(
                    "files that are no pictures by their names are ignored",
                    others.Count,
                    [.. others.Order(StringComparer.Ordinal).Take(5)],
                    "Nothing to do, unless they are pictures: then rename them"
                )
            );
        pictures.Sort(StringComparer.Ordinal);
        return pictures;
    }

    private static bool IsHidden(string name) => name.Split('/').Any(step => step.StartsWith('.') || Leftovers.Contains(step));
}

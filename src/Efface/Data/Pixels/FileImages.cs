namespace Efface.Data;

/// <summary>Pictures as they lie in files: encoded, each with a name and a stamp.</summary>
internal interface IEncodedImages
{
    int Count { get; }

    string Name(int image);

    /// <summary>Null when it is missing.</summary>
    FileStamp? Stamp(int image);

    /// <summary>Whether each picture is a file of its own, with its own length, and costs no more to read.</summary>
    bool IsRandomAccess { get; }

    /// <summary>The bytes of <paramref name="wanted"/>, in any order; a function may be called on another thread, once.</summary>
    IEnumerable<(int Image, Func<byte[]> Read)> Open(int[] wanted);
}

/// <summary>One picture a file.</summary>
/// <param name="root">The folder that the names are relative to.</param>
/// <param name="names">Paths below it.</param>
internal sealed class FileImages(string root, IReadOnlyList<string> names) : IEncodedImages
{
    public int Count => names.Count;

    public bool IsRandomAccess => true;

    public string Name(int image) => names[image];

    public FileStamp? Stamp(int image)
    {
        if (names[image].Contains('\0')) return null; // No system has such a file, and asking for it is an error.
        var file = new FileInfo(PathOf(image));
        try
        {
            // A link's own length and time say nothing of the picture behind it.
            if (file.Exists && file.Attributes.HasFlag(FileAttributes.ReparsePoint)) file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return file.Exists ? new FileStamp(file.Length, file.LastWriteTimeUtc.Ticks) : null;
        }
        catch (IOException)
        {
            // Links that lead round in a circle, or a file taken away just now.
            return null;
        }
    }

    public IEnumerable<(int Image, Func<byte[]> Read)> Open(int[] wanted)
        => wanted.Select<int, (int, Func<byte[]>)>(image => (image, () => File.ReadAllBytes(PathOf(image))));

    private string PathOf(int image) => Path.Combine(root, names[image]);
}

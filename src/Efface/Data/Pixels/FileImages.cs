namespace Efface.Data.Pixels;

/// <summary>Encoded pictures in files, each with a name and a stamp.</summary>
internal interface IEncodedImages
{
    int Count { get; }

    string Name(int image);

    /// <summary>Null when it is missing.</summary>
    FileStamp? Stamp(int image);

    /// <summary>Whether each picture is its own file, with its own length, at no extra cost to read.</summary>
    bool IsRandomAccess { get; }

    /// <summary>The bytes of <paramref name="wanted"/>, in any order; each function may be called on another thread, once.</summary>
    IEnumerable<(int Image, Func<byte[]> Read)> Open(int[] wanted);
}

/// <summary>One picture per file.</summary>
/// <param name="root">The folder that the names are relative to.</param>
/// <param name="names">Paths below it.</param>
internal sealed class FileImages(string root, IReadOnlyList<string> names) : IEncodedImages
{
    public int Count => names.Count;

    public bool IsRandomAccess => true;

    public string Name(int image) => names[image];

    // No system allows a file with such a name, and looking it up is an error.
    public FileStamp? Stamp(int image) => names[image].Contains('\0') ? null : FileStamp.Of(PathOf(image));

    public IEnumerable<(int Image, Func<byte[]> Read)> Open(int[] wanted) =>
        wanted.Select<int, (int, Func<byte[]>)>(image => (image, () => File.ReadAllBytes(PathOf(image))));

    private string PathOf(int image) => Path.Combine(root, names[image]);
}

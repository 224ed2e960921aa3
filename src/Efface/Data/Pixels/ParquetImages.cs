using Efface.Data.Files;

namespace Efface.Data.Pixels;

/// <summary>The pictures of one row group.</summary>
/// <param name="File">Relative to the root.</param>
/// <param name="Group">Of that file.</param>
/// <param name="From">The file's row at which it begins.</param>
/// <param name="Count">Rows.</param>
/// <param name="Column">The pictures' column.</param>
internal sealed record ParquetGroup(string File, int Group, int From, int Count, string Column);

/// <summary>Pictures in parquet files, read one row group at a time.</summary>
/// <param name="root">The folder that the files' names are relative to.</param>
/// <param name="groups">In the order of the pictures.</param>
internal sealed class ParquetImages(string root, IReadOnlyList<ParquetGroup> groups) : IEncodedImages
{
    private readonly int[] _starts = Starts(groups);
    private readonly Dictionary<string, FileStamp?> _stamps = groups
        .Select(group => group.File)
        .Distinct()
        .ToDictionary(file => file, file => FileStamp.Of(Path.Combine(root, file)));

    public int Count => _starts[^1];

    public bool IsRandomAccess => false;

    public string Name(int image)
    {
        var group = GroupOf(image);
        return $"{groups[group].File}#{groups[group].From + image - _starts[group]}";
    }

    public FileStamp? Stamp(int image) => _stamps[groups[GroupOf(image)].File];

    public IEnumerable<(int Image, Func<byte[]> Read)> Open(int[] wanted)
    {
        foreach (var images in wanted.Order().GroupBy(GroupOf))
        {
            var group = groups[images.Key];
            var pictures = ParquetFiles.With(Path.Combine(root, group.File), reader =>
                ParquetFiles.ReadBytes(reader, group.Group, ParquetFiles.ImageBytes(reader.Schema, group.Column)!)
            );
            foreach (var image in images)
            {
                var bytes = pictures[image - _starts[images.Key]] ?? [];
                yield return (image, () => bytes);
            }
        }
    }

    private int GroupOf(int image)
    {
        var at = Array.BinarySearch(_starts, image);
        if (at < 0)
            return ~at - 1;
        // Empty groups share a start with the one that holds the picture, which is the last of them.
        while (at + 1 < groups.Count && _starts[at + 1] == image)
            at++;
        return at;
    }

    private static int[] Starts(IReadOnlyList<ParquetGroup> groups)
    {
        var starts = new int[groups.Count + 1];
        for (var i = 0; i < groups.Count; i++)
            starts[i + 1] = starts[i] + groups[i].Count;
        return starts;
    }
}

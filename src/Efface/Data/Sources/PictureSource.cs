using Efface.Data.Pixels;
using Efface.Data.Sheets;

namespace Efface.Data.Sources;

/// <summary>Pictures without labels, in a folder and those below it.</summary>
internal static class PictureSource
{
    public static LabelSheet Read(DataOptions options)
    {
        var root = options.Root!;
        var findings = new List<Finding>();
        var names = ImagePaths.Find(root, findings);
        return names.Count == 0
            ? throw new InvalidInputException(root, "holds no pictures", "Give `DataOptions.Root` a folder with pictures in it")
            : new LabelSheet
            {
                Name = "images",
                Columns = [],
                Images = new CachedImages(new FileImages(root, names), root),
                ImageOfRow = [.. Enumerable.Range(0, names.Count)],
                Place = row => (names[row], null),
                Findings = findings,
            };
    }
}

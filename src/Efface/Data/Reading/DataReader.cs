using Efface.Data.Labels;
using Efface.Data.Pixels;
using Efface.Data.Sheets;
using Efface.Data.Sources;

namespace Efface.Data.Reading;

/// <summary>A data set as it was read: its images and labels, and what was found on the way.</summary>
public sealed record ReadData(ImageTable Table, DataReport Report);

/// <summary>
/// Reads any data set: labels, the user's rules about columns, parts, limit, pixels, and then reports everything that is wrong at once.
/// </summary>
public static class DataReader
{
    /// <summary>The share of rows that may be bad before reading is refused, by default.</summary>
    public const double TolerableShare = 0.01;

    /// <summary>Reads <paramref name="source"/>.</summary>
    /// <param name="source">The data set.</param>
    /// <param name="options">How to read it.</param>
    /// <param name="known">Problems already known: reported together with those of the columns, before any image is opened.</param>
    /// <param name="observer">Receives the progress of decoding.</param>
    /// <param name="cancel">Ends it early; decoded images are kept.</param>
    /// <exception cref="InvalidInputException">Every problem that was found.</exception>
    public static ReadData Read(
        DataSource source,
        DataOptions options,
        IReadOnlyList<Problem>? known = null,
        IReadingObserver? observer = null,
        CancellationToken cancel = default
    )
    {
        var sheet = source.Read(options);
        RequireColumns(sheet, options, known ?? []);
        sheet = sheet.Judged(options.Reading, options.Chosen);
        var rows = new RowSelection(sheet, options);
        var pixels = rows.Decode(How(sheet, options, observer, cancel));
        try
        {
            SamePixels.Look(rows);
            rows.Judge(options.Reading.OnBad);
            return new ReadData(rows.Table(pixels), rows.Report());
        }
        catch
        {
            pixels.Dispose();
            throw;
        }
    }

    /// <summary>How a sheet's images are decoded.</summary>
    internal static DecodingOptions How(LabelSheet sheet, DataOptions options, IReadingObserver? observer, CancellationToken cancel) =>
        new(
            new ImageGeometry(options.Size ?? sheet.Side, options.Reading.Resize, Colour.Parse(options.Reading.Background) ?? Colour.White),
            new ImageLimits(options.Reading.MaxPixels, (long)(options.Reading.MaxFileMegabytes * 1e6), options.Reading.ImageTimeout),
            options.Reading.CacheRoot,
            options.Reading.Workers ?? Environment.ProcessorCount,
            observer,
            cancel
        );

    private static void RequireColumns(LabelSheet sheet, DataOptions options, IReadOnlyList<Problem> known)
    {
        var problems = new List<Problem>();
        var all = string.Join(", ", sheet.Columns.Where(column => !column.IsOpen).Select(column => column.Name));
        foreach (var name in options.Attributes.Prepend(options.Task).Append(options.Reading.GroupColumn).OfType<string>().Distinct())
            if (sheet.Columns.FirstOrDefault(column => column.Name == name) is null)
                problems.Add(new Problem($"column '{name}'", $"not in data set {sheet.Name}", $"Its columns are {all}"));
        problems.AddRange(known);
        if (problems.Count > 0)
            throw new InvalidInputException(problems);
    }
}

namespace Efface.Data;

/// <summary>A data set that Efface can read.</summary>
/// <param name="Name">As in <c>--data</c>.</param>
/// <param name="NeedsRoot">Whether it lies in files that the user names with <c>--root</c>.</param>
/// <param name="Task">The usual task.</param>
/// <param name="Attribute">The usual attribute to forget.</param>
/// <param name="Load">Reads or draws it.</param>
public sealed record DataSource(string Name, bool NeedsRoot, string Task, string Attribute, Func<DataOptions, ImageTable> Load);

/// <summary>What a data set is read with.</summary>
/// <param name="Root">Where its files are.</param>
/// <param name="Size">The wanted side in pixels; null keeps the data set's own.</param>
/// <param name="Limit">At most so many images of each part will be used; a source that draws may draw no more.</param>
/// <param name="Seed">For data that are drawn.</param>
/// <param name="Correlation">Between the usual task and the usual attribute, for data that are drawn.</param>
public sealed record DataOptions(string? Root, int? Size, int? Limit, int Seed, double? Correlation);

/// <summary>The one list of data sets.</summary>
public static class DataSources
{
    /// <summary>Correlation of smile and glasses in the drawn faces, unless the user says otherwise.</summary>
    public const double DefaultCorrelation = 0.3;

    /// <summary>Every data set.</summary>
    public static IReadOnlyList<DataSource> All { get; } =
    [
        new("faces", false, "smile", "glasses", Faces),
        new("cifar10", true, "living", "class", options => Resized(CifarBinary.Load(options.Root!), options.Size)),
    ];

    /// <summary>The data set called <paramref name="name"/>; null when there is none.</summary>
    public static DataSource? Find(string name) => All.FirstOrDefault(source => source.Name == name);

    private static ImageTable Faces(DataOptions options)
    {
        var drawn = new DrawnFacesOptions();
        return DrawnFaces.Draw(drawn with
        {
            Train = Math.Min(drawn.Train, options.Limit ?? int.MaxValue),
            Validation = Math.Min(drawn.Validation, options.Limit ?? int.MaxValue),
            Test = Math.Min(drawn.Test, options.Limit ?? int.MaxValue),
            Size = options.Size ?? drawn.Size,
            Seed = options.Seed,
            Correlations = [new FactorCorrelation("smile", "glasses", options.Correlation ?? DefaultCorrelation)],
        });
    }

    private static ImageTable Resized(ImageTable table, int? side)
    {
        if (side is null || side == table.ImageShape[1]) return table;
        using (table) return table.Resize(side.Value);
    }
}

using Efface.Data.Drawn;
using Efface.Data.Sheets;

namespace Efface.Data.Sources;

/// <summary>A data set that Efface can read.</summary>
/// <param name="Name">As in <c>--data</c>.</param>
/// <param name="Layout">What the folder of <c>--root</c> must hold; null without a folder.</param>
/// <param name="Task">The default task; null if the user must name it.</param>
/// <param name="Attribute">The default attribute to forget; null if the user must name it.</param>
/// <param name="Read">Reads its labels.</param>
public sealed record DataSource(string Name, string? Layout, string? Task, string? Attribute, Func<DataOptions, LabelSheet> Read);

/// <summary>The one list of data sets.</summary>
public static class DataSources
{
    /// <summary>The default correlation of smile and glasses in the drawn faces.</summary>
    public const double DefaultCorrelation = 0.3;

    /// <summary>Every data set.</summary>
    public static IReadOnlyList<DataSource> All { get; } =
    [
        new("faces", null, "smile", "glasses", Faces),
        new("cifar10", "cifar-10-batches-bin, or Hugging Face's parquet files", "living", "class", Cifar10.Read),
        new("celeba", "img_align_celeba, list_attr_celeba.txt and list_eval_partition.txt (or .csv)", "Smiling", "Male", CelebA.Read),
        new("fairface", "fairface_label_train.csv, fairface_label_val.csv and their images", "gender", "race", FairFace.Read),
        new("utkface", "images called age_gender_race_date.jpg", "gender", "race", UtkFace.Read),
        new("table", "a CSV or TSV and the images that it names", null, null, TableSource.Read),
        new("folders", "folders called like the classes of the images in them", null, null, FolderSource.Read),
        new("images", "pictures, in folders of any names: without labels, for efface encode", null, null, PictureSource.Read),
        new("parquet", "parquet files with a column of images", null, null, ParquetSource.Read),
    ];

    /// <summary>The data set called <paramref name="name"/>; null if there is none.</summary>
    public static DataSource? Find(string name) => All.FirstOrDefault(source => source.Name == name);

    private static LabelSheet Faces(DataOptions options)
    {
        var drawn = new DrawnFacesOptions();
        return LabelSheet.Of(
            DrawnFaces.Draw(
                drawn with
                {
                    Train = Math.Min(drawn.Train, options.Limit ?? int.MaxValue),
                    Validation = Math.Min(drawn.Validation, options.Limit ?? int.MaxValue),
                    Test = Math.Min(drawn.Test, options.Limit ?? int.MaxValue),
                    Size = options.Size ?? drawn.Size,
                    Seed = options.Seed,
                    Correlations = [new FactorCorrelation("smile", "glasses", options.Correlation ?? DefaultCorrelation)],
                }
            )
        );
    }
}

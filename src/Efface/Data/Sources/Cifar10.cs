using Efface.Data.Sheets;

namespace Efface.Data.Sources;

/// <summary>
/// CIFAR-10 (Krizhevsky 2009), in its official binary layout or as Hugging Face's parquet. Columns <c>class</c> (10) and <c>living</c>
/// (2: bird, cat, deer, dog, frog, horse are living).
/// </summary>
internal static class Cifar10
{
    private static readonly HashSet<string> Living = ["bird", "cat", "deer", "dog", "frog", "horse"];

    /// <summary>The classes, in the order of their labels.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    public static LabelSheet Read(DataOptions options) =>
        !CifarBinary.IsThere(options.Root!) && Directory.EnumerateFiles(options.Root!, "*.parquet", SearchOption.AllDirectories).Any()
            ? FromParquet(options)
            : CifarBinary.Read(options.Root!);

    /// <summary>The columns, from the labels 0 to 9.</summary>
    public static IReadOnlyList<SheetColumn> Columns(int[] labels) =>
        [
            new("class", ClassNames, labels),
            new(
                "living",
                ["no", "yes"],
                [
                    .. labels.Select(label =>
                        label < 0 ? -1
                        : Living.Contains(ClassNames[label]) ? 1
                        : 0
                    ),
                ]
            ),
        ];

    private static LabelSheet FromParquet(DataOptions options)
    {
        var sheet = ParquetSource.Read(options with { Task = null, Attributes = [] }, "cifar10");
        var label = sheet.Columns.FirstOrDefault(column =>
            column.Values.Order(StringComparer.Ordinal).SequenceEqual(ClassNames.Order(StringComparer.Ordinal))
        )
            ?? throw new InvalidInputException(
                options.Root!,
                "holds parquet files without a column of CIFAR-10's ten classes",
                "Give the folder of Hugging Face's cifar10, or `DataOptions.Name` parquet"
            );
        return sheet with
        {
            Columns = Columns(label.Recoded(ClassNames, [.. label.Values.Select(value => ClassNames.ToList().IndexOf(value))]).Codes),
            Side = 32,
        };
    }
}

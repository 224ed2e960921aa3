using Efface.Data;
using Efface.Data.Sources;
using Xunit;

namespace Efface.Tests.Data.Sources;

public sealed class Cifar10ParquetTests : IDisposable
{
    private readonly ToyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Hugging_Faces_files_give_the_columns_of_the_official_ones()
    {
        _folder.Write("plain_text/train-00000-of-00001.parquet", ToyParquet.Of([.. Cifar10.ClassNames], ToyParquet.Rows(0, 10, 10)));
        _folder.Write("plain_text/test-00000-of-00001.parquet", ToyParquet.Of([.. Cifar10.ClassNames], ToyParquet.Rows(10, 3, 10)));
        var sheet = Cifar10.Read(_folder.Options);

        Assert.Equal(["class", "living"], sheet.Columns.Select(column => column.Name));
        Assert.Equal(["airplane", "automobile", "bird", .. Cifar10.ClassNames], sheet.Cells("class"));
        Assert.Equal("no no yes", string.Join(' ', sheet.Cells("living").Take(3)));
        Assert.Equal([Part.Test, Part.Test, Part.Test, .. Enumerable.Repeat(Part.Train, 10)], sheet.Parts);
        Assert.Equal(("cifar10", 32), (sheet.Name, sheet.Side));
    }

    [Fact]
    public void Names_in_another_order_are_brought_into_the_official_one()
    {
        string[] backwards = [.. Cifar10.ClassNames.Reverse()];
        _folder.Write("train.parquet", ToyParquet.Of(backwards, ToyParquet.Rows(0, 10, 10)));
        var sheet = Cifar10.Read(_folder.Options);

        Assert.Equal(backwards, sheet.Cells("class"));
        Assert.Equal(Cifar10.ClassNames, sheet.Columns[0].Values);
    }

    [Fact]
    public void A_row_without_a_class_has_no_answer_to_living_either()
    {
        _folder.Write("train.parquet", ToyParquet.Of([.. Cifar10.ClassNames], [new(ToyFolder.Png(0), -1), new(ToyFolder.Png(1), 3)]));
        var sheet = Cifar10.Read(_folder.Options);

        Assert.Equal([null, "cat"], sheet.Cells("class"));
        Assert.Equal([null, "yes"], sheet.Cells("living"));
    }

    [Fact]
    public void Files_of_other_classes_are_refused()
    {
        _folder.Write("train.parquet", ToyParquet.Of(["cat", "dog"], ToyParquet.Rows(0, 2, 2)));

        Assert.Contains("ten classes", Assert.Single(Sheets.Refused(() => Cifar10.Read(_folder.Options))).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_files_the_official_ones_are_asked_for() =>
        Assert.Equal(6, Sheets.Refused(() => Cifar10.Read(_folder.Options)).Count);
}

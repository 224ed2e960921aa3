using Efface.Data;
using Efface.Data.Reading;
using Efface.Data.Sources;
using Xunit;

namespace Efface.Tests.Data.Sources;

public sealed class CelebATests : IDisposable
{
    private readonly ToyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "", "img_align_celeba")]
    [InlineData("Anno/", "Eval/", "Img/img_align_celeba")]
    [InlineData("", "", "img_align_celeba/img_align_celeba")]
    public void The_publishers_layout_is_read_wherever_they_and_others_put_it(string labels, string parts, string pictures)
    {
        _folder.Picture($"{pictures}/1.jpg", 1);
        _folder.Write($"{labels}list_attr_celeba.txt", "3", "Male  Smiling ", "1.jpg -1  1", "2.jpg  1 -1", "3.jpg  1  1");
        _folder.Write($"{parts}list_eval_partition.txt", "1.jpg 0", "2.jpg 1", "3.jpg 2");
        _folder.Write($"{labels}identity_CelebA.txt", "1.jpg 20", "3.jpg 3", "2.jpg 20");
        var sheet = CelebA.Read(_folder.Options);

        Assert.Equal(["Male", "Smiling", "identity"], sheet.Columns.Select(column => column.Name));
        Assert.Equal(["no", "yes", "yes"], sheet.Cells("Male"));
        Assert.Equal(["yes", "no", "yes"], sheet.Cells("Smiling"));
        Assert.Equal(["20", "20", "3"], sheet.Cells("identity"));
        Assert.Equal([Part.Train, Part.Validation, Part.Test], sheet.Parts);
        Assert.Equal($"{pictures}/1.jpg", sheet.Pictures()[0]);
        Assert.Equal([3, 4, 5], sheet.Lines());
        Assert.Empty(sheet.Faults);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("0")]
    public void Tables_of_either_notation_are_read(string no)
    {
        Write(["image_id,Male,Smiling", $"1.jpg,{no},1", $"2.jpg,1,{no}"], ["image_id,partition", "2.jpg,2", "1.jpg,0"]);
        var sheet = CelebA.Read(_folder.Options);

        Assert.Equal(["no", "yes"], sheet.Cells("Male"));
        Assert.Equal(["yes", "no"], sheet.Cells("Smiling"));
        Assert.Equal([Part.Train, Part.Test], sheet.Parts);
    }

    [Fact]
    public void Columns_that_mix_the_notations_are_refused_all_at_once()
    {
        Write(
            ["image_id,Male,Smiling,Young", "1.jpg,-1,-1,1", "2.jpg,0,1,-1", "3.jpg,1,0,-1"],
            ["image_id,partition", "1.jpg,0", "2.jpg,1", "3.jpg,2"]
        );

        Assert.Equal(
            ["Male", "Smiling"],
            Sheets.Refused(() => CelebA.Read(_folder.Options)).Select(problem => problem.Subject.Split(' ')[^1])
        );
    }

    [Fact]
    public void Other_values_are_faults_with_their_place()
    {
        Write(
            ["image_id,Male,Smiling", "1.jpg,-1,1", "2.jpg,yes,1", "3.jpg,1,2", "4.jpg,1,1,1"],
            ["image_id,partition", "1.jpg,0", "2.jpg,1", "3.jpg,2", "4.jpg,0"]
        );
        var sheet = CelebA.Read(_folder.Options);

        Assert.Equal(1, sheet.Count);
        Assert.Equal(
            [
                "list_attr_celeba.csv row 5 '4 fields'",
                "list_attr_celeba.csv row 3 column Male 'yes'",
                "list_attr_celeba.csv row 4 column Smiling '2'",
            ],
            sheet.Faults.Select(fault => fault.Where)
        );
    }

    [Fact]
    public void An_empty_cell_is_unknown_and_a_fault_only_for_those_who_use_its_column()
    {
        Write(["image_id,Male,Smiling", "1.jpg,-1,1", "2.jpg,,-1"], ["image_id,partition", "1.jpg,0", "2.jpg,0"]);
        _folder.Picture("img_align_celeba/1.jpg", 1);
        _folder.Picture("img_align_celeba/2.jpg", 2);
        using var smiling = DataReader
            .Read(DataSources.Find("celeba")!, _folder.Options with { Task = "Smiling" }, cancel: TestContext.Current.CancellationToken)
            .Table;
        Assert.Equal(2, smiling.Count);

        Assert.Contains(
            Sheets.Refused(() => DataReader.Read(DataSources.Find("celeba")!, _folder.Options with { Task = "Male" })),
            problem => (problem.Subject, problem.Fault) == ("list_attr_celeba.csv row 3 column Male", "has no value")
        );
    }

    [Fact]
    public void An_image_without_a_part_or_an_identity_is_a_fault_on_its_line()
    {
        Write(["image_id,Male", "1.jpg,-1", "2.jpg,1", "3.jpg,1"], ["image_id,partition", "1.jpg,0", "3.jpg,1"]);
        _folder.Write("identity_CelebA.txt", "1.jpg 1", "2.jpg 1");
        var sheet = CelebA.Read(_folder.Options);

        Assert.Equal(["1.jpg"], sheet.Pictures().Select(Path.GetFileName));
        Assert.Equal(
            [
                "list_attr_celeba.csv row 3 column image_id '2.jpg': stands in no line of the partition",
                "list_attr_celeba.csv row 4 column image_id '3.jpg': has no identity",
            ],
            sheet.Faults.Select(fault => $"{fault.Where}: {fault.Fault}")
        );
    }

    [Fact]
    public void An_image_of_two_parts_has_none()
    {
        Write(
            ["image_id,Male", "1.jpg,-1", "2.jpg,1", "3.jpg,1"],
            ["image_id,partition", "1.jpg,0", "2.jpg,0", "2.jpg,2", "3.jpg,1", "3.jpg,1"]
        );
        var sheet = CelebA.Read(_folder.Options);

        Assert.Equal(["1.jpg", "3.jpg"], sheet.Pictures().Select(Path.GetFileName));
        Assert.Equal("2.jpg", Assert.Single(sheet.Faults).Value);
    }

    [Fact]
    public void A_partition_of_other_words_is_told_row_by_row()
    {
        Write(["image_id,Male", "1.jpg,-1", "2.jpg,1"], ["image_id,partition", "1.jpg,0", "2.jpg,7"]);

        Assert.Equal(
            ("7", "says neither train, validation nor test"),
            (CelebA.Read(_folder.Options).Faults[0].Value, CelebA.Read(_folder.Options).Faults[0].Fault)
        );
    }

    [Theory]
    [InlineData("4", "says 4 rows and holds 3")]
    [InlineData("2", "says 2 rows and holds 3")]
    [InlineData("many", "is not the number of rows")]
    public void A_count_that_is_wrong_is_refused(string count, string fault)
    {
        _folder.Picture("img_align_celeba/1.jpg", 1);
        _folder.Write("list_attr_celeba.txt", count, "Male Smiling", "1.jpg -1 1", "2.jpg 1 -1", "3.jpg 1");
        _folder.Write("list_eval_partition.txt", "1.jpg 0");

        Assert.Equal(fault, Assert.Single(Sheets.Refused(() => CelebA.Read(_folder.Options))).Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1\n")]
    [InlineData("1\n\n1.jpg\n")]
    [InlineData("1\nMale Male\n1.jpg 1 1\n")]
    public void A_file_without_a_header_of_different_names_is_refused(string text)
    {
        _folder.Picture("img_align_celeba/1.jpg", 1);
        _folder.Write("list_attr_celeba.txt", System.Text.Encoding.UTF8.GetBytes(text));
        _folder.Write("list_eval_partition.txt", "1.jpg 0");

        Assert.Single(Sheets.Refused(() => CelebA.Read(_folder.Options)));
    }

    [Theory]
    [InlineData("image_id\n1.jpg\n", "image_id,partition\n1.jpg,0\n", "attr")]
    [InlineData("image_id,Male\n1.jpg,1\n", "image_id\n1.jpg\n", "partition")]
    [InlineData("image_id,Male\n1.jpg,1\n", ",partition\n1.jpg,0\n", "partition")]
    public void A_table_with_too_few_columns_is_refused(string attributes, string partition, string subject)
    {
        _folder.Picture("img_align_celeba/1.jpg", 1);
        _folder.Write("list_attr_celeba.csv", System.Text.Encoding.UTF8.GetBytes(attributes));
        _folder.Write("list_eval_partition.csv", System.Text.Encoding.UTF8.GetBytes(partition));

        Assert.Contains(
            subject,
            Path.GetFileName(Assert.Single(Sheets.Refused(() => CelebA.Read(_folder.Options))).Subject),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Everything_that_is_missing_is_told_at_once() =>
        Assert.Equal(
            ["list_attr_celeba.txt", "list_eval_partition.txt", "img_align_celeba"],
            Sheets.Refused(() => CelebA.Read(_folder.Options)).Select(problem => Path.GetFileName(problem.Subject))
        );

    private void Write(string[] attributes, string[] partition)
    {
        Directory.CreateDirectory(_folder.At("img_align_celeba"));
        _folder.Write("list_attr_celeba.csv", attributes);
        _folder.Write("list_eval_partition.csv", partition);
    }
}

using Efface.Data;
using Efface.Data.Sources;
using Xunit;

namespace Efface.Tests.Data.Sources;

public sealed class FairFaceTests : IDisposable
{
    private const string Header = "file,age,gender,race,service_test";
    private readonly ToyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_publishers_tables_are_read_and_their_val_is_the_test()
    {
        _folder.Write("fairface_label_train.csv", Header, "train/1.jpg,50-59,Male,East Asian,True", "train/2.jpg,3-9,Female,White,False");
        _folder.Write("fairface_label_val.csv", Header, "val/1.jpg,more than 70,Female,Black,True");
        var sheet = FairFace.Read(_folder.Options);

        Assert.Equal(["age", "gender", "race"], sheet.Columns.Select(column => column.Name));
        Assert.Equal(["50-59", "3-9", "more than 70"], sheet.Cells("age"));
        Assert.Equal(["Male", "Female", "Female"], sheet.Cells("gender"));
        Assert.Equal(["East Asian", "White", "Black"], sheet.Cells("race"));
        Assert.Equal(["train/1.jpg", "train/2.jpg", "val/1.jpg"], sheet.Pictures());
        Assert.Equal([Part.Train, Part.Train, Part.Test], sheet.Parts);
        Assert.Equal([2, 3, 2], sheet.Lines());
    }

    [Fact]
    public void Ages_are_in_their_order_whichever_occur()
    {
        _folder.Write("fairface_label_train.csv", Header, "train/1.jpg,more than 70,Male,White,True");
        _folder.Write("fairface_label_val.csv", Header, "val/1.jpg,0-2,Female,Black,True");

        Assert.Equal(
            ["0-2", "3-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "more than 70"],
            FairFace.Read(_folder.Options).Columns[0].Values
        );
    }

    [Fact]
    public void Values_that_the_publishers_do_not_have_are_faults_in_their_own_file()
    {
        _folder.Write("fairface_label_train.csv", Header, "train/1.jpg,50-59,Male,White,True", "train/2.jpg,5 to 9,Male,White,True");
        _folder.Write(
            "fairface_label_val.csv",
            Header,
            "val/1.jpg,0-2,female,Black,True",
            "/val/2.jpg,0-2,Female,Black,True",
            "val/3.jpg,0-2"
        );
        var sheet = FairFace.Read(_folder.Options);

        Assert.Equal(1, sheet.Count);
        Assert.Equal(
            [
                "fairface_label_train.csv row 3 column age '5 to 9'",
                "fairface_label_val.csv row 2 column gender 'female'",
                "fairface_label_val.csv row 3 column file '/val/2.jpg'",
                "fairface_label_val.csv row 4 '2 fields'",
            ],
            sheet.Faults.Select(fault => fault.Where).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Both_files_and_every_column_must_be_there()
    {
        Assert.Equal(
            ["fairface_label_train.csv", "fairface_label_val.csv"],
            Sheets.Refused(() => FairFace.Read(_folder.Options)).Select(problem => Path.GetFileName(problem.Subject))
        );

        _folder.Write("fairface_label_train.csv", "file,age", "train/1.jpg,0-2");
        _folder.Write("fairface_label_val.csv", "file,age", "val/1.jpg,0-2");
        Assert.Equal("has no column gender, race", Assert.Single(Sheets.Refused(() => FairFace.Read(_folder.Options))).Fault);

        _folder.Write("fairface_label_val.csv", "age,file", "0-2,val/1.jpg");
        Assert.Contains(
            "another header",
            Assert.Single(Sheets.Refused(() => FairFace.Read(_folder.Options))).Fault,
            StringComparison.Ordinal
        );
    }
}

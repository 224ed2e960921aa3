using Efface.Data.Labels;
using Efface.Data.Sheets;
using Efface.Data.Sources;
using Xunit;

namespace Efface.Tests.Data.Sources;

public sealed class UtkFaceTests : IDisposable
{
    private readonly ToyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Names_are_labels()
    {
        var sheet = Read("1_0_0_2017.jpg", "116_1_4_2017.jpg.chip.jpg", "part1/26_1_2_20170116.png");

        Assert.Equal(["116_1_4_2017.jpg.chip.jpg", "1_0_0_2017.jpg", "part1/26_1_2_20170116.png"], sheet.Pictures());
        Assert.Equal(["116", "1", "26"], sheet.Cells("age"));
        Assert.Equal(["female", "male", "female"], sheet.Cells("gender"));
        Assert.Equal(["Others", "White", "Asian"], sheet.Cells("race"));
        Assert.Null(sheet.Parts);
        Assert.Empty(sheet.Faults);
    }

    [Fact]
    public void Genders_and_races_stand_in_the_publishers_order_whichever_occur()
    {
        var sheet = Read("1_1_3_2017.jpg");

        Assert.Equal(["male", "female"], sheet.Columns[1].Values);
        Assert.Equal(["White", "Black", "Asian", "Indian", "Others"], sheet.Columns[2].Values);
    }

    [Theory]
    [InlineData("0_0_0_2017.jpg", "0-2")]
    [InlineData("2_0_0_2017.jpg", "0-2")]
    [InlineData("3_0_0_2017.jpg", "3-9")]
    [InlineData("69_0_0_2017.jpg", "60-69")]
    [InlineData("120_0_0_2017.jpg", "70+")]
    public void Ages_are_binned_into_nine_groups_unless_the_user_has_others(string name, string group)
    {
        var sheet = Read(name);

        Assert.Equal([group], sheet.Judged(new LabelRules(), []).Cells("age"));
        Assert.Equal(["0+"], sheet.Judged(new LabelRules { Bin = ["age=0"] }, []).Cells("age"));
    }

    [Theory]
    [InlineData("121_0_0_2017.jpg", "age", "121")]
    [InlineData("-1_0_0_2017.jpg", "age", "-1")]
    [InlineData("old_0_0_2017.jpg", "age", "old")]
    [InlineData("_0_0_2017.jpg", "age", "")]
    [InlineData("5.5_0_0_2017.jpg", "age", "5.5")]
    [InlineData("99999999999_0_0_2017.jpg", "age", "99999999999")]
    [InlineData("20_2_0_2017.jpg", "gender", "2")]
    [InlineData("20__0_2017.jpg", "gender", "")]
    [InlineData("20_1_5_2017.jpg", "race", "5")]
    [InlineData("20_1_20170109142408075.jpg", null, null)]
    [InlineData("portrait.jpg", null, null)]
    public void A_name_that_says_something_else_is_a_fault(string name, string? column, string? value)
    {
        var sheet = Read(name, "1_0_0_2017.jpg");

        Assert.Equal(["1_0_0_2017.jpg"], sheet.Pictures());
        var fault = Assert.Single(sheet.Faults);
        Assert.Equal((name, null, column, value), (fault.File, fault.Line, fault.Column, fault.Value));
    }

    [Fact]
    public void What_systems_leave_behind_is_no_fault_and_is_told()
    {
        var sheet = Read("1_0_0_2017.jpg", "._1_0_0_2017.jpg", "Thumbs.db", "__MACOSX/1_0_0_2017.jpg", "readme.txt");

        Assert.Equal(1, sheet.Count);
        Assert.Empty(sheet.Faults);
        Assert.Equal([3, 1], sheet.Findings.Select(finding => finding.Count));
    }

    [Fact]
    public void A_folder_without_pictures_is_refused() =>
        Assert.Equal("holds no pictures", Assert.Single(Sheets.Refused(() => Read("._1_0_0_2017.jpg"))).Fault);

    private LabelSheet Read(params string[] names)
    {
        foreach (var name in names)
            _folder.Write(name, "x");
        return UtkFace.Read(_folder.Options);
    }
}

using Efface.Data.Pixels;
using Efface.Data.Sources;
using Xunit;

namespace Efface.Tests.Data.Sources;

public sealed class DataOptionsTests
{
    // Each flag with a value that no data set can be read with, and how the complaint begins.
    private static readonly Dictionary<string, (ReadingOptions Reading, string Subject)> Wrong = new()
    {
        ["background of a word"] = (new() { Background = "white" }, "--background white"),
        ["background of two"] = (new() { Background = "1,2" }, "--background 1,2"),
        ["background of four"] = (new() { Background = "1,2,3,4" }, "--background 1,2,3,4"),
        ["background beyond a byte"] = (new() { Background = "0,0,256" }, "--background 0,0,256"),
        ["background below 0"] = (new() { Background = "0,0,-1" }, "--background 0,0,-1"),
        ["pixels"] = (new() { MaxPixels = 0 }, "--max-pixels 0"),
        ["megabytes"] = (new() { MaxFileMegabytes = 0 }, "--max-file-mb 0"),
        ["megabytes that are no number"] = (new() { MaxFileMegabytes = double.NaN }, "--max-file-mb NaN"),
        ["no time"] = (new() { ImageTimeout = 0 }, "--image-timeout 0"),
        ["endless time"] = (new() { ImageTimeout = double.PositiveInfinity }, "--image-timeout"),
        ["time that is no number"] = (new() { ImageTimeout = double.NaN }, "--image-timeout NaN"),
        ["workers"] = (new() { Workers = 0 }, "--workers 0"),
        ["bin"] = (new() { Bin = ["age=2,1"] }, "--bin age=2,1"),
        ["map"] = (new() { Map = ["race"] }, "--map race"),
        ["only"] = (new() { Only = ["=x"] }, "--only =x"),
        ["drop"] = (new() { Drop = ["race="] }, "--drop race="),
    };

    // Each flag that is for some data sets alone, and those.
    private static readonly Dictionary<string, (DataOptions Options, string[] Sources)> Particular = new()
    {
        ["--correlation"] = (new() { Correlation = 0.5 }, ["faces"]),
        ["--table"] = (new() { Reading = new() { Table = "t.csv" } }, ["table"]),
        ["--images"] = (new() { Reading = new() { Images = "images" } }, ["table"]),
        ["--image-column"] = (new() { Reading = new() { ImageColumn = "file" } }, ["table", "parquet", "cifar10"]),
        ["--split-column"] = (new() { Reading = new() { SplitColumn = "split" } }, ["table", "folders", "parquet"]),
        ["--levels"] = (new() { Reading = new() { Levels = ["class"] } }, ["folders"]),
    };

    public static TheoryData<string> Flags => [.. Wrong.Keys];

    public static TheoryData<string> ParticularFlags => [.. Particular.Keys];

    [Theory]
    [MemberData(nameof(Flags))]
    public void A_value_that_nothing_can_be_read_with_is_refused_by_its_flag(string flag)
    {
        var (reading, subject) = Wrong[flag];
        var problem = Assert.Single(
            new DataOptions
            {
                Name = "table",
                Root = ".",
                Reading = reading,
            }.Check()
        );
        Assert.StartsWith(subject, problem.Subject.InFlags(), StringComparison.Ordinal);
        Assert.NotEmpty(problem.Remedy.InFlags());
    }

    [Theory]
    [MemberData(nameof(ParticularFlags))]
    public void A_flag_that_a_data_set_would_ignore_is_refused(string flag)
    {
        var (options, sources) = Particular[flag];
        foreach (var source in DataSources.All.Select(source => source.Name))
            if (sources.Contains(source))
                Assert.Empty((options with { Name = source, Root = "." }).Check());
            else
                Assert.Equal(flag, Assert.Single((options with { Name = source, Root = "." }).Check()).Subject.InFlags());
    }

    [Fact]
    public void The_usual_flags_suit_every_data_set() =>
        Assert.All(DataSources.All, source => Assert.Empty(new DataOptions { Name = source.Name, Root = "." }.Check()));

    [Fact]
    public void Values_may_be_written_as_people_write_them()
    {
        var options = new[] { ("resize", "FIT"), ("background", "0, 127, 255"), ("on-bad", "fail"), ("image-timeout", "0.5") }.Aggregate(
            new DataOptions(),
            (options, flag) => Settings.Of<DataOptions>().Single(setting => setting.Name == flag.Item1).Read(options, flag.Item2)
        );
        Assert.Empty(options.Check());
        Assert.Equal((ResizeMode.Fit, OnBad.Fail), (options.Reading.Resize, options.Reading.OnBad));
    }

    [Fact]
    public void Every_wrong_flag_and_every_idle_one_is_told_at_once_before_anything_is_read()
    {
        var options = new DataOptions
        {
            Name = "celeba",
            Root = "/nowhere",
            Correlation = 0.1,
            Reading = new ReadingOptions
            {
                Table = "t.csv",
                Images = "i",
                ImageColumn = "c",
                SplitColumn = "s",
                Levels = ["l"],
                Bin = ["b"],
                Map = ["m"],
                Only = ["o"],
                Drop = ["d"],
                Background = "x",
                MaxPixels = 0,
                MaxFileMegabytes = -1,
                ImageTimeout = -1,
                Workers = -1,
            },
        };
        string[] flags =
        [
            "--bin",
            "--map",
            "--only",
            "--drop",
            "--max-pixels",
            "--max-file-mb",
            "--image-timeout",
            "--workers",
            "--background",
            "--correlation",
            "--table",
            "--images",
            "--image-column",
            "--split-column",
            "--levels",
            "--root",
        ];

        Assert.Equal(flags, options.Check().Select(problem => problem.Subject.InFlags().Split(' ')[0]));
    }
}

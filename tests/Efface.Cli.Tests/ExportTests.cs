using Xunit;

namespace Efface.Cli.Tests;

/// <summary>efface export and efface encode, of runs of Efface's own.</summary>
public sealed class ExportTests(SmallRun small) : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task A_run_that_forgot_goes_out_with_the_verdict_of_its_audit()
    {
        await small.CopyAuditedTo(_tool);
        var exported = await _tool.Run("export --run after --json --out whole.onnx");
        Assert.True(exported.ExitCode == 0, exported.Error);
        var json = exported.Json;
        Assert.Equal((string)(await small.Audit).Json["verdict"]!, (string)json["verdict"]!, ignoreCase: true);
        Assert.Equal(120, (int)json["compared"]!);
        Assert.InRange((double)json["largestDifference"]!, 0, 1e-4);
        Assert.Equal(new FileInfo(_tool.At("whole.onnx")).Length, (long)json["bytes"]!);

        var table = await _tool.Run("encode --extractor whole.onnx --data faces --limit 20 --size 32 --json --out codes.csv");
        Assert.True(table.ExitCode == 0, table.Error);
        var rows = File.ReadAllLines(_tool.At("codes.csv"));
        Assert.Equal("image,code,prediction", rows[0]);
        Assert.Equal(21, rows.Length);
        Assert.All(rows[1..], row => Assert.InRange(int.Parse(row.Split(',')[1], null), 0, 255));
    }

    [Theory]
    [InlineData("extractor", "representation")]
    [InlineData("classifier", "logits")]
    public async Task A_part_alone_goes_out(string part, string output)
    {
        small.CopyTo(_tool);
        var exported = await _tool.Run($"export --run before --part {part} --out {part}.onnx");
        Assert.True(exported.ExitCode == 0, exported.Error);
        Assert.Contains(
            output,
            System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(_tool.At($"{part}.onnx"))),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_folder_of_pictures_becomes_a_table_with_a_row_for_each_and_names_what_cannot_be_read()
    {
        small.CopyTo(_tool);
        Directory.CreateDirectory(_tool.At("pictures/inner"));
        using (var bitmap = new SkiaSharp.SKBitmap(40, 50))
        {
            bitmap.Erase(SkiaSharp.SKColors.Teal);
            foreach (var name in new[] { "a.png", "inner/b.png" })
                File.WriteAllBytes(_tool.At($"pictures/{name}"), bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Png, 90).ToArray());
        }
        File.WriteAllText(_tool.At("pictures/broken.png"), "no picture");
        var encoded = await _tool.Run("encode --run before --data images --root pictures --json --out table.parquet");
        Assert.True(encoded.ExitCode == 0, encoded.Error);
        Assert.Equal((3, 1), ((int)encoded.Json["rows"]!, (int)encoded.Json["unusable"]!));
        Assert.Contains("broken.png", encoded.Error, StringComparison.Ordinal);
        var text = await _tool.Run("encode --run before --data images --root pictures --out table.csv");
        Assert.Equal(0, text.ExitCode);
        var rows = File.ReadAllLines(_tool.At("table.csv"));
        Assert.Equal(["image", "a.png", "broken.png", "inner/b.png"], rows.Select(row => row.Split(',')[0]));
        Assert.Equal(rows[1].Split(',')[1..], rows[3].Split(',')[1..]);
        Assert.All(rows[2].Split(',')[1..], cell => Assert.Empty(cell));
    }

    [Theory]
    [InlineData("export --out x.onnx", "--run: missing")]
    [InlineData("export --run before --out x.pt", "is no name of an ONNX file")]
    [InlineData("export --run before --out before/run.json/x.onnx", "lies in no folder")]
    [InlineData("export --run nowhere --out x.onnx", "nowhere")]
    [InlineData("export --run before --part classifier --input pixels --out x.onnx", "says nothing about a classifier")]
    [InlineData("export --run before --task-head --out x.onnx", "is for erasers")]
    [InlineData("encode --out x.csv", "--run or --extractor: missing")]
    [InlineData("encode --run before --extractor m.onnx --out x.csv", "are two models")]
    [InlineData("encode --run before --out x.txt", "is of another kind")]
    [InlineData("encode --extractor missing.onnx --data faces --out x.csv", "no such file")]
    [InlineData("audit --extractor missing.onnx --data faces --attribute hat", "no such file")]
    [InlineData("audit --run before --preprocess unit", "is for models from elsewhere")]
    [InlineData(
        "audit --extractor m.onnx --representations v.npy --labels l.csv --attribute hat",
        "--representations: is for files of vectors"
    )]
    [InlineData("unlearn --extractor m.onnx --representations v.npy --labels l.csv --forget hat", "are two kinds of vectors")]
    [InlineData("unlearn --extractor m.onnx --epochs 3 --forget hat", "the model is not trained")]
    [InlineData("unlearn --output h --forget hat", "Give --representations or --extractor as well")]
    public async Task What_makes_no_sense_is_named_and_nothing_is_written(string line, string fault)
    {
        small.CopyTo(_tool);
        var outcome = await _tool.Run(line);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(fault, outcome.Error, StringComparison.Ordinal);
        Assert.Equal(["before"], Directory.EnumerateFileSystemEntries(_tool.Folder).Select(Path.GetFileName));
    }
}

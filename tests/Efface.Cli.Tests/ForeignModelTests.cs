using System.Reflection;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>
/// A model that nobody here made (ResNet18 of ImageNet, blue first, with a mean image) on real faces: in, without the attribute out.
/// </summary>
public sealed class ForeignModelTests : IDisposable
{
    private static readonly string Models = typeof(ForeignModelTests)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(entry => entry.Key == "ForeignModels")
        .Value!;

    private static readonly string[] Extractor =
    [
        "--extractor",
        Path.Combine(Models, "ResNet18Onnx", "ResNet18.onnx"),
        "--preprocess",
        Path.Combine(Models, "ResNetPrepOnnx", "ResNetPreprocess.onnx"),
    ];

    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Its_vectors_tell_Male_and_no_longer_do_behind_the_eraser_in_one_file()
    {
        string[] data = [.. Crops(), "--limit", "300"];
        var unlearned = await _tool.Run([
            "unlearn",
            .. Extractor,
            .. data,
            .. Tool.Words("--task Smiling --forget Male --budget quick --attackers linear --parts controls --json --out erased"),
        ]);
        Assert.True(unlearned.ExitCode == 0, unlearned.Error);
        Assert.Contains("512 numbers a row", unlearned.Error, StringComparison.Ordinal);
        var (before, after) = (Leak("erased/before/audit.json"), Leak("erased/audit.json"));
        Assert.InRange(before, 0.25, 0.5);
        // Of 300 rows an eraser cannot take out all, and the secret of its noise is drawn anew each time.
        Assert.InRange(after, -0.15, before / 2);

        var exported = await _tool.Run("export --run erased --task-head --json --out forgot.onnx");
        Assert.True(exported.ExitCode == 0, exported.Error);
        Assert.InRange((double)exported.Json["largestDifference"]!, 0, 1e-4);
        Assert.Equal(300, (int)exported.Json["compared"]!);

        var encoded = await _tool.Run([
            "encode",
            "--extractor",
            "forgot.onnx",
            .. Extractor[2..],
            .. data[..^2],
            .. Tool.Words("--limit 50 --json --out vectors.csv"),
        ]);
        Assert.True(encoded.ExitCode == 0, encoded.Error);
        var rows = File.ReadAllLines(_tool.At("vectors.csv"));
        Assert.Equal(51, rows.Length);
        Assert.StartsWith("image,h0,h1,", rows[0], StringComparison.Ordinal);
        Assert.EndsWith(",h511,prediction", rows[0], StringComparison.Ordinal);
        Assert.All(rows[1..], row =>
            Assert.True(row.EndsWith(",0", StringComparison.Ordinal) || row.EndsWith(",1", StringComparison.Ordinal))
        );

        double Leak(string file)
        {
            var audit = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(_tool.At(file)))!;
            return (double)audit["representations"]![0]!["leak"]!["givenTask"]!["value"]!;
        }
    }

    [Fact]
    public async Task Vectors_computed_once_are_not_computed_again()
    {
        string[] asked =
        [
            "audit",
            .. Extractor,
            .. Crops(),
            .. Tool.Words("--limit 60 --attribute Male --attackers linear --seeds 1 --parts controls --json"),
        ];
        var first = await _tool.Run([.. asked, "--out", "first"]);
        var second = await _tool.Run([.. asked, "--out", "second"]);
        Assert.True(first.ExitCode is 0 or 3 or 4, first.Error);
        Assert.DoesNotContain("(180 known)", first.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("images/s", second.Error.Split("running the model").ElementAtOrDefault(1) ?? "", StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(_tool.At("first/audit.json")).Length, File.ReadAllText(_tool.At("second/audit.json")).Length);
    }

    // With a cache of their own: other tests look at what theirs holds of the same images.
    private static string[] Crops() =>
        [.. Tool.Words("--data table --split-column split --cache cache --root"), Path.Combine(RealData.Root(), "celeba-crops")];
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;
using static Efface.Cli.Tests.Refusal;

namespace Efface.Cli.Tests;

/// <summary>efface certify.</summary>
public sealed class CertifyTests : IDisposable
{
    private const int Images = 40_000;

    private readonly Tool _tool = new();
    private readonly Random _random = new(3);

    public CertifyTests()
    {
        Write("sound", (smile, _) => 2 * smile + _random.Next(2));
        Write("telling", (smile, hat) => 2 * smile + (_random.NextDouble() < 0.7 ? hat : 1 - hat));
    }

    [Fact]
    public async Task A_code_that_tells_the_task_alone_is_certified_and_new_images_are_held_against_it()
    {
        var outcome = await Certify("sound.csv", "--task", "smile", "--json", "--out", "certified");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal("Certified", (string)outcome.Json["verdict"]!);
        var file = JsonNode.Parse(File.ReadAllText(_tool.At("certified/certificate.json")))!;
        Assert.Equal(4, file["counts"]!.AsArray().Count(count => (int)count! > 0));
        Assert.Equal(
            ["c", "c", "c,y", "c,y"],
            file["attributes"]![0]!["certificates"]!.AsArray().Select(bound => (string)bound!["knows"]!)
        );

        Write("same", (smile, _) => 2 * smile + _random.Next(2), 2000);
        var same = await _tool.Run(
            "certify",
            "--representations",
            "same.csv",
            "--labels",
            "same.csv",
            "--array",
            "code",
            "--against",
            "certified"
        );
        Assert.Equal(0, same.ExitCode);
        Assert.Contains("Nothing speaks against", same.Output, StringComparison.Ordinal);

        Write("drifted", (smile, _) => 2 * smile + (_random.Next(10) == 0 ? 0 : 1), 2000);
        var drifted = await _tool.Run(
            "certify",
            "--representations",
            "drifted.csv",
            "--labels",
            "drifted.csv",
            "--array",
            "code",
            "--against",
            "certified",
            "--json"
        );
        Assert.Equal(4, drifted.ExitCode);
        Assert.True((bool)drifted.Json["seen"]!);
        Assert.InRange((double)drifted.Json["distance"]!, 0.35, 0.45);
    }

    [Fact]
    public async Task A_code_that_tells_is_not_certified()
    {
        var outcome = await Certify("telling.csv", "--task", "smile", "--out", "no");
        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("Leaks, hat", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_few_images_are_no_certificate_and_it_says_how_many_would_do()
    {
        Write("few", (smile, _) => 2 * smile + _random.Next(2), 3000);
        var outcome = await Certify("few.csv", "--task", "smile", "--out", "few");
        Assert.Equal(4, outcome.ExitCode);
        Assert.Contains("test images could certify it", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vectors_are_reduced_to_symbols_first_and_the_promise_is_of_these_alone()
    {
        Vectors("vectors");
        var without = await _tool.Run(
            "certify",
            "--representations",
            "vectors.csv",
            "--labels",
            "sound.csv",
            "--attribute",
            "hat",
            "--task",
            "smile",
            "--array",
            "v",
            "--out",
            "x"
        );
        Told(without, "efface: --bits: missing");
        var with = await _tool.Run(
            "certify",
            "--representations",
            "vectors.csv",
            "--labels",
            "sound.csv",
            "--attribute",
            "hat",
            "--task",
            "smile",
            "--array",
            "v",
            "--bits",
            "2",
            "--out",
            "reduced"
        );
        Assert.Equal(0, with.ExitCode);
        Assert.Contains("The vectors themselves are not certified", with.Output, StringComparison.Ordinal);
        Assert.Equal(4, JsonNode.Parse(File.ReadAllText(_tool.At("reduced/certificate.json")))!["codebook"]!["centres"]!.AsArray().Count);
        Assert.Equal(
            0,
            (
                await _tool.Run(
                    "certify",
                    "--representations",
                    "vectors.csv",
                    "--labels",
                    "sound.csv",
                    "--array",
                    "v",
                    "--against",
                    "reduced"
                )
            ).ExitCode
        );
        Told(
            await _tool.Run(
                "certify",
                "--representations",
                "sound.csv",
                "--labels",
                "sound.csv",
                "--array",
                "code",
                "--against",
                "reduced"
            ),
            "holds codes, and vectors were certified"
        );
    }

    [Fact]
    public async Task A_supervised_codebook_hides_what_k_means_tells_and_both_write_their_codes()
    {
        const int rows = 6000;
        var text = new StringBuilder("v0,v1,v2,smile,hat\n");
        for (var row = 0; row < rows; row++)
        {
            var (smile, hat) = (_random.Next(2), _random.Next(2));
            text.Append(CultureInfo.InvariantCulture, $"{_random.NextDouble() + 2 * hat:F4},{_random.NextDouble() + smile:F4},")
                .Append(
                    CultureInfo.InvariantCulture,
                    $"{_random.NextDouble():F4},{"no yes".Split(' ')[smile]},{"no yes".Split(' ')[hat]}\n"
                );
        }
        File.WriteAllText(_tool.At("told.csv"), text.ToString());
        const string line =
            "certify --representations told.csv --labels told.csv --array v --attribute hat --task smile --bits 2 --tolerance 0.15";

        var blind = await _tool.Run($"{line} --out means");
        Assert.Equal(3, blind.ExitCode);
        var learnt = await _tool.Run($"{line} --codebook supervised --out learnt");
        Assert.True(learnt.ExitCode == 0, learnt.Error + learnt.Output);
        Assert.Contains("codes: ", learnt.Output, StringComparison.Ordinal);
        foreach (var folder in new[] { "means", "learnt" })
        {
            var codes = File.ReadAllLines(_tool.At($"{folder}/codes.csv"));
            Assert.Equal((rows + 1, "code"), (codes.Length, codes[0].Split(',').Single(name => name == "code")));
        }
        Assert.True(File.Exists(_tool.At("learnt/eraser.safetensors")) && !File.Exists(_tool.At("means/eraser.safetensors")));
        var same = await _tool.Run("certify --representations told.csv --labels told.csv --array v --against learnt");
        Assert.True(same.ExitCode == 0, same.Error + same.Output);
        var applied = await _tool.Run("apply --eraser learnt --representations told.csv --array v --out again.csv");
        Assert.True(applied.ExitCode == 0, applied.Error);
        Assert.Equal(File.ReadAllText(_tool.At("learnt/codes.csv")), File.ReadAllText(_tool.At("again.csv")));
    }

    [Fact]
    public async Task What_does_not_go_together_is_told()
    {
        ToldInLines(await Certify("sound.csv", "--codebook", "magic"), "--codebook magic");
        Told(await Certify("sound.csv", "--codebook", "supervised", "--out", "z"), "a code already");
        Assert.False(Directory.Exists(_tool.At("z")));
        ToldInLines(await _tool.Run("certify"), "--run or --representations: missing");
        ToldInLines(await Certify("sound.csv", "--bits", "13"), "--bits 13");
        Told(await Certify("sound.csv", "--bits", "3", "--out", "y"), "a code of 4 symbols already");
        ToldInLines(await Certify("sound.csv", "--against", "nowhere"), "nowhere: no such folder");
        ToldInLines(await Certify("sound.csv", "--against", "nowhere", "--tolerance", "0.1"), "--tolerance");
        Assert.False(Directory.Exists(_tool.At("y")));
    }

    public void Dispose() => _tool.Dispose();

    // After notes about the files.
    private static void Told(Outcome outcome, string words)
    {
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(words, outcome.Error, StringComparison.Ordinal);
    }

    private Task<Outcome> Certify(string file, params string[] flags) =>
        _tool.Run(["certify", "--representations", file, "--labels", file, "--array", "code", "--attribute", "hat", .. flags]);

    private void Write(string name, Func<int, int, int> code, int images = Images)
    {
        var text = new StringBuilder("code,smile,hat\n");
        for (var i = 0; i < images; i++)
        {
            var (smile, hat) = (_random.Next(2), _random.Next(2));
            text.Append(CultureInfo.InvariantCulture, $"{code(smile, hat)},{(smile == 1 ? "yes" : "no")},{(hat == 1 ? "yes" : "no")}\n");
        }
        File.WriteAllText(_tool.At($"{name}.csv"), text.ToString());
    }

    // Noise that knows nothing of the labels.
    private void Vectors(string name)
    {
        var text = new StringBuilder("v0,v1,v2\n");
        for (var i = 0; i < Images; i++)
            text.Append(CultureInfo.InvariantCulture, $"{_random.NextDouble():F4},{_random.NextDouble():F4},{_random.NextDouble():F4}\n");
        File.WriteAllText(_tool.At($"{name}.csv"), text.ToString());
    }
}

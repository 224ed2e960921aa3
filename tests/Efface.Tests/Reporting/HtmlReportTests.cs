using Efface.Auditing;
using Efface.Reporting;
using Efface.Training;
using Xunit;

namespace Efface.Tests.Reporting;

public sealed class HtmlReportTests : IDisposable
{
    private readonly FakeRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Writes_a_sample()
    {
        var target = Environment.GetEnvironmentVariable("SAMPLE")!;
        File.WriteAllText(Path.Combine(target, "two.html"), Render(_runs.Before(), _runs.After(Verdict.Forgotten)));
    }

    private static string Render(params RunFolder[] runs) => HtmlReport.Render(runs, new DateTimeOffset(2026, 1, 31, 14, 5, 0, TimeSpan.Zero));
}

/// <summary>Run folders with invented numbers.</summary>
internal sealed class FakeRuns : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("efface-report-").FullName;
    private int _count;

    public string Attribute { get; init; } = "glasses";

    public string Task { get; init; } = "smile";

    public string DataSet { get; init; } = "faces";

    public void Dispose() => Directory.Delete(_root, recursive: true);

    public RunFolder Before(bool audited = true) => Make("train", audited ? Audit(Place("embedding", Verdict.Leaks, 0.948), Place("logits", Verdict.Leaks, 0.712)) : null, drawn: 90);

    public RunFolder After(Verdict verdict, string name = "after") => Make("unlearn", Audit(
        Place("embedding", Verdict.Leaks, 0.874, released: false),
        Place("code", verdict, verdict == Verdict.Leaks ? 0.785 : verdict == Verdict.Inconclusive ? 0.59 : 0.558, discrete: true),
        Place("logits", verdict == Verdict.Leaks ? Verdict.Leaks : Verdict.Forgotten, 0.556)), drawn: 160, name);

    private RunFolder Make(string command, AuditResult? audit, byte drawn, string? name = null)
    {
        var folder = RunFolder.Create(Path.Combine(_root, $"{++_count}", name ?? command));
        folder.Run = new RunRecord
        {
            Command = command,
            Started = new DateTimeOffset(2026, 1, 31, 13, 0, 0, TimeSpan.Zero),
            Config = new RunConfig { Data = DataSet, Task = Task, Forget = [Attribute], Stem = "fast", Width = 0.25, Epochs = 6, LearningRate = command == "train" ? 0.1 : 0.02, From = command == "train" ? null : "before" },
            Environment = new EnvironmentRecord("0.1.0", ".NET 10.0.1", "Debian GNU/Linux 12", "A processor", 2, 2, "2.10.0", "cpu"),
            Data = new DataRecord(DataSet, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                new Dictionary<string, int> { ["train"] = 5000, ["validation"] = 1000, ["test"] = 2000 },
                [new JointRecord(Task, Attribute, ["neutral", Task], ["none", Attribute], [[1520, 980], [1010, 1490]], 1, 0.967)]),
            Result = new ResultRecord(0.957, 6, 83, false, null),
        };
        for (var epoch = 1; epoch <= 6; epoch++) folder.Append(Metrics(epoch, command == "unlearn"));
        folder.Audit = audit!;
        if (audit is null) File.Delete(Path.Combine(folder.Path, "audit.json"));
        for (var i = 0; i < 10; i++)
        {
            folder.WritePicture($"image-{i}.png", Picture(i, 255));
            folder.WritePicture($"reconstruction-{i}.png", Picture(i, drawn));
        }
        return folder;
    }

    private static EpochMetrics Metrics(int epoch, bool detaches) => new()
    {
        Epoch = epoch,
        Epochs = 6,
        TaskLoss = 0.1 + 0.7 / epoch,
        DetachmentLoss = detaches ? 0.4 + 1.4 / epoch : null,
        Information = detaches ? new Dictionary<string, double> { ["assignmentEntropy"] = 0.2 + 1.5 / epoch, ["codeEntropy"] = 3.1 + 0.1 * epoch, ["conditionalInformation.glasses"] = 0.6 / (epoch * epoch) } : [],
        TrainingFidelity = 0.97 - 0.3 / epoch,
        Fidelity = 0.957 - 0.28 / epoch,
        Seconds = 12,
        ImagesPerSecond = 420,
        PeakMemory = 900_000_000,
    };

    private static byte[] Picture(int i, byte brightness)
    {
        using var image = TorchSharp.torch.full([3, 16, 16], brightness, TorchSharp.torch.uint8);
        image[i % 3, (2 + i / 2)..12, 3..13] = TorchSharp.torch.tensor((byte)(20 * i));
        return Png.Encode(image);
    }

    private static AuditResult Audit(params RepresentationAudit[] places) => new()
    {
        Fidelity = Around(0.953, 0.009),
        Settings = new AuditSettings(),
        Representations = places,
        Joint = [],
    };

    private RepresentationAudit Place(string name, Verdict verdict, double best, bool released = true, bool discrete = false)
    {
        var symbol = discrete ? "c" : "h";
        List<AttackerResult> attackers = [.. from attacker in discrete ? ["lookup"] : new[] { "linear", "mlp" }
                                             from knows in new[] { symbol, symbol + ",y" }
                                             from images in new[] { "training", "unseen" }
                                             let loss = (attacker == "mlp" ? 0 : 0.01) + (images == "training" ? 0 : 0.02) + (knows == symbol ? 0.006 : 0)
                                             select Attacker(attacker, knows, images, best - loss)];
        Choice Best(string knows) => attackers.Where(attacker => attacker.Knows == knows).MaxBy(attacker => attacker.Validation) is { } found ? new Choice(found.Name, found.Knows, found.FittedOn, found.Seed) : null!;
        return new RepresentationAudit
        {
            Name = name,
            Kind = discrete ? "discrete" : "continuous",
            Released = released,
            Attribute = Attribute,
            Verdict = verdict,
            Reasons = [verdict == Verdict.Leaks ? $"the best attacker reads {best - 0.55:P1} more than the task tells" : "no attacker reads more than 2.9 % beyond what the task tells, at its upper bound (tolerated 5.0 %)"],
            Floors = new Floors(new Floor(Around(0.506, 0.02), Around(0.5, 0)), new Floor(Around(0.55, 0.02), Around(0.55, 0.02)), new Floor(Around(0.548, 0.02), Around(0.547, 0.02))),
            Controls = new Controls(new Control(true, Around(0.049, 0.015), 0.05), new Control(true, Around(-0.003, 0.015), 0)),
            Attackers = attackers,
            Best = Best(symbol + ",y"),
            BestWithoutTask = Best(symbol),
            Leak = new Leak(Around(best - 0.55, 0.021), Around(best - 0.006 - 0.547, 0.02)),
        };
    }

    private static AttackerResult Attacker(string name, string knows, string images, double balanced) => new()
    {
        Name = name,
        Knows = knows,
        FittedOn = images,
        Seed = 0,
        Validation = balanced - 0.003,
        Test = new Scores(Around(balanced + 0.002, 0.02), Around(balanced, 0.02), Around(Math.Min(0.99, balanced + 0.03), 0.01), Around(2 * (balanced - 0.5) * (balanced - 0.5), 0.02)),
        GivenTask = Around(balanced - 0.55, 0.021),
    };

    private static Measured Around(double value, double half) => new(value, value - half, value + half, 2000);
}

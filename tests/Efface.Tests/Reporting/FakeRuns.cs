using Efface.Auditing;
using Efface.Data.Sources;
using Efface.Records;
using Efface.Training;

namespace Efface.Tests.Reporting;

/// <summary>Run folders with invented numbers.</summary>
internal sealed class FakeRuns : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("efface-report-").FullName;
    private int _count;

    public string Task { get; set; } = "smile";

    public IReadOnlyList<string> Attributes { get; set; } = ["glasses"];

    public string DataSet { get; set; } = "faces";

    public RunFolder Last { get; private set; } = null!;

    /// <summary>What an audit of a model finds besides attacks.</summary>
    public static AuditResult WithPictures(RunFolder folder)
    {
        for (var i = 0; i < 10; i++)
            folder.WritePicture($"gradcam-0-{i}.png", [7, (byte)i]);
        var drawn = new ReconstructionResult
        {
            Place = "code",
            Error = Around(0.61, 0.003),
            SquaredError = Around(0.052, 0.001),
            Steps = 500,
            Attributes =
            [
                new ReadFromPictures("glasses", Around(0.97, 0.01), Around(0.53, 0.02))
                {
                    AccuracyOnReal = Around(0.97, 0.01),
                    AccuracyOnReconstructed = Around(0.53, 0.02),
                },
            ],
        };
        return folder.Audit! with
        {
            Reconstruction = drawn,
            ReconstructionBefore = drawn with { Error = Around(0.55, 0.003) },
            Attention = [new AttentionResult("glasses", "layer3", Around(0.56, 0.02), [3])],
        };
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    public RunFolder Before() => Run("train", Place("embedding", Verdict.Leaks, 0.948), Place("logits", Verdict.Leaks, 0.712));

    public RunFolder After(Verdict verdict) =>
        Run(
            "unlearn",
            Place("embedding", Verdict.Leaks, 0.874, released: false),
            Place(
                "code",
                verdict,
                verdict switch
                {
                    Verdict.Leaks => 0.785,
                    Verdict.Inconclusive => 0.59,
                    _ => 0.558,
                },
                discrete: true
            ),
            Place("logits", Verdict.Certified, 0.556)
        );

    public RunFolder Run(string command, params RepresentationAudit[] places) => Run(command, pictures: true, places);

    public RunFolder Run(string command, bool pictures, params RepresentationAudit[] places)
    {
        Last = RunFolder.Create(Path.Combine(_root, $"{++_count}", command));
        Last.Run = Record(command);
        for (var epoch = 1; epoch <= 6; epoch++)
            Last.Append(Metrics(epoch, command == "unlearn"));
        if (places.Length > 0)
            Last.Audit = Audit(places) with
            {
                Collateral =
                [
                    .. Kept.Select(kept =>
                        command == "train" ? new CollateralResult(kept.Attribute, null, kept.Before!, kept.PredictionOnly) : kept
                    ),
                ],
            };
        for (var i = 0; pictures && i < 10; i++)
        {
            Last.WritePicture($"image-{i}.png", [(byte)i]);
            Last.WritePicture($"reconstruction-{i}.png", [(byte)_count, (byte)i]);
        }
        return Last;
    }

    public static AuditResult Audit(params RepresentationAudit[] places) =>
        new()
        {
            Fidelity = Around(0.953, 0.009),
            Settings = new AuditSettings(),
            Images = new AuditedImages(5000, 1000, 2000, null),
            Split = new SplitControl(true, 0, null),
            Representations = places,
            Joint = [],
        };

    /// <summary>The same without a task, as of vectors from another program.</summary>
    public static AuditResult Taskless(params RepresentationAudit[] places) =>
        Audit([
            .. places.Select(place =>
                place with
                {
                    Floors = new Floors(place.Floors.Majority, null, null),
                    Attackers = [.. place.Attackers.Where(attacker => !attacker.KnowsTask)],
                    Best = place.BestWithoutTask,
                }
            ),
        ]) with
        {
            Fidelity = null,
        };

    public static RepresentationAudit Place(string name, Verdict verdict, double best, bool released = true, bool discrete = false)
    {
        var symbol = discrete ? "c" : "h";
        List<AttackerResult> attackers =
        [
            .. from attacker in discrete ? ["lookup"] : new[] { "linear", "mlp" }
            from knows in new[] { symbol, symbol + ",y" }
            from images in new[] { "training", "unseen" }
            let loss = (attacker == "linear" ? 0.01 : 0) + (images == "unseen" ? 0.02 : 0) + (knows == symbol ? 0.006 : 0)
            select Attacker(attacker, knows, images, best - loss),
        ];
        Choice Best(string knows) =>
            attackers
                .Where(attacker => attacker.Knows == knows)
                .Select(attacker => attacker.Identity)
                .First(choice => choice.Name != "linear");
        return new RepresentationAudit
        {
            Name = name,
            Kind = discrete ? "discrete" : "continuous",
            Released = released,
            Attribute = "glasses",
            Verdict = verdict,
            Reasons = [verdict == Verdict.Leaks ? "the best attacker reads more than the task reveals" : "a reason"],
            Floors = new Floors(
                new Floor(Around(0.506, 0.02), Around(0.5, 0)),
                new Floor(Around(0.55, 0.02), Around(0.55, 0.02)),
                new Floor(Around(0.548, 0.02), Around(0.547, 0.02))
            ),
            Controls = new Controls(new Control(true, Around(0.049, 0.015), 0.05), new Control(true, Around(-0.003, 0.015), 0)),
            Attackers = attackers,
            Best = Best(symbol + ",y"),
            BestWithoutTask = Best(symbol),
            Leak = new Leak(Around(best - 0.55, 0.021), Around(best - 0.553, 0.02)),
            Classes = ["none", "glasses"],
            Confusion = double.IsFinite(best)
                ?
                [
                    [(int)Math.Round(1000 * best), (int)Math.Round(1000 * (1 - best))],
                    [(int)Math.Round(1000 * (1 - best)), (int)Math.Round(1000 * best)],
                ]
                :
                [
                    [0, 0],
                    [0, 0],
                ],
            Subgroups =
            [
                .. new[]
                {
                    ("smile", "yes", 0.01),
                    ("smile", "no", -0.01),
                    ("hat", "yes", 0.03),
                    ("hat", "no", -0.004),
                    ("hair", "long", 0.015),
                }.Select(group => new SubgroupResult(
                    group.Item1,
                    group.Item2,
                    Around(best + group.Item3, 0.04),
                    Around(best - 0.55 + group.Item3, 0.05)
                )),
            ],
            Certificates = discrete
                ? [Bound("accuracy", "c"), Bound("balancedAccuracy", "c"), Bound("accuracy", "c,y"), Bound("balancedAccuracy", "c,y")]
                : [],
            Information = discrete
                ? new CountedInformation(new InformationEstimate(0.006, 0.002, 4000), new InformationEstimate(0.021, 0.017, 1000))
                : null,
            WorstSymbol = discrete ? new WorstSymbol(5, 1, new Measured(0.71, 0.6, 0.8, 77), 0.52) : null,
        };
    }

    private static Certificate Bound(string metric, string knows) =>
        new()
        {
            Metric = metric,
            Knows = knows,
            Estimate = knows == "c" ? 0.561 : 0.566,
            Slack = 0.0274,
            Floor = Around(0.55, 0.02),
            Bias = 0.0112,
            Delta = 0.05,
            N = 2000,
            BitsAtMost = metric == "accuracy" ? 0.2349 : null,
            Assumptions = ["the images of the sample are independent of each other"],
        };

    public static Measured Around(double value, double half) => new(value, value - half, value + half, 2000);

    private static AttackerResult Attacker(string name, string knows, string images, double balanced) =>
        new()
        {
            Name = name,
            Knows = knows,
            FittedOn = images,
            Seed = 0,
            Validation = balanced - 0.003,
            Test = new Scores(
                Around(balanced + 0.002, 0.02),
                Around(balanced, 0.02),
                Around(Math.Min(0.99, balanced + 0.03), 0.01),
                Around(2 * (balanced - 0.5) * (balanced - 0.5), 0.02)
            ),
            GivenTask = Around(balanced - 0.55, 0.021),
        };

    private static readonly CollateralResult[] Kept =
    [
        new("hat", Around(0.93, 0.012), Around(0.71, 0.02), Around(0.503, 0.02)),
        new("hair", Around(0.88, 0.014), Around(0.68, 0.021), Around(0.511, 0.02)),
        new("beard", Around(0.9, 0.013), Around(0.74, 0.02), Around(0.552, 0.02)),
    ];

    private RunRecord Record(string command) =>
        new()
        {
            Command = command,
            Started = new DateTimeOffset(2026, 1, 31, 13, 0, 0, TimeSpan.Zero),
            Config = new RunConfig
            {
                Data = new DataOptions { Name = DataSet, Task = Task },
                Model = new ModelSettings
                {
                    Stem = "fast",
                    Width = 0.25,
                    From = command == "train" ? null : "before",
                },
                Recipe = new RecipeSettings { Forget = Attributes },
                Training = new TrainingSettings { Epochs = 6, LearningRate = command == "train" ? 0.1 : 0.02 },
            },
            Environment = new EnvironmentRecord("0.1.0", ".NET 10", "Linux", "A processor", 2, 2, "2.10.0", "cpu"),
            Data = new DataRecord(
                DataSet,
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                new Dictionary<string, int>
                {
                    ["train"] = 5000,
                    ["validation"] = 1000,
                    ["test"] = 2000,
                },
                [
                    .. Attributes.Select(attribute => new JointRecord(
                        Task,
                        attribute,
                        ["neutral", Task],
                        ["none", attribute],
                        [
                            [1520, 980],
                            [1010, 1490],
                        ],
                        1,
                        0.967
                    )),
                ]
            ),
            Result = new ResultRecord(0.957, 6, 83, false, null),
        };

    private static EpochMetrics Metrics(int epoch, bool detaches) =>
        new()
        {
            Epoch = epoch,
            Epochs = 6,
            TaskLoss = 0.1 + 0.7 / epoch,
            DetachmentLoss = detaches ? 0.4 + 1.4 / epoch : null,
            Information = detaches
                ? new Dictionary<string, double>
                {
                    ["assignmentEntropy"] = 0.2 + 1.5 / epoch,
                    ["conditionalInformation.glasses"] = 0.6 / (epoch * epoch),
                    ["embeddingError"] = 0.5,
                    ["retainedLoss.hat"] = 0.4,
                    ["retainedLoss.hair"] = 0.2,
                }
                : [],
            TrainingFidelity = 0.97 - 0.3 / epoch,
            Fidelity = 0.957 - 0.28 / epoch,
            Seconds = 12,
            ImagesPerSecond = 420,
            PeakMemory = 900_000_000,
        };
}

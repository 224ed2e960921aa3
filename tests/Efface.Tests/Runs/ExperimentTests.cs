using Efface.Auditing;
using Efface.Data;
using Efface.Records;
using Efface.Runs;
using Efface.Runs.Experiments;
using Efface.Training;
using Xunit;

namespace Efface.Tests.Runs;

public sealed class ExperimentTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("efface-experiment-");

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task No_more_cells_than_asked_are_at_work_and_each_comes_after_those_that_it_needs(int jobs)
    {
        var (folder, finished, atWork, most) = (new ExperimentFolder(_folder.FullName), new List<string>(), 0, 0);
        ExperimentCell[] cells = [Cell("a"), Cell("b", from: "a"), Cell("c", from: "a"), Cell("d", copyOf: "b"), Cell("e")];

        var runs = await Experiment.Run(
            cells,
            folder,
            jobs,
            async (cell, cancel) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref atWork));
                Assert.All(cell.After, before => Assert.Contains(before, finished));
                await Task.Delay(20, cancel);
                Write(folder, cell);
                lock (finished)
                    finished.Add(cell.Name);
                Interlocked.Decrement(ref atWork);
            },
            Silent.Observer,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(cells.Select(cell => cell.Name), runs.Keys);
        Assert.InRange(most, Math.Min(jobs, 2), jobs);
    }

    [Fact]
    public async Task Finished_cells_are_not_run_again()
    {
        var (folder, ran) = (new ExperimentFolder(_folder.FullName), new List<string>());
        ExperimentCell[] cells = [Cell("a"), Cell("b", from: "a")];
        Write(folder, cells[0]);

        await Experiment.Run(
            cells,
            folder,
            1,
            (cell, _) =>
            {
                ran.Add(cell.Name);
                Write(folder, cell);
                return Task.CompletedTask;
            },
            Silent.Observer,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(["b"], ran);
    }

    [Fact]
    public async Task A_cell_that_fails_ends_the_experiment_when_those_beside_it_are_done()
    {
        var (folder, done) = (new ExperimentFolder(_folder.FullName), false);

        await Assert.ThrowsAsync<InvalidInputException>(() =>
            Experiment.Run(
                [Cell("bad"), Cell("slow"), Cell("never")],
                folder,
                2,
                async (cell, cancel) =>
                {
                    Assert.NotEqual("never", cell.Name);
                    if (cell.Name == "bad")
                        throw new InvalidInputException("x", "is wrong", "Mend it");
                    await Task.Delay(100, cancel);
                    done = true;
                },
                Silent.Observer,
                TestContext.Current.CancellationToken
            )
        );

        Assert.True(done);
    }

    [Fact]
    public void A_run_of_other_settings_in_a_cells_place_is_refused()
    {
        var folder = new ExperimentFolder(_folder.FullName);
        Write(folder, Cell("a"));
        var other = Cell("a") with { Config = Configs.Of("--epochs 7") };

        Assert.Contains(
            "began with",
            Assert.Throws<InvalidInputException>(() => folder.Finished(other)).Message.InFlags(),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("limit")]
    [InlineData("size")]
    [InlineData("stem")]
    [InlineData("epochs")]
    [InlineData("rate")]
    public void A_run_of_a_setting_that_is_left_open_now_is_another(string setting)
    {
        var folder = new ExperimentFolder(_folder.FullName);
        Write(
            folder,
            Cell("a") with
            {
                Config = setting switch
                {
                    "limit" => Configs.Of("--limit 200"),
                    "size" => Configs.Of("--size 32"),
                    "stem" => Configs.Of("--stem fast"),
                    "epochs" => Configs.Of("--epochs 3"),
                    _ => Configs.Of("--learning-rate 0.3"),
                },
            }
        );

        Assert.Contains(
            "began with",
            Assert.Throws<InvalidInputException>(() => folder.Finished(Cell("a"))).Message.InFlags(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_a_run_finds_out_by_itself_need_not_be_asked_for()
    {
        var folder = new ExperimentFolder(_folder.FullName);
        Write(folder, Cell("a") with { Config = Configs.Of("--stem cifar --split layer2 --threads 1 --epochs 12 --learning-rate 0.1") });
        Write(folder, Cell("b") with { Config = Configs.Of("--recipe paper --schedule local --blocks layer1,layer3") });

        Assert.NotNull(folder.Finished(Cell("a")));
        Assert.NotNull(folder.Finished(Cell("b") with { Config = Configs.Of("--recipe paper --schedule local --blocks 3") }));
    }

    [Fact]
    public void A_run_that_diverged_is_no_finished_cell_and_says_so()
    {
        var folder = new ExperimentFolder(_folder.FullName);
        Write(folder, Cell("a"));
        var run = RunFolder.Open(folder.PathOf("a"));
        run.Run = run.Run with { Result = run.Run.Result! with { Diverged = "the task loss is not a number" } };

        Assert.Contains(
            "the task loss is not a number",
            Assert.Throws<InvalidInputException>(() => folder.Finished(Cell("a"))).Message.InFlags(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Finished_cells_of_other_data_are_refused_when_the_data_are_read()
    {
        var (folder, small) = (new ExperimentFolder(_folder.FullName), Configs.Of("--limit 20 --size 16 --width 0.125"));
        Write(folder, Cell("a") with { Config = small });

        var refused = Assert.Throws<InvalidInputException>(() =>
            Experiment.Check(
                [Cell("a") with { Config = small }, Cell("b") with { Config = small }],
                folder,
                null,
                TestContext.Current.CancellationToken
            )
        );

        Assert.Contains("began with other data", Assert.Single(refused.Problems).Fault, StringComparison.Ordinal);
        Assert.EndsWith("a", refused.Problems[0].Subject.InFlags(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_learns_where_its_data_are_now()
    {
        var folder = new ExperimentFolder(_folder.FullName);
        Write(folder, Cell("a") with { Config = Configs.Of("--root /there") });
        var moved = Cell("a") with { Config = Configs.Of("--root /here") };
        Assert.True(folder.ReadsElsewhere(moved));

        await Experiment.Run(
            [moved],
            folder,
            1,
            (_, _) => throw new InvalidOperationException("it is finished"),
            Silent.Observer,
            TestContext.Current.CancellationToken
        );

        Assert.Equal("/here", RunFolder.Open(folder.PathOf("a")).Run.Config.Data.Root);
        Assert.False(folder.ReadsElsewhere(moved));
    }

    [Fact]
    public void Unknown_attackers_are_told_before_the_first_cell()
    {
        var refused = Assert.Throws<InvalidInputException>(() =>
            Experiment.Check(
                [
                    Cell("a") with
                    {
                        Attributes = ["glasses"],
                        Audit = new AuditSettings { Attackers = ["mpl"] },
                    },
                ],
                new ExperimentFolder(_folder.FullName),
                null,
                TestContext.Current.CancellationToken
            )
        );

        Assert.Equal("--attackers mpl", Assert.Single(refused.Problems).Subject.InFlags());
    }

    [Fact]
    public void Names_that_are_given_twice_are_told() =>
        Assert.Equal(
            ["--models resnet18", "--recipes strict"],
            new ExperimentScale { Models = ["resnet18", "resnet18"], Recipes = ["strict", "paper", "strict"] }
                .Check()
                .Select(problem => problem.Subject.InFlags())
        );

    [Fact]
    public void An_experiment_that_was_moved_is_as_finished_as_it_was()
    {
        var (there, here) = (
            new ExperimentFolder(Path.Combine(_folder.FullName, "there")),
            new ExperimentFolder(Path.Combine(_folder.FullName, "here"))
        );
        Write(there, Cell("a"));
        Write(there, Cell("b", from: "a"));

        Directory.Move(there.Path, here.Path);

        Assert.NotNull(here.Finished(Cell("b", from: "a")));
        Assert.Contains(
            "began with",
            Assert.Throws<InvalidInputException>(() => here.Finished(Cell("b", from: "c"))).Message.InFlags(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_is_wrong_with_any_cell_is_said_of_all_at_once_before_the_first()
    {
        var folder = new ExperimentFolder(_folder.FullName);
        ExperimentCell Wrong(string name, RunConfig config) => Cell(name) with { Config = config };

        var refused = Assert.Throws<InvalidInputException>(() =>
            Experiment.Check(
                [Wrong("a", Configs.Of("--epochs 0")), Wrong("b", Configs.Of("--width -1")), Wrong("c", Configs.Of("--epochs 0"))],
                folder,
                null,
                TestContext.Current.CancellationToken
            )
        );

        Assert.Equal(2, refused.Problems.Count);
    }

    [Fact]
    public void Half_a_copy_of_a_run_is_no_run()
    {
        var folder = new ExperimentFolder(_folder.FullName);
        Write(folder, Cell("a"));
        File.WriteAllText(Path.Combine(folder.PathOf("a"), "audit.json"), "{}");

        RunFolder.Open(folder.PathOf("a")).CopyTrained(folder.PathOf("b"));

        Assert.Equal(["model.json", "run.json"], Directory.EnumerateFiles(folder.PathOf("b")).Select(Path.GetFileName).Order());
        File.Delete(Path.Combine(folder.PathOf("b"), "run.json"));
        Assert.False(RunFolder.Holds(folder.PathOf("b")));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // Without an audit, so that a finished training is a finished cell.
    private static ExperimentCell Cell(string name, string? from = null, string? copyOf = null) =>
        new()
        {
            Name = name,
            Config = new RunConfig(),
            Forgets = false,
            From = from,
            CopyOf = copyOf,
            Attributes = [],
            Audit = new AuditSettings(),
        };

    private static void Write(ExperimentFolder folder, ExperimentCell cell)
    {
        Directory.CreateDirectory(folder.PathOf(cell.Name));
        var run = RunFolder.Create(folder.PathOf(cell.Name));
        run.Write("model.json", "{}");
        run.Run = new RunRecord
        {
            Command = "train",
            Started = DateTimeOffset.UnixEpoch,
            Config = TrainingRun.WithUsualTraining(
                folder.ConfigOf(cell).With($"--stem {cell.Config.Model.Stem ?? "cifar"}"),
                forgets: false
            ),
            Environment = new EnvironmentRecord("", "", "", "", 1, 1, "", "cpu"),
            Data = new DataRecord("faces", new string('0', 64), new Dictionary<string, int>(), []),
            Result = new ResultRecord(0.9, 1, 1, false, null),
        };
    }

    internal sealed class Silent : IExperimentObserver
    {
        public static Silent Observer { get; } = new();

        public void OnCell(string cell, int done, int total) { }

        public void OnChapter(string title) { }

        public void OnAudit(AuditProgress progress) { }

        public void OnReading(ReadingProgress progress) { }

        public void OnNote(string note) { }

        public void OnStep(StepProgress progress) { }

        public void OnEpoch(EpochMetrics metrics) { }
    }
}

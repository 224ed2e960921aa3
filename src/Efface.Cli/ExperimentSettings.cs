using System.ComponentModel;
using Efface.Data;
using Efface.Runs;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>The flags of commands that compare many runs.</summary>
internal class ExperimentSettings : OutputSettings
{
    [CommandOption("--limit <N>"), Description("At most so many images of each part.")]
    public int? Limit { get; init; }

    [CommandOption("--epochs <N>"), Description("Epochs of what trains from scratch (12).")]
    public int? Epochs { get; init; }

    [CommandOption("--unlearning-epochs <N>"), Description("Epochs of what starts from a trained model (a third of --epochs).")]
    public int? UnlearningEpochs { get; init; }

    [CommandOption("--seeds <N>"), Description("How often each is trained, with seeds from 0 (1).")]
    public int? Seeds { get; init; }

    [CommandOption("--stem <NAME>"), Description("cifar (default up to 64 px), imagenet (default above) or fast (a quarter of the work).")]
    public string? Stem { get; init; }

    [CommandOption("--width <FACTOR>"), Description("Narrows (0.5) or widens every stage.")]
    public double? Width { get; init; }

    [CommandOption("--size <PX>"), Description("Side of the images in pixels.")]
    public int? Size { get; init; }

    [CommandOption("--batch <N>"), Description("Images a step (128).")]
    public int? Batch { get; init; }

    [
        CommandOption("--attackers <NAMES>"),
        Description("Which attackers audits send, separated by commas (all); maps are read by resnet18, the paper's decoder, too.")
    ]
    public string? Attackers { get; init; }

    [CommandOption("--cache <DIR>"), Description("Where decoded images are kept ($EFFACE_CACHE, or the user's cache folder).")]
    public string? Cache { get; init; }

    [CommandOption("--threads <N>"), Description("Threads of one operation.")]
    public int? Threads { get; init; }

    [CommandOption("--jobs <N>"), Description("Runs side by side, each in a process of its own (1).")]
    public int? Jobs { get; init; }

    [CommandOption("--dry-run"), Description("List the runs and about how long their training takes, and do nothing.")]
    public bool DryRun { get; init; }

    [CommandOption("--out <DIR>"), Description("Folder of the results; finished runs there are kept, and what was stopped goes on.")]
    public string? Out { get; init; }

    public int AtOnce => JobsOf(Jobs);

    public ExperimentFolder Folder => FolderOf(Out);

    /// <summary>How many runs at once.</summary>
    public static int JobsOf(int? jobs) =>
        jobs < 1 ? throw new InvalidInputException($"--jobs {jobs}", "below 1", "Give 1 or more") : jobs ?? 1;

    /// <summary>Where the results are; there must be a place, since finished runs are kept for the next time.</summary>
    public static ExperimentFolder FolderOf(string? path) =>
        path is { Length: > 0 }
            ? new ExperimentFolder(path)
            : throw new InvalidInputException("--out", "missing", "Name the folder of the results; finished runs there are kept");

    protected ExperimentScale ToScale(IReadOnlyList<string>? models, IReadOnlyList<string>? recipes)
    {
        var usual = new ExperimentScale();
        return usual with
        {
            Models = models ?? usual.Models,
            Recipes = recipes ?? usual.Recipes,
            Epochs = Epochs ?? usual.Epochs,
            UnlearningEpochs = UnlearningEpochs,
            Seeds = Seeds ?? usual.Seeds,
            Limit = Limit,
            Stem = Stem,
            Width = Width ?? usual.Width,
            Size = Size,
            Batch = Batch ?? usual.Batch,
            Threads = Threads,
            Reading = new ReadingOptions { Cache = Cache },
            Attackers = Names("--attackers", Attackers),
        };
    }
}

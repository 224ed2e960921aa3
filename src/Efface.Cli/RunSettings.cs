using System.ComponentModel;
using System.Globalization;
using Efface.Reporting;
using Efface.Runs;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>A flag of every command.</summary>
internal class OutputSettings : CommandSettings
{
    [CommandOption("--json")]
    [Description("Print one machine-readable object on stdout.")]
    public bool Json { get; init; }

    /// <summary>Names between commas; null when the flag was not given.</summary>
    /// <exception cref="InvalidInputException">It was given, and names nothing: an unset variable in somebody's script must not mean the
    /// usual.</exception>
    public static string[]? Names(string flag, string? list) =>
        list?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) switch
        {
            [] => throw new InvalidInputException(
                $"{flag} \"{list}\"",
                "names nothing",
                "Give names, with commas between them, or leave the flag out"
            ),
            var names => names,
        };
}

/// <summary>The flags that say what a model is trained on and how; they have one name everywhere.</summary>
internal class RunSettings : DataSettings
{
    [CommandOption("--task <COL>"), Description("Column the model is for.")]
    public string? Task { get; init; }

    [CommandOption("--forget <COLS>"), Description("Columns to forget, separated by commas.")]
    public string? Forget { get; init; }

    [CommandOption("--model <NAME>"), Description("resnet18 (the default), resnet34 or resnet50.")]
    public string? Model { get; init; }

    [CommandOption("--stem <NAME>"), Description("cifar (default up to 64 px), imagenet (default above) or fast (a quarter of the work).")]
    public string? Stem { get; init; }

    [CommandOption("--width <FACTOR>"), Description("Narrows (0.5) or widens every stage.")]
    public double? Width { get; init; }

    [CommandOption("--split <STAGE>"), Description("The extractor's last stage: stem, layer1 to layer4, or embedding.")]
    public string? Split { get; init; }

    [CommandOption("--recipe <NAME>"), Description("strict (the default) or paper; see efface recipes.")]
    public string? Recipe { get; init; }

    [CommandOption("--bits <B>"), Description("Size of the discrete bottleneck: 2^B codes.")]
    public int? Bits { get; init; }

    [CommandOption("--lambda <A,B,C>"), Description("Weights of reconstruction, task and forgetting.")]
    public string? Lambda { get; init; }

    [CommandOption("--objective <NAME>"), Description("confusion (the default), entropy or reversal.")]
    public string? Objective { get; init; }

    [CommandOption("--schedule <NAME>"), Description("end-to-end, local or pipelined: blocks learn one after the other, or all at once.")]
    public string? Schedule { get; init; }

    [
        CommandOption("--blocks <K>"),
        Description("So many local blocks, cut where they take equal time; or the last stages of all but the last, separated by commas.")
    ]
    public string? Blocks { get; init; }

    [CommandOption("--devices <LIST>"), Description("One for each block, such as cuda:0,cuda:1.")]
    public string? Devices { get; init; }

    [
        CommandOption("--precision <NAME>"),
        Description("fp32 (the default) or bf16: what convolutions compute in; weights, losses and statistics stay fp32.")
    ]
    public string? Precision { get; init; }

    [CommandOption("--recompute"), Description("Compute activations a second time instead of keeping them: less memory, more time.")]
    public bool Recompute { get; init; }

    [CommandOption("--checkpoint <SECONDS>"), Description("Save the state so often inside an epoch (300), and after each.")]
    public int? Checkpoint { get; init; }

    [CommandOption("--epochs <N>"), Description("How often every training image is seen.")]
    public int? Epochs { get; init; }

    [CommandOption("--batch <N>"), Description("Images a step (128).")]
    public int? Batch { get; init; }

    [CommandOption("--learning-rate <R>"), Description("Largest step size (0.1 from scratch, the recipe's from a trained model).")]
    public double? LearningRate { get; init; }

    [CommandOption("--patience <N>"), Description("Stop after so many epochs without a better validation fidelity.")]
    public int? Patience { get; init; }

    [CommandOption("--seed <S>"), Description("Decides initial weights, order and augmentation (0).")]
    public int? Seed { get; init; }

    [CommandOption("--threads <N>"), Description("Threads of one operation.")]
    public int? Threads { get; init; }

    [CommandOption("--correlation <R>"), Description("Between smile and glasses, for drawn faces (0.3).")]
    public double? Correlation { get; init; }

    [CommandOption("--config <FILE>"), Description("Repeat a run.json; other flags go before it.")]
    public string? Config { get; init; }

    /// <summary>The flags over the file of <c>--config</c> over <paramref name="defaults"/>.</summary>
    public RunConfig ToConfig(RunConfig? defaults = null)
    {
        var file = Config is null ? defaults ?? new RunConfig() : RunFolder.ReadConfig(Config);
        return file with
        {
            Data = Data ?? file.Data,
            Root = Root ?? file.Root,
            Task = Task ?? file.Task,
            Forget = Names("--forget", Forget) ?? file.Forget,
            Model = Model ?? file.Model,
            Stem = Stem ?? file.Stem,
            Width = Width ?? file.Width,
            Size = Size ?? file.Size,
            Split = Split ?? file.Split,
            Recipe = Recipe ?? file.Recipe,
            Bits = Bits ?? file.Bits,
            Lambda = Lambda is null ? file.Lambda : ParseLambda(Lambda),
            Objective = Objective ?? file.Objective,
            Schedule = Schedule ?? file.Schedule,
            Blocks = Blocks ?? file.Blocks,
            Devices = Names("--devices", Devices) ?? file.Devices,
            Precision = Precision ?? file.Precision,
            Recompute = Recompute || file.Recompute,
            CheckpointSeconds = Checkpoint ?? file.CheckpointSeconds,
            Epochs = Epochs ?? file.Epochs,
            Batch = Batch ?? file.Batch,
            LearningRate = LearningRate ?? file.LearningRate,
            Limit = Limit ?? file.Limit,
            Patience = Patience ?? file.Patience,
            Seed = Seed ?? file.Seed,
            Threads = Threads ?? file.Threads,
            Correlation = Correlation ?? file.Correlation,
            Reading = ToReading(file.Reading),
        };
    }

    private static double[] ParseLambda(string text)
    {
        var parts = text.Split(',');
        return
        [
            .. parts.Select(part =>
                double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                    ? value
                    : throw new InvalidInputException($"--lambda {text}", $"'{part}' is not a number", "Give λ1,λ2,λ3, such as 2.5,1,5")
            ),
        ];
    }
}

/// <summary>The flags of commands that write a run folder.</summary>
internal class OutSettings : RunSettings
{
    [CommandOption("--out <DIR>"), Description("The run's new folder (runs/COMMAND-TIME).")]
    public string? Out { get; init; }

    [CommandOption("--resume"), Description("Go on with the run in --out from its last saved state; start it where there is none yet.")]
    public bool Resume { get; init; }

    /// <summary>What the run in --out began with, where it is to go on; else <paramref name="defaults"/>.</summary>
    public RunConfig? Begun(RunConfig? defaults = null)
    {
        if (!Resume)
            return defaults;
        if (Out is null)
            throw new InvalidInputException("--resume", "says nothing about which run", "Name its folder with --out");
        return ModelRun.Begun(Out) ?? defaults;
    }

    /// <summary>The folder asked for, or a new name.</summary>
    public string OutOr(string command) => OutOr(Out, command);

    /// <summary>A folder that was asked for, or a new name.</summary>
    public static string OutOr(string? asked, string command) => asked ?? Path.Combine("runs", $"{command}-{DateTime.Now:yyyyMMdd-HHmmss}");
}

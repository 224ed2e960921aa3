using System.Globalization;
using Efface.Models;
using Efface.Records;
using Efface.Training;
using Efface.Unlearning;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Runs;

/// <summary>What the settings say about the blocks of a training: schedule, ends and devices.</summary>
internal static class BlockChoice
{
    private const int FewestBlocks = 2;

    /// <summary>What is wrong with them, as far as can be known without the network.</summary>
    public static IEnumerable<Problem> Check(RunConfig config, bool forgets, Recipe? recipe)
    {
        var asked = config.Training;
        var isLocal = (asked.Schedule ?? recipe?.Schedule ?? ScheduleKind.EndToEnd) != ScheduleKind.EndToEnd;
        if (isLocal && asked.Schedule is not null && recipe is { CanBeLocal: false })
            yield return new Problem(
                $"`TrainingSettings.Schedule` {Setting.Text(asked.Schedule)}",
                $"recipe {recipe.Name} has no task head: the extractor learns the task from the classifier",
                "Leave it out, or choose `RecipeSettings.Name` adversarial"
            );
        if (asked.Blocks is { } blocks)
        {
            if (!forgets)
                yield return new Problem(
                    $"`TrainingSettings.Blocks` {blocks}",
                    "plain training has no auxiliary networks from which blocks could learn",
                    "Leave it out, or use efface unlearn"
                );
            else if (!isLocal)
                yield return new Problem(
                    $"`TrainingSettings.Blocks` {blocks}",
                    "training from end to end is one block",
                    "Give `TrainingSettings.Schedule` local or pipelined as well"
                );
            if (Count(blocks) < FewestBlocks)
                yield return new Problem(
                    $"`TrainingSettings.Blocks` {blocks}",
                    $"below {FewestBlocks}",
                    $"Give {FewestBlocks} or more, or the last stages of all blocks but the last"
                );
            if (config.Model.Split is { } split && recipe is { OwnsSplit: false } && Names(blocks)?[^1] != split)
                yield return new Problem(
                    $"`ModelSettings.Split` {split}",
                    $"`TrainingSettings.Blocks` {blocks} says where the network is cut",
                    "Give one of the two"
                );
        }
        if (asked.Devices.Count == 0)
            yield break;
        foreach (var name in asked.Devices)
            if (DeviceOf(name) is null)
                yield return new Problem(
                    $"`TrainingSettings.Devices` {name}",
                    "no such device here",
                    "Give cpu, or cuda:0 and so on where efface doctor finds them"
                );
        if (asked.Devices.Count != Count(asked.Blocks))
            yield return new Problem(
                $"`TrainingSettings.Devices` {Setting.Text(asked.Devices)}",
                $"names {asked.Devices.Count} devices for {Count(asked.Blocks)} blocks",
                "Name one for each block"
            );
        if (!isLocal)
            yield return new Problem(
                "`TrainingSettings.Devices`",
                "training from end to end is one block",
                "Give `TrainingSettings.Schedule` pipelined as well"
            );
    }

    /// <summary>Where the blocks end; null if not given, and the default place will do.</summary>
    /// <param name="config">The flags.</param>
    /// <param name="model">The network, prepared by the recipe.</param>
    /// <param name="make">Creates blocks; not called if the settings name their ends.</param>
    /// <param name="tell">Receives what was measured.</param>
    public static IReadOnlyList<int>? Ends(RunConfig config, TrainedModel model, Func<Generator, BlockMaker> make, Action<string>? tell)
    {
        if (config.Training.Blocks is not { } blocks)
            return null;
        var network = model.Network;
        if (Names(blocks) is { } names)
        {
            int[] ends = [.. names.Select(network.IndexOf)];
            var last = network.IndexOf(StagedNetwork.Embedding);
            if (!ends.SequenceEqual(ends.Distinct().Order()) || ends[^1] > last)
                throw new InvalidInputException(
                    $"`TrainingSettings.Blocks` {blocks}",
                    "not stages in the order of the network, up to the embedding",
                    $"Choose from {string.Join(", ", network.Stages.Take(last + 1).Select(stage => stage.Name))}"
                );
            return ends;
        }
        var plan = BlockPlacing.Balance(make, model, Count(blocks));
        tell?.Invoke(
            string.Create(
                CultureInfo.InvariantCulture,
                $"blocks end after {string.Join(", ", plan.Ends.Select(end => network.Stages[end].Name))}: "
                    + $"{string.Join(", ", plan.Milliseconds.Select(time => time.ToString("F0", CultureInfo.InvariantCulture)))} ms a "
                    + $"step by themselves"
            )
        );
        return plan.Ends;
    }

    /// <summary>The devices named in the settings.</summary>
    public static IReadOnlyList<Device> Devices(RunConfig config) => [.. config.Training.Devices.Select(name => DeviceOf(name)!)];

    /// <summary>The number of blocks in <paramref name="blocks"/>.</summary>
    public static int Count(string? blocks) =>
        blocks is null ? FewestBlocks
        : Names(blocks) is { } names ? names.Length + 1
        : int.Parse(blocks, CultureInfo.InvariantCulture);

    /// <summary>Whether <paramref name="blocks"/> leaves their ends open.</summary>
    public static bool IsNumber(string blocks) => int.TryParse(blocks, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    private static string[]? Names(string blocks) => IsNumber(blocks) ? null : blocks.Split(',', StringSplitOptions.TrimEntries);

    private static Device? DeviceOf(string name)
    {
        if (name == "cpu")
            return CPU;
        return
            name.Split(':') is ["cuda", var index]
            && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && torch.cuda.is_available()
            && number < torch.cuda.device_count()
            ? new Device(name)
            : null;
    }
}

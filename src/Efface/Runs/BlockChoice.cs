using System.Globalization;
using Efface.Models;
using Efface.Reporting;
using Efface.Training;
using Efface.Unlearning;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Runs;

/// <summary>What <c>--schedule</c>, <c>--blocks</c> and <c>--devices</c> say about the blocks of a training.</summary>
internal static class BlockChoice
{
    private const int FewestBlocks = 2;

    /// <summary>What is wrong with the flags, as far as it can be told without the network.</summary>
    public static IEnumerable<Problem> Flags(RunConfig config, bool forgets, Recipe? recipe)
    {
        if (config.Schedule is { } schedule && ScheduleOf(schedule) is null)
            yield return new Problem($"--schedule {schedule}", "no such schedule", "Choose end-to-end, local or pipelined");
        var isLocal = (ScheduleOf(config.Schedule) ?? recipe?.Schedule ?? ScheduleKind.EndToEnd) != ScheduleKind.EndToEnd;
        if (isLocal && config.Schedule is not null && recipe is { CanBeLocal: false })
            yield return new Problem(
                $"--schedule {config.Schedule}",
                $"recipe {recipe.Name} has no task head: the extractor learns the task from the classifier",
                "Leave --schedule out, or choose --recipe adversarial"
            );
        if (config.Blocks is { } blocks)
        {
            if (!forgets)
                yield return new Problem(
                    $"--blocks {blocks}",
                    "plain training has no auxiliary networks from which blocks could learn",
                    "Leave it out, or use efface unlearn"
                );
            else if (!isLocal)
                yield return new Problem(
                    $"--blocks {blocks}",
                    "training from end to end is one block",
                    "Give --schedule local or pipelined as well"
                );
            if (Count(blocks) < FewestBlocks)
                yield return new Problem(
                    $"--blocks {blocks}",
                    $"below {FewestBlocks}",
                    $"Give {FewestBlocks} or more, or the last stages of all blocks but the last"
                );
            if (config.Split is { } split && recipe is { OwnsSplit: false } && Names(blocks)?[^1] != split)
                yield return new Problem($"--split {split}", $"--blocks {blocks} says where the network is cut", "Give one of the two");
        }
        if (config.Devices.Count == 0)
            yield break;
        foreach (var name in config.Devices)
            if (DeviceOf(name) is null)
                yield return new Problem(
                    $"--devices {name}",
                    "no such device here",
                    "Give cpu, or cuda:0 and so on where efface doctor finds them"
                );
        if (config.Devices.Count != Count(config.Blocks))
            yield return new Problem(
                $"--devices {string.Join(',', config.Devices)}",
                $"names {config.Devices.Count} devices for {Count(config.Blocks)} blocks",
                "Name one for each block"
            );
        if (!isLocal)
            yield return new Problem("--devices", "training from end to end is one block", "Give --schedule pipelined as well");
    }

    /// <summary>Where the blocks end; null where nobody said and the usual place will do.</summary>
    /// <param name="config">The flags.</param>
    /// <param name="model">The network, prepared by the recipe.</param>
    /// <param name="make">Makes blocks; not asked where the user says where they end.</param>
    /// <param name="tell">Hears what was measured.</param>
    public static IReadOnlyList<int>? Ends(RunConfig config, TrainedModel model, Func<Generator, BlockMaker> make, Action<string>? tell)
    {
        if (config.Blocks is not { } blocks)
            return null;
        var network = model.Network;
        if (Names(blocks) is { } names)
        {
            int[] ends = [.. names.Select(network.IndexOf)];
            var last = network.IndexOf(StagedNetwork.Embedding);
            if (!ends.SequenceEqual(ends.Distinct().Order()) || ends[^1] > last)
                throw new InvalidInputException(
                    $"--blocks {blocks}",
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

    /// <summary>The schedule called so; null when there is none.</summary>
    public static ScheduleKind? ScheduleOf(string? name) =>
        name switch
        {
            "end-to-end" => ScheduleKind.EndToEnd,
            "local" => ScheduleKind.Local,
            "pipelined" => ScheduleKind.Pipelined,
            _ => null,
        };

    /// <summary>The devices that were named.</summary>
    public static IReadOnlyList<Device> Devices(RunConfig config) => [.. config.Devices.Select(name => DeviceOf(name)!)];

    /// <summary>How many blocks <paramref name="blocks"/> asks for.</summary>
    public static int Count(string? blocks) =>
        blocks is null ? FewestBlocks
        : Names(blocks) is { } names ? names.Length + 1
        : int.Parse(blocks, CultureInfo.InvariantCulture);

    /// <summary>Whether <paramref name="blocks"/> leaves open where they end.</summary>
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

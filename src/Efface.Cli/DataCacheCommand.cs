using System.ComponentModel;
using Efface.Data;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>efface data cache.</summary>
internal sealed class DataCacheCommand(Shell shell) : NativeCommand<DataCacheCommand.Settings>(shell)
{
    internal sealed class Settings : OutputSettings
    {
        [CommandOption("--cache <DIR>"), Description("The caches' folder ($EFFACE_CACHE, or the user's cache folder).")]
        public string? Cache { get; init; }

        [CommandOption("--root <DIR>"), Description("Only the pixels of this data set's folder.")]
        public string? Root { get; init; }

        [CommandOption("--clear"), Description("Deletes them.")]
        public bool Clear { get; init; }

        [CommandOption("--verify"), Description("Reads every image again and compares it with its hash.")]
        public bool Verify { get; init; }
    }

    protected override int Execute(Settings settings)
    {
        var folder = settings.Cache ?? CacheFolder.Default;
        if (settings is { Clear: true, Verify: true })
            throw new InvalidInputException("--clear --verify", "contradict each other", "Give one of them");
        var entries = settings.Clear ? CacheFolder.Clear(folder, settings.Root) : CacheFolder.List(folder, settings.Root);
        int? Damaged(CacheEntry entry) =>
            settings.Verify && entry.Description is { } description ? CacheFolder.CountDamaged(folder, description) : null;
        var lines = entries.Select(entry => new { entry, damaged = Damaged(entry) }).ToArray();
        if (settings.Json)
        {
            Shell.PrintJson(
                new
                {
                    folder = Path.GetFullPath(folder),
                    cleared = settings.Clear,
                    caches = lines,
                }
            );
            return Shell.Done;
        }
        foreach (var (entry, damaged) in lines.Select(line => (line.entry, line.damaged)))
            Shell.Out.WriteLine($"{Name(entry)}  {entry.Bytes / 1e6:N1} MB{(damaged is { } count ? $", {count:N0} damaged" : "")}");
        Shell.Out.WriteLine(
            $"{(settings.Clear ? "Deleted" : "")} {entries.Count} caches, {entries.Sum(entry => entry.Bytes) / 1e6:N1} MB, in "
                + $"{folder}".TrimStart()
        );
        return Shell.Done;
    }

    private static string Name(CacheEntry entry) =>
        entry switch
        {
            { Description: { Geometry: var geometry } description } =>
                $"{description.Root}  {geometry.Side}×{geometry.Side} {geometry.Mode.ToString().ToLowerInvariant()}",
            { Kind: CacheFolder.Classifiers } => "a classifier of an attribute",
            { Kind: CacheFolder.Removed } => "images of which an area was removed",
            _ => "(unreadable)",
        };
}

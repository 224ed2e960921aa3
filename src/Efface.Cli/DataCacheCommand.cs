using System.CommandLine;
using Efface.Data.Pixels;

namespace Efface.Cli;

/// <summary>efface data cache.</summary>
internal sealed class DataCacheCommand : ToolCommand
{
    private readonly Flags<CacheSettings> _flags;

    public DataCacheCommand(Shell shell)
        : base(shell, "cache", "Decoded images on disk: list them, --verify or --clear them.") => _flags = new Flags<CacheSettings>(this);

    internal sealed record CacheSettings
    {
        [Setting("--cache", "DIR", "The caches' folder ($EFFACE_CACHE, or the user's cache folder).")]
        public string? Cache { get; init; }

        [Setting("--root", "DIR", "Only the pixels of this data set's folder.")]
        public string? Root { get; init; }

        [Setting("--clear", null, "Deletes them.")]
        public bool Clear { get; init; }

        [Setting("--verify", null, "Reads every image again and compares it with its hash.")]
        public bool Verify { get; init; }
    }

    protected override int Execute(ParseResult asked)
    {
        var settings = _flags.Read(asked, new CacheSettings());
        var folder = settings.Cache ?? CacheFolder.Default;
        if (settings is { Clear: true, Verify: true })
            throw new InvalidInputException("--clear --verify", "contradict each other", "Give one of them");
        var entries = settings.Clear ? CacheFolder.Clear(folder, settings.Root) : CacheFolder.List(folder, settings.Root);
        int? Damaged(CacheEntry entry) =>
            settings.Verify && entry.Description is { } description ? CacheFolder.CountDamaged(folder, description) : null;
        var lines = entries.Select(entry => new { entry, damaged = Damaged(entry) }).ToArray();
        if (IsJson(asked))
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
            Shell.Out.WriteLine($"{NameOf(entry)}  {entry.Bytes / 1e6:N1} MB{(damaged is { } count ? $", {count:N0} damaged" : "")}");
        Shell.Out.WriteLine(
            $"{(settings.Clear ? "Deleted" : "")} {entries.Count} caches, {entries.Sum(entry => entry.Bytes) / 1e6:N1} MB, in "
                + $"{folder}".TrimStart()
        );
        return Shell.Done;
    }

    private static string NameOf(CacheEntry entry) =>
        entry switch
        {
            { Description: { Geometry: var geometry } description } =>
                $"{description.Root}  {geometry.Side}×{geometry.Side} {geometry.Mode.ToString().ToLowerInvariant()}",
            { Kind: CacheFolder.Classifiers } => "a classifier of an attribute",
            { Kind: CacheFolder.Removed } => "images of which an area was removed",
            _ => "(unreadable)",
        };
}

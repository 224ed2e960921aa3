using Efface.Data.Labels;
using Efface.Data.Reading;
using Efface.Data.Sheets;
using static TorchSharp.torch;

namespace Efface.Data.Vectors;

/// <summary>Reads representations that any other program computed, and joins them to their images' labels and parts.</summary>
public static class VectorReader
{
    /// <summary>The share of drawn parts that goes to test; most of an audit's uncertainty comes from there.</summary>
    public const double TestShare = 0.3;

    /// <summary>The share that goes to validation; the rest trains attackers.</summary>
    public const double ValidationShare = 0.2;

    /// <summary>A part with fewer images than this shows nothing.</summary>
    public const int FewestImages = 20;

    private const string NoValue = "has no value";

    /// <summary>Reads all files.</summary>
    /// <param name="options">The files, and what their columns mean.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <exception cref="InvalidInputException">Every problem found: in the files and their headers before anything large is read, then in
    /// the rows.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public static VectorTable Read(VectorOptions options, IReadingObserver? observer = null, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        // The rows of one person belong together.
        options = options with { GroupColumn = options.GroupColumn ?? options.Identity };
        var files = ReadAll(options, observer, cancel);
        var rows = Choose(options, files);
        return Table(options, files, rows);
    }

    // The contents of the files, with the final labels.
    private sealed record Files(
        VectorFile[] All,
        VectorLabels Labels,
        IReadOnlyList<Finding> Findings,
        JoinedVectors Now,
        JoinedVectors? Before
    );

    // The rows of the labels that are used, the part of each, and what recurs among them.
    private sealed record Rows(int[] Used, Part[] Parts, bool AreGiven, SheetColumn? Groups, IReadOnlyList<string> Notes);

    private static Files ReadAll(VectorOptions options, IReadingObserver? observer, CancellationToken cancel)
    {
        var (vectors, before) = Open(options);
        VectorFile[] files = [.. new[] { vectors, before }.OfType<VectorFile>()];
        var own = new[] { (Path: options.Representations, File: vectors), (Path: options.Before, File: before) }
            .Where(pair => IsSame(pair.Path, options.Labels))
            .SelectMany(pair => pair.File!.Columns)
            .ToArray();
        // If rows are joined by position, names of rows on both sides are compared.
        var named = options.Key is null && files.Any(file => file.Names.Count > 0);
        var asRead = VectorLabels.Read(options, own, whole: named, [.. files.SelectMany(file => file.Shared)]);
        var (labels, findings) = asRead.Judged(options, [.. Chosen(options)]);
        RefuseIncomplete(options, labels);
        ReadingWatch Watch(string what) => new(what, observer, cancel);
        var joined = Join(options, asRead, options.Representations, vectors, Watch("reading representations"));
        var joinedBefore = before is null
            ? null
            : Join(options, asRead, options.Before!, before, Watch("reading representations from before"));
        return new Files(files, labels, findings, joined, joinedBefore);
    }

    private static Rows Choose(VectorOptions options, Files files)
    {
        var labels = files.Labels;
        var given = labels.Column(options.SplitColumn) is { } split ? labels.Rows.Parts(split) : null;
        var groups = labels.Column(options.GroupColumn);
        var draw = Draw(options, labels, groups, given);
        int[] used = [.. labels.Rows.Kept.Where(row => files.Now.Has(row) && files.Before?.Has(row) != false)];
        var parts = draw.Parts(used);
        if (groups is not null)
            used = draw.WithoutSharedGroups(used, parts, groups, labels.Rows.Refuse);
        List<string> notes = [];
        if (!files.Now.AreCodes)
        {
            SheetColumn[] classes = [.. labels.Columns.Where(column => IsLabel(options, column, used.Length))];
            used = VectorCopies.Without(used, files.Now.Hashes(used), parts, classes, labels.Rows.Refuse, notes);
        }
        if (given is not null && !used.Any(row => given[row] == Part.Validation))
            notes.Add($"column {options.SplitColumn} names no validation part: a tenth of train is held out for it");
        return new Rows(used, parts, given is not null, groups, notes);
    }

    private static VectorTable Table(VectorOptions options, Files files, Rows rows)
    {
        var (labels, used) = (files.Labels, rows.Used);
        RowFault[] skipped = [.. labels.Rows.Faults.Concat(files.Now.Faults).Concat(files.Before?.Faults ?? []).Distinct()];
        Column[] columns = [.. labels.Columns.Where(column => IsLabel(options, column, used.Length)).Select(column => column.OfRows(used))];
        Part[] parts = [.. used.Select(row => rows.Parts[row])];
        RequireParts(options, rows.AreGiven, columns, parts, skipped);

        List<string> notes =
        [
            .. files.All.SelectMany(file => file.Notes.Prepend(file.Origin.ToString())),
            .. files.Findings.Select(finding => $"{finding}"),
            .. rows.Notes,
            .. Notes(options, labels, used, files.Now),
        ];
        string[] warnings =
        [
            .. Chosen(options).Select(name => VectorGaps.Of(labels.Column(name)!, labels.Rows, files.Now)).OfType<string>(),
        ];
        var mean = files.Now.Mean(used);
        var values = files.Now.Take(used, notes);
        if (files.Now.AreCodes)
            RefuseNames(options, values);
        return new VectorTable(Path.GetFileName(options.Representations), values, columns, parts)
        {
            Origins = [.. files.All.Select(file => file.Origin)],
            MeanOfDraws = mean?.DetachFromDisposeScope(),
            Draws = files.Now.DrawRange(used).Fewest,
            Before = files.Before?.Take(used, notes).DetachFromDisposeScope(),
            PartsDrawn = !rows.AreGiven,
            Groups = rows.Groups is null ? null : Dense(rows.Groups, used),
            Identity = options.Identity,
            Skipped = skipped,
            Notes = notes,
            Warnings = warnings,
        };
    }

    private static (VectorFile Vectors, VectorFile? Before) Open(VectorOptions options)
    {
        var problems = ColumnRules.Check(options.Rules).ToList();
        if (options.Identity is { } identity && options.GroupColumn != identity)
            problems.Add(
                new Problem(
                    $"`VectorOptions.GroupColumn` {options.GroupColumn}",
                    $"groups otherwise than `VectorOptions.Identity` {identity}, whose rows must stay together",
                    "Leave it out"
                )
            );
        var names = Collect(problems, () => VectorLabels.Names(options.Labels));
        if (names is not null)
            problems.AddRange(
                options
                    .Named.Where(named => !names.Contains(named.Name))
                    .Select(named => new Problem(
                        $"{named.Property} {named.Name}",
                        $"no such column in {options.Labels}",
                        $"Its columns are {string.Join(", ", names.Take(50))}"
                    ))
            );
        VectorFile OpenOne(string path, string property) => VectorFile.Open(Request(options, path, property, names));
        var vectors = Collect(problems, () => OpenOne(options.Representations, "`VectorOptions.Representations`"));
        var before = options.Before is { } path ? Collect(problems, () => OpenOne(path, "`VectorOptions.Before`")) : null;
        return problems.Count == 0 ? (vectors!, before) : throw new InvalidInputException([.. problems.Distinct()]);
    }

    /// <summary>How a file of vectors is read beside its labels.</summary>
    /// <param name="options">The files, and what their columns mean.</param>
    /// <param name="path">The file.</param>
    /// <param name="property">The property that names it, for messages.</param>
    /// <param name="names">The columns of the labels; null if they cannot be read.</param>
    internal static VectorRequest Request(VectorOptions options, string path, string property, IReadOnlyCollection<string>? names)
    {
        // Outside the labels' file, a column that the labels also have is a copied label.
        var taken = options.Named.Select(named => named.Name).Concat(IsSame(path, options.Labels) ? [] : names ?? []).ToHashSet();
        HashSet<string> shared = IsSame(path, options.Labels) || options.Key is not null ? [] : [.. names ?? []];
        return new VectorRequest(path, property, options.Key, options.Array, taken) { Shared = shared };
    }

    private static T? Collect<T>(List<Problem> problems, Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (InvalidInputException fault)
        {
            problems.AddRange(fault.Problems);
            return null;
        }
    }

    private static bool IsSame(string? one, string other) => one is not null && Path.GetFullPath(one) == Path.GetFullPath(other);

    private static IEnumerable<string> Chosen(VectorOptions options) =>
        options.Attributes.Prepend(options.Task).OfType<string>().Distinct();

    private static void RefuseIncomplete(VectorOptions options, VectorLabels labels)
    {
        SheetColumn[] needed =
        [
            .. Chosen(options).Append(options.GroupColumn).OfType<string>().Distinct().Select(name => labels.Column(name)!),
        ];
        foreach (var column in needed)
            for (var row = 0; row < labels.Rows.Count; row++)
                if (column.Codes[row] < 0)
                    labels.Rows.Refuse(row, column.Name, null, NoValue, "Fill it in, or take the row out");
    }

    private static JoinedVectors Join(VectorOptions options, VectorLabels labels, string path, VectorFile opened, ReadingWatch watch)
    {
        var (file, labelsFile) = (Path.GetFileName(path), Path.GetFileName(options.Labels));
        string[] compared = options.Key is not null || IsSame(path, options.Labels) ? [] : [.. opened.Shared.Union(opened.Names)];
        var raw = opened.Read(compared, watch);
        var width = raw.Values.shape[1..].Aggregate(1L, (count, size) => count * size);
        VectorNumbers.RefuseUnusable(raw, path);
        var labelRows = VectorJoin.LabelRows(labels, labels.Column(options.Key), labelsFile, raw, file);
        if (compared.Length > 0)
            VectorJoin.RefuseOtherOrder(labels, labelsFile, raw, file, compared);
        return new JoinedVectors(raw, labelRows, labels.Rows.Count, file);
    }

    private static PartDraw Draw(VectorOptions options, VectorLabels labels, SheetColumn? groups, Part[]? given)
    {
        SheetColumn[] chosen = [.. Chosen(options).Select(name => labels.Column(name)!)];
        return new PartDraw(
            labels.Rows.Count,
            row => chosen.Aggregate(0, (stratum, column) => stratum * column.Values.Count + column.Codes[row]),
            row => groups?.Codes[row] ?? row,
            options.Seed
        )
        {
            Given = given,
            TestShare = TestShare,
            ValidationShare = ValidationShare,
        };
    }

    // A value that is different in nearly every row is a name, however few the rows.
    private static bool IsLabel(VectorOptions options, SheetColumn column, int rows) =>
        Chosen(options).Contains(column.Name)
        || column.Name != options.Key && column.Name != options.SplitColumn && column.Name != options.GroupColumn && !IsName(column, rows);

    private static bool IsName(SheetColumn column, int rows) =>
        column.IsOpen || column.Values.Count > Math.Min(DelimitedText.MostClasses, rows / 2);

    // If nearly every row has a different number, it was not meant as a code.
    private static void RefuseNames(VectorOptions options, Tensor codes)
    {
        var different = RowTensor.Rows<long>(codes, 0, (int)codes.shape[0]).ToArray().Distinct().Count();
        if (2 * different > codes.shape[0])
            throw new InvalidInputException(
                options.Representations,
                $"has {different:N0} different whole numbers in {codes.shape[0]:N0} rows: these are names of rows, and no codes",
                "Name the column or array of the vectors with `VectorOptions.Array`"
            );
    }

    private static void RequireParts(VectorOptions options, bool given, Column[] columns, Part[] parts, RowFault[] skipped)
    {
        var problems = new List<Problem>();
        int[][] rows =
        [
            .. Enum.GetValues<Part>().Select(part => Enumerable.Range(0, parts.Length).Where(row => parts[row] == part).ToArray()),
        ];
        if (given && rows[(int)Part.Test].Length == 0)
            problems.Add(
                new Problem(
                    $"`VectorOptions.SplitColumn` {options.SplitColumn}",
                    $"names no test part ({Words(rows.Select(part => part.Length))} images)",
                    "Leave it out, so that parts are drawn, or mark some rows test"
                )
            );
        else if (rows.Any(part => part.Length < FewestImages))
            problems.Add(
                new Problem(
                    options.Representations,
                    $"gives {Words(rows.Select(part => part.Length))} images that can be used, and each part needs {FewestImages}",
                    "Compute representations of more images, or mend the rows that are skipped"
                )
            );
        var faults = skipped.Count(fault =>
            fault.Fault != NoValue && !fault.Fault.StartsWith(VectorJoin.OnlyHere, StringComparison.Ordinal)
        );
        if (faults > parts.Length)
            problems.Add(
                new Problem(
                    options.Representations,
                    $"leaves {parts.Length:N0} images, and {faults:N0} rows cannot be used",
                    "Mend them: what is left says little of the rest"
                )
            );
        foreach (var column in columns.Where(column => Chosen(options).Contains(column.Name)))
        foreach (
            var part in Enum.GetValues<Part>()
                .Where(part => rows[(int)part].Length > 0 && column.Count(rows[(int)part]).Count(count => count > 0) < 2)
        )
            problems.Add(
                new Problem(
                    $"column '{column.Name}'",
                    $"has one class in the {part.Word()} part ({column.Classes[column.Labels[rows[(int)part][0]]]})",
                    "Choose another column, or another split"
                )
            );
        if (problems.Count > 0)
            throw new InvalidInputException([.. FaultGroup.Of(skipped).Select(group => group.ToProblem()), .. problems]);
    }

    private static string Words(IEnumerable<int> counts) =>
        string.Join(", ", counts.Select((count, part) => $"{count:N0} {((Part)part).Word()}"));

    private static IEnumerable<string> Notes(VectorOptions options, VectorLabels labels, int[] used, JoinedVectors joined)
    {
        string[] names =
        [
            .. labels
                .Columns.Where(column => !options.Named.Any(named => named.Name == column.Name) && IsName(column, used.Length))
                .Select(column => column.Name),
        ];
        if (names.Length > 0)
            yield return $"{Path.GetFileName(options.Labels)}: columns with too many different values to be classes are left out: "
                + $"{string.Join(", ", names.Take(10))}{(names.Length > 10 ? $" and {names.Length - 10:N0} more" : "")}";
        var (fewest, most) = joined.DrawRange(used);
        if (most > 1)
            yield return $"each image has {(fewest == most ? $"{fewest:N0}" : $"{fewest:N0} to {most:N0}")} draws of its representation";
    }

    private static int[] Dense(SheetColumn groups, int[] used)
    {
        var numbers = new Dictionary<int, int>();
        return
        [
            .. used.Select(row =>
                numbers.TryGetValue(groups.Codes[row], out var number) ? number : numbers[groups.Codes[row]] = numbers.Count
            ),
        ];
    }
}

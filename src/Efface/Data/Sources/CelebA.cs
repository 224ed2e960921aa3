using Efface.Data.Sheets;

namespace Efface.Data.Sources;

/// <summary>
/// CelebA (Liu et al. 2015): aligned faces, <c>list_attr_celeba</c> with 40 attributes of -1 and 1 (or 0 and 1), and
/// <c>list_eval_partition</c> with 0 train, 1 validation, 2 test; each as the publishers' .txt or as .csv. <c>identity_CelebA.txt</c>,
/// where there is one, becomes column <c>identity</c>.
/// </summary>
internal static class CelebA
{
    private static readonly (string, string)[] Signs = [("-1", "no"), ("1", "yes")],
        Bits = [("0", "no"), ("1", "yes")];

    public static LabelSheet Read(DataOptions options)
    {
        var root = options.Root!;
        var (attributes, partition, folder) = Layout(root);
        var table = ReadTable(root, attributes, counted: true);
        RefuseMixed(attributes, table.Columns);
        var names = table.Columns[0];
        var draft = new SheetDraft(table.Places.Count, table.Place);
        var (images, ofRow) = draft.Pictures(
            names,
            root,
            Path.GetRelativePath(root, folder).Replace('\\', '/'),
            options.Reading.AllowOutside
        );
        var parts = Lookup(draft, names, ReadTable(root, partition, counted: false), "stands in no line of the partition");
        var columns = table.Columns.Skip(1).Select(column => YesOrNo(column, draft)).ToList();
        if (Places(root, "identity_CelebA.txt", "Anno/identity_CelebA.txt").FirstOrDefault(File.Exists) is { } identity)
            columns.Add(
                Lookup(draft, names, ReadTable(root, Path.GetRelativePath(root, identity), counted: false), "has no identity") with
                {
                    Name = "identity",
                }
            );
        return draft.Finish(
            new LabelSheet
            {
                Name = "celeba",
                Columns = columns,
                Images = images,
                ImageOfRow = ofRow,
                Parts = draft.Parts(parts),
                Place = table.Place,
            },
            table.Faults
        );
    }

    private static IEnumerable<string> Places(string root, params string[] names) => names.Select(name => Path.Combine(root, name));

    private static (string Attributes, string Partition, string Folder) Layout(string root)
    {
        var problems = new List<Problem>();
        var attributes = Find(root, problems, "list_attr_celeba.txt", "list_attr_celeba.csv", "Anno/list_attr_celeba.txt");
        var partition = Find(root, problems, "list_eval_partition.txt", "list_eval_partition.csv", "Eval/list_eval_partition.txt");
        var folder = Places(root, "img_align_celeba/img_align_celeba", "img_align_celeba", "Img/img_align_celeba", "images")
            .FirstOrDefault(Directory.Exists);
        if (folder is null)
            problems.Add(new Problem(Path.Combine(root, "img_align_celeba"), "no such folder", "Unpack the aligned faces there"));
        return problems.Count == 0 ? (attributes!, partition!, folder!) : throw new InvalidInputException(problems);
    }

    private static string? Find(string root, List<Problem> problems, params string[] names)
    {
        var found = names.FirstOrDefault(name => File.Exists(Path.Combine(root, name)));
        if (found is null)
            problems.Add(new Problem(Path.Combine(root, names[0]), "missing", $"Put {names[0]} or {names[1]} there"));
        return found;
    }

    private static TextTable ReadTable(string root, string file, bool counted)
    {
        var table = file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)
            ? DelimitedText.Read(root, [file], _ => ColumnUse.Names)
            : SpacedText.Read(root, file, counted);
        return table.Columns.Count > 1
            ? table
            : throw new InvalidInputException(
                Path.Combine(root, file),
                "has fewer than two columns with names",
                "Take the publishers' file"
            );
    }

    // A column has one notation: -1 with 1, or 0 with 1. If both occur the meaning is unclear.
    private static void RefuseMixed(string file, IReadOnlyList<SheetColumn> columns)
    {
        Problem[] mixed =
        [
            .. columns
                .Skip(1)
                .Where(column => column.Values.Contains("-1") && column.Values.Contains("0"))
                .Select(column => new Problem($"{file} column {column.Name}", "mixes -1/1 with 0/1", "Write all of it in one of the two")),
        ];
        if (mixed.Length > 0)
            throw new InvalidInputException(mixed);
    }

    private static SheetColumn YesOrNo(SheetColumn column, SheetDraft draft) =>
        draft.Recode(
            column,
            column.Values.Contains("0") ? Bits : Signs,
            "CelebA's attributes are -1 and 1, or 0 and 1: mend the value, or take the row out"
        );

    // The second column of another file, in the order of the first one's rows.
    private static SheetColumn Lookup(SheetDraft draft, SheetColumn names, TextTable other, string fault)
    {
        const int None = -1,
            Several = -2;
        var (keys, values) = (other.Columns[0], other.Columns[1]);
        var codeOf = new int[names.Values.Count];
        Array.Fill(codeOf, None);
        var places = names.Values.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => pair.place);
        for (var row = 0; row < keys.Codes.Length; row++)
            if (keys.Value(row) is { } key && places.TryGetValue(key, out var place))
                codeOf[place] = codeOf[place] == None || codeOf[place] == values.Codes[row] ? values.Codes[row] : Several;
        int[] codes = [.. names.Codes.Select(name => name < 0 ? None : codeOf[name])];
        for (var row = 0; row < codes.Length; row++)
            if (names.Codes[row] >= 0 && codes[row] < 0)
                draft.Refuse(
                    row,
                    names.Name,
                    names.Value(row),
                    codes[row] == None ? fault : $"stands there with several values of {values.Name}",
                    "Give it one line, or take the row out"
                );
        return new SheetColumn(values.Name, values.Values, codes);
    }
}

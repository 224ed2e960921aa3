using Efface.Data.Sheets;

namespace Efface.Data.Sources;

/// <summary>
/// FairFace (Kärkkäinen and Joo 2021): <c>fairface_label_train.csv</c> and <c>fairface_label_val.csv</c> with file, age, gender, race. The
/// publishers give no labels of a test part: their val is our test, and a tenth of train is held out for validation.
/// </summary>
internal static class FairFace
{
    private const string Train = "fairface_label_train.csv",
        Test = "fairface_label_val.csv";
    private static readonly string[] Ages = ["0-2", "3-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "more than 70"];
    private static readonly string[] Genders = ["Male", "Female"];

    public static LabelSheet Read(DataOptions options)
    {
        var root = options.Root!;
        Problem[] missing =
        [
            .. new[] { Train, Test }
                .Where(file => !File.Exists(Path.Combine(root, file)))
                .Select(file => new Problem(Path.Combine(root, file), "missing", "Put the publishers' label files there")),
        ];
        if (missing.Length > 0)
            throw new InvalidInputException(missing);

        var table = DelimitedText.Read(root, [Train, Test], name => name == "file" ? ColumnUse.Names : ColumnUse.Needed);
        string[] absent = [.. new[] { "file", "age", "gender", "race" }.Where(name => table.Columns.All(column => column.Name != name))];
        if (absent.Length > 0)
            throw new InvalidInputException(
                Path.Combine(root, Train),
                $"has no column {string.Join(", ", absent)}",
                "Take the publishers' label files"
            );

        var draft = new SheetDraft(table.Places.Count, table.Place);
        var (images, ofRow) = draft.Pictures(table["file"], root, "", options.Reading.AllowOutside);
        return draft.Finish(
            new LabelSheet
            {
                Name = "fairface",
                Columns =
                [
                    .. table
                        .Columns.Where(column => column.Name is not ("file" or "service_test"))
                        .Select(column =>
                            column.Name switch
                            {
                                "age" => draft.Recode(
                                    column,
                                    [.. Ages.Select(age => (age, age))],
                                    "Take the publishers' value, or take the row out"
                                ),
                                "gender" => draft.Recode(
                                    column,
                                    [.. Genders.Select(gender => (gender, gender))],
                                    "Take the publishers' value, or take the row out"
                                ),
                                _ => column,
                            }
                        ),
                ],
                Images = images,
                ImageOfRow = ofRow,
                Parts = [.. table.Places.Select(place => place.File == Train ? Part.Train : Part.Test)],
                Place = table.Place,
            },
            table.Faults
        );
    }
}

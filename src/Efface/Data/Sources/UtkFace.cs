using System.Globalization;
using Efface.Data.Pixels;
using Efface.Data.Sheets;

namespace Efface.Data.Sources;

/// <summary>
/// UTKFace (Zhang et al. 2017): labels in the file names, <c>age_gender_race_date.jpg</c>. Column <c>age</c> is binned into FairFace's nine
/// groups by default. The publishers give no parts: they are drawn.
/// </summary>
internal static class UtkFace
{
    private const int Oldest = 120;
    private static readonly string[] Genders = ["male", "female"],
        Races = ["White", "Black", "Asian", "Indian", "Others"];

    public static LabelSheet Read(DataOptions options)
    {
        var root = options.Root!;
        var findings = new List<Finding>();
        var names = ImagePaths.Find(root, findings);
        if (names.Count == 0)
            throw new InvalidInputException(root, "holds no pictures", "Give `DataOptions.Root` the folder with UTKFace's images");

        var (age, gender, race) = (
            new SheetColumnBuilder("age", int.MaxValue),
            new SheetColumnBuilder("gender", int.MaxValue),
            new SheetColumnBuilder("race", int.MaxValue)
        );
        var draft = new SheetDraft(names.Count, row => (names[row], null));
        for (var row = 0; row < names.Count; row++)
        {
            var fields = Path.GetFileName(names[row]).Split('_');
            age.Add(Field(draft, row, fields, 0, "age", Oldest) is { } years ? years.ToString(CultureInfo.InvariantCulture) : "");
            gender.Add(Field(draft, row, fields, 1, "gender", Genders.Length - 1) is { } sex ? Genders[sex] : "");
            race.Add(Field(draft, row, fields, 2, "race", Races.Length - 1) is { } group ? Races[group] : "");
        }
        return draft.Finish(
            new LabelSheet
            {
                Name = "utkface",
                Columns = [age.Build(), gender.Build(Genders), race.Build(Races)],
                Images = new CachedImages(new FileImages(root, names), root),
                ImageOfRow = [.. Enumerable.Range(0, names.Count)],
                Place = row => (names[row], null),
                Findings = findings,
                Bins = ["age=0,3,10,20,30,40,50,60,70"],
            },
            []
        );
    }

    private static int? Field(SheetDraft draft, int row, string[] fields, int at, string column, int most)
    {
        const string Remedy = "Name it age_gender_race_date.jpg, or take it out";
        if (fields.Length < 4)
            draft.Refuse(row, null, null, "has not the four parts of a UTKFace name", Remedy);
        else if (!int.TryParse(fields[at], NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value > most)
            draft.Refuse(row, column, fields[at], $"is no number from 0 to {most}", Remedy);
        else
            return value;
        return null;
    }
}

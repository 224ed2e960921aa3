using Efface.Data;
using Efface.Data.Reading;
using Efface.Data.Sheets;
using TorchSharp;
using Xunit;

namespace Efface.Tests.Data.Reading;

public sealed class LabelFindingsTests
{
    [Fact]
    public void Classes_with_few_images_in_a_part_are_named_with_their_counts()
    {
        // Both classes of y and z have 20 training images, and 19 or none elsewhere.
        var findings = Find([
            .. Enumerable.Range(0, 40).Select(i => (i % 2, i / 2 % 2, Part.Train)),
            .. Enumerable.Repeat((0, 0, Part.Validation), 19),
            .. Enumerable.Repeat((0, 0, Part.Test), 20),
        ]);

        Assert.Equal(
            ["classes of y have fewer than 20 images in a part", "classes of z have fewer than 20 images in a part"],
            findings.Select(finding => finding.What)
        );
        Assert.Equal(["0: 19 in validation", "1: 0 in validation", "1: 0 in test"], findings[0].Examples);
    }

    [Fact]
    public void Pairs_that_never_meet_in_training_are_named_wherever_else_they_meet()
    {
        var findings = Find([
            .. Enumerable.Range(0, 60).Select(i => (i % 2, i % 2 == 0 ? 0 : i / 2 % 2, Part.Train)),
            .. Enough(Part.Validation),
            .. Enough(Part.Test),
        ]);

        var finding = Assert.Single(findings, finding => finding.What == "pairs of y and z have no training image");
        Assert.Equal((1, "0 with 1"), (finding.Count, Assert.Single(finding.Examples)));
    }

    [Fact]
    public void Labels_of_which_there_are_enough_give_no_finding() =>
        Assert.Empty(Find([.. Enough(Part.Train), .. Enough(Part.Validation), .. Enough(Part.Test)]));

    private static IEnumerable<(int, int, Part)> Enough(Part part) => Enumerable.Range(0, 80).Select(i => (i % 2, i / 2 % 2, part));

    private static IReadOnlyList<Finding> Find(IReadOnlyList<(int Y, int Z, Part Part)> rows)
    {
        var (task, attribute) = (
            ToyTables.Labels("y", 2, rows.Count, i => rows[i].Y),
            ToyTables.Labels("z", 2, rows.Count, i => rows[i].Z)
        );
        using var table = new ImageTable(
            "toy",
            torch.zeros([rows.Count, 1, 1, 1], torch.uint8),
            [task, attribute],
            [.. rows.Select(row => row.Part)]
        );
        return LabelFindings.Of(table, task, [attribute]);
    }
}

using System.Globalization;
using Efface.Records;
using Efface.Reporting.Page;
using Efface.Runs.Experiments;

namespace Efface.Runs.Reproductions;

/// <summary>Figures 3 and 4: one seed of the first network, ten test images of each data set.</summary>
internal static class PictureFigures
{
    private const int Pictures = 10;
    private const string Removal = "attention-removal";

    // The pictures are made in training: no audit is needed.
    public static IReadOnlyList<ExperimentCell> RemovalCells(ReproductionSettings settings) =>
        [
            .. PaperSets
                .EachAttribute(settings)
                .Select(data =>
                    ExperimentMethods.Cell(data, settings.Scale.Models[0], Removal, 0, settings.Scale) with
                    {
                        Attributes = [],
                    }
                ),
        ];

    public static IReadOnlyList<ExperimentCell> DrawingCells(ReproductionSettings settings) =>
        [.. PaperSets.Usual(settings).SelectMany(data => ExperimentMethods.Cells(data, settings.Scale.Models[0], One(settings)))];

    public static Reproduced Figure3(ReproductionSettings settings, IReadOnlyDictionary<string, RunFolder> runs)
    {
        var (rows, sheet) = (new List<IReadOnlyList<string>>(), new List<(string, IReadOnlyList<byte[]>)>());
        foreach (var data in PaperSets.EachAttribute(settings))
        {
            var run = runs[ExperimentMethods.NameOf(data, settings.Scale.Models[0], Removal, 0)];
            var removal = run.Run.AttentionRemoval!;
            rows.AddRange(
                removal.Attributes.Select(read =>
                    (IReadOnlyList<string>)
                        [
                            data.Name,
                            read.Attribute,
                            $"{removal.Images}",
                            $"{removal.WithoutMap}",
                            Numbers.Plain(read.OnReal.Value),
                            Numbers.Plain(read.OnRemoved.Value),
                        ]
                )
            );
            foreach (var (name, words) in new[] { ("attended", "image"), ("attention", "attention"), ("removed", "removed") })
                sheet.Add(($"{data.Attribute}: {words}", Files(run, name)));
        }
        return new Reproduced(
            "Figure 3: where a classifier sees the attribute (Grad-CAM), and images without that area",
            ScaleCaption.Of(runs.Values, seeds: 1),
            "Balanced accuracy of the classifier whose attention was removed, on test images; it has learnt nothing from removed ones, "
                + "so another may still read them.",
            ["data", "attribute", "images", "without a map", "read from images", "read from removed ones"],
            rows,
            rows,
            Sheet("figure3.svg", "Attention, and what is left", sheet)
        );
    }

    public static Reproduced Figure4(ReproductionSettings settings, IReadOnlyDictionary<string, RunFolder> runs)
    {
        var (rows, sheet) = (new List<IReadOnlyList<string>>(), new List<(string, IReadOnlyList<byte[]>)>());
        foreach (var data in PaperSets.Usual(settings))
        foreach (var (i, method) in ExperimentMethods.Methods(One(settings)).Index())
        {
            var run = runs[ExperimentMethods.NameOf(data, settings.Scale.Models[0], method, 0)];
            var label = ExperimentMethods.Label(method, run);
            if (i == 0)
                sheet.Add(($"{data.Name}: test images", Files(run, "image")));
            sheet.Add(($"{data.Name}: {label}", Files(run, "reconstruction")));
            if (run.Audit!.Reconstruction is { } drawn)
                rows.Add([
                    data.Name,
                    data.Attribute,
                    label,
                    drawn.Place == "h" ? $"h ({run.Run.Config.Model.Split})" : drawn.Place,
                    drawn.Error.Value.ToString("F4", CultureInfo.InvariantCulture),
                    .. drawn
                        .Attributes.Take(1)
                        .Select(read => $"{Numbers.Plain(read.OnReconstructed.Value)} (images: {Numbers.Plain(read.OnReal.Value)})"),
                ]);
        }
        return new Reproduced(
            "Figure 4: what can be drawn again from what is released",
            ScaleCaption.Of(runs.Values, seeds: 1),
            "A fresh decoder draws test images from what each model releases. Error: binary cross-entropy of pixels in nats. Attribute: "
                + "balanced accuracy of a classifier that learnt from real images and looks at the drawings.",
            ["data", "attribute", "method", "drawn from", "error", "attribute read from drawings"],
            rows,
            rows,
            Sheet("figure4.svg", "Test images, and drawings from what is released", sheet)
        );
    }

    // Pictures need no second seed; what was removed from images cannot be reconstructed from them.
    private static ExperimentScale One(ReproductionSettings settings) =>
        settings.Scale with
        {
            Seeds = 1,
            Recipes = [.. settings.Scale.Recipes.Where(name => name != Removal)],
        };

    private static List<byte[]> Files(RunFolder run, string name) =>
        [.. Enumerable.Range(0, Pictures).Select(i => run.Picture($"{name}-{i}.png")).OfType<byte[]>()];

    private static Dictionary<string, string> Sheet(string file, string title, IReadOnlyList<(string, IReadOnlyList<byte[]>)> rows) =>
        new() { [file] = ContactSheet.Draw(title, rows) };
}

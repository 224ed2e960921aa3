using Efface.Auditing;
using Efface.Records;

namespace Efface.Runs;

/// <summary>An audit's results for one model, with its pictures (PNG).</summary>
/// <param name="Result">audit.json.</param>
/// <param name="Originals">Test images.</param>
/// <param name="Drawn">Their reconstructions from the representation.</param>
/// <param name="Attention">For each attribute the same images, overlaid with where the network sees it.</param>
internal sealed record InspectedModel(
    AuditResult Result,
    IReadOnlyList<byte[]> Originals,
    IReadOnlyList<byte[]> Drawn,
    IReadOnlyList<IReadOnlyList<byte[]>> Attention
)
{
    /// <summary>The results of an earlier audit in a run's folder.</summary>
    public static InspectedModel Read(RunFolder folder, AuditResult result) =>
        new(
            result,
            Pictures(folder, "image"),
            Pictures(folder, "reconstruction"),
            [.. result.Attention.Select((_, attribute) => Pictures(folder, $"gradcam-{attribute}"))]
        );

    /// <summary>Writes the pictures, with those of the model before, and audit.json last: if it exists, the audit is complete.</summary>
    public void Write(RunFolder folder, InspectedModel? before)
    {
        Write(folder, "image", Originals);
        Write(folder, "reconstruction", Drawn);
        Write(folder, "before-reconstruction", before?.Drawn ?? []);
        for (var attribute = 0; attribute < Attention.Count; attribute++)
        {
            Write(folder, $"gradcam-{attribute}", Attention[attribute]);
            Write(folder, $"before-gradcam-{attribute}", before?.Attention.ElementAtOrDefault(attribute) ?? []);
        }
        folder.Audit = Result;
    }

    private static void Write(RunFolder folder, string name, IReadOnlyList<byte[]> pictures)
    {
        for (var i = 0; i < pictures.Count; i++)
            folder.WritePicture($"{name}-{i}.png", pictures[i]);
    }

    private static List<byte[]> Pictures(RunFolder folder, string name)
    {
        var pictures = new List<byte[]>();
        while (folder.Picture($"{name}-{pictures.Count}.png") is { } picture)
            pictures.Add(picture);
        return pictures;
    }
}

using Efface.Data;
using Efface.Data.Pixels;
using Efface.Data.Reading;
using Efface.Data.Sheets;
using Efface.Data.Sources;
using Efface.Interchange;
using Efface.Records;
using static TorchSharp.torch;

namespace Efface.Runs.Encodings;

/// <summary>Sends images through a model, and writes what it says as a table: predictions, codes, vectors.</summary>
public static class EncodeRun
{
    /// <summary>Writes the table, whole or not at all; a stopped run goes on from what it has computed.</summary>
    /// <param name="options">The images, the model and the table.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <exception cref="InvalidInputException">Every problem found; there is no table then.</exception>
    public static EncodeRecord Run(EncodeOptions options, IReadingObserver? observer = null, CancellationToken cancel = default)
    {
        options = options with { Data = Asked(options) };
        if (Check(options).ToArray() is { Length: > 0 } wrong)
            throw new InvalidInputException(wrong);
        using var model = EncodingModel.Open(options);
        var data = options.Data with { Size = model.Side };
        var sheet = DataSources.Find(data.Name)!.Read(data);
        int[] images =
        [
            .. Enumerable.Range(0, sheet.Count).Select(row => sheet.ImageOfRow[row]).Distinct().Take(data.Limit ?? int.MaxValue),
        ];
        var decoded = sheet.Images.Decode(images, DataReader.How(sheet, data, observer, cancel));
        using var pixels = decoded.Pixels;
        int[] usable = [.. Enumerable.Range(0, images.Length).Where(image => !decoded.Faults.ContainsKey(image))];
        if (usable.Length == 0)
            throw new InvalidInputException([.. Faults(sheet, images, decoded)]);
        using var rows = empty(usable.Length, model.Outputs.Sum(output => output.Width));
        new CachedOutputs([.. usable.Select(image => decoded.Hashes[image])], Gather, model.Run).Fill(
            rows,
            CacheFolder.Derived(data.Reading.CacheRoot, CacheFolder.Vectors, new { model.Hash, model.Preprocess }),
            observer,
            cancel
        );
        var rowOf = Enumerable.Repeat(-1, images.Length).ToArray();
        foreach (var (row, image) in usable.Index())
            rowOf[image] = row;
        var table = new EncodedTable([.. images.Select(sheet.Images.Name)], model.Outputs, rows, rowOf);
        table.Write(options.Output);
        var columns = table.Columns;
        return new EncodeRecord(
            options.Output,
            images.Length,
            columns.Count <= 6 ? columns : [.. columns.Take(3), "…", columns[^1]],
            images.Length - usable.Length
        )
        {
            Faults = [.. Faults(sheet, images, decoded)],
        };

        Tensor Gather(int[] some)
        {
            using var slots = tensor([.. some.Select(row => (long)decoded.Slots[usable[row]])]);
            return pixels.index_select(0, slots);
        }
    }

    // Without --data the images of the run.
    private static DataOptions Asked(EncodeOptions options) =>
        options.Run is { } run && options.Data == new DataOptions() ? RunFolder.Open(run).Run.Config.Data : options.Data;

    private static IEnumerable<Problem> Check(EncodeOptions options)
    {
        if (options.Run is null == options.Extractor.Extractor is null)
            yield return new Problem(
                "`EncodeOptions.Run` or `ExtractorOptions.Extractor`",
                options.Run is null ? "missing" : "are two models",
                "Give one of them"
            );
        if (!new[] { ".csv", ".parquet" }.Contains(Path.GetExtension(options.Output).ToLowerInvariant()))
            yield return new Problem(
                $"`EncodeOptions.Output` {options.Output}".TrimEnd(),
                options.Output.Length == 0 ? "missing" : "is of another kind",
                "Name a new .csv or .parquet"
            );
        else if (File.Exists(options.Output))
            yield return new Problem($"`EncodeOptions.Output` {options.Output}", "exists", "Give a new name, or remove the file");
        foreach (var problem in options.Data.Check())
            yield return problem;
    }

    private static IEnumerable<Problem> Faults(LabelSheet sheet, int[] images, DecodedImages decoded) =>
        decoded.Faults.Select(fault => new Problem(
            sheet.Images.Name(images[fault.Key]),
            fault.Value.Value is null ? fault.Value.Fault : $"{fault.Value.Fault} ({fault.Value.Value})",
            fault.Value.Remedy
        ));
}

using System.Security.Cryptography;
using Efface.Erasing;
using Efface.Interchange;
using Efface.Records;
using Efface.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Runs.Encodings;

/// <summary>One output of a model: some columns of the table.</summary>
/// <param name="Name">The column, or what numbered columns begin with.</param>
/// <param name="Width">How many numbers it has for each image.</param>
/// <param name="IsWhole">Whether they are whole numbers: a code.</param>
/// <param name="Classes">The classes that scores decide between; null for other numbers.</param>
internal sealed record EncodedOutput(string Name, int Width, bool IsWhole, IReadOnlyList<string>? Classes);

/// <summary>What images go through: a run's network, its eraser behind a user's model, or an ONNX file; all in ONNX Runtime.</summary>
internal sealed class EncodingModel : IDisposable
{
    private const string Vectors = "h";

    private readonly OnnxSession _session;
    private readonly OnnxExtractor? _input;

    private EncodingModel(byte[] file, OnnxExtractor? input, int side, IReadOnlyList<string>? classes)
    {
        (_session, _input, Side) = (new OnnxSession(file), input, side);
        Hash = Convert.ToHexStringLower(SHA256.HashData(file));
        using var scope = NewDisposeScope();
        Outputs = [.. _session.Outputs.Zip(Raw(torch.zeros(1, 3, side, side, dtype: ScalarType.Byte), default), (name, value) => IsScores(
                    name,
                    (int)value.numel(),
                    classes
                )
                    ? new EncodedOutput("prediction", classes!.Count, false, classes)
                : value.dtype == ScalarType.Int64 ? new EncodedOutput(name, 1, true, null)
                : new EncodedOutput(Vectors, (int)value.numel(), false, null))];
    }

    /// <summary>Of the images, in pixels.</summary>
    public int Side { get; }

    /// <summary>SHA-256 of the model.</summary>
    public string Hash { get; }

    /// <summary>How pixels become its input; the content of a file that does it counts, not its name.</summary>
    public string Preprocess => _input?.Preprocess ?? "";

    /// <summary>What it says of each image, in order.</summary>
    public IReadOnlyList<EncodedOutput> Outputs { get; }

    /// <summary>Opens it.</summary>
    /// <exception cref="InvalidInputException">It is missing or damaged, or cannot be run.</exception>
    public static EncodingModel Open(EncodeOptions options)
    {
        if (options.Run is null)
            return OfFile(options.Extractor, options.Data.Size, file => file.Model);
        if (!Eraser.IsIn(options.Run))
            return OfNetwork(options.Run);
        using var eraser = Eraser.Load(options.Run);
        if (RunFolder.Open(options.Run).Run.Config.Extractor is not { } extractor)
            throw new InvalidInputException(
                $"`EncodeOptions.Run` {options.Run}",
                "holds an eraser of vectors, and no model that makes them of images",
                "Give efface apply the vectors"
            );
        return OfFile(extractor, options.Data.Size, file =>
            OnnxExport.Of(file, extractor.Output!, eraser, $"`ExtractorOptions.Extractor` {file.Path}").Model
        );
    }

    /// <summary>All outputs side by side, f32 [B, W], of pixels u8 [B, 3, S, S].</summary>
    public Tensor Run(Tensor pixels, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        var values = Raw(pixels, cancel).Select(value => value.to_type(ScalarType.Float32).view(pixels.shape[0], -1));
        return cat([.. values], 1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _input?.Dispose();
    }

    private static bool IsScores(string name, int width, IReadOnlyList<string>? classes) =>
        classes?.Count == width && name.EndsWith(OnnxExport.Logits, StringComparison.Ordinal);

    private IReadOnlyList<Tensor> Raw(Tensor pixels, CancellationToken cancel)
    {
        using var input = _input?.Input(pixels, cancel);
        return _session.Run(input ?? pixels, cancel);
    }

    private static EncodingModel OfNetwork(string folder)
    {
        using var model = TrainedModel.Load(folder, CPU);
        var description = model.Description;
        var isDecision = description.ClosedBy == Closing.Decision;
        var draft = OnnxExport.Of(model, isDecision ? ExportPart.Extractor : ExportPart.Whole, takesPixels: true);
        return new EncodingModel(draft.ToBytes(), null, (int)description.Input[^1], description.Classes);
    }

    private static EncodingModel OfFile(ExtractorOptions options, int? side, Func<OnnxFile, Onnx.ModelProto> read)
    {
        var first = options.Output ?? OnnxFile.Read(options.Extractor!, "`ExtractorOptions.Extractor`").Model.Graph.Output[0].Name;
        var extractor = OnnxExtractor.Open(options with { Output = first }, side);
        try
        {
            var model = OnnxDraft.Continue(read(extractor.File));
            if (options.Output is not null && model.Model.Graph.Output.Count > 1)
                OnnxPruning.KeepOutput(model.Model.Graph, options.Output);
            var classes = extractor.File.Metadata.GetValueOrDefault(OnnxExport.ClassesKey)?.Split(',');
            return new EncodingModel(model.ToBytes(), extractor, extractor.Side, classes);
        }
        catch
        {
            extractor.Dispose();
            throw;
        }
    }
}

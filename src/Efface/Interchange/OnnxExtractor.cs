using Microsoft.ML.OnnxRuntime;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Interchange;

/// <summary>A user's ONNX model as an extractor: pixels in, one of its values out.</summary>
internal sealed class OnnxExtractor : IDisposable
{
    /// <summary>The key of the file's metadata that says how pixels become its input.</summary>
    public const string PreprocessKey = "efface.preprocess";

    private const string Named = "`ExtractorOptions.Extractor`";

    private readonly OnnxSession _session;
    private readonly OnnxSession? _before;
    private readonly Preprocessing _preprocessing;
    private readonly bool _isByte;

    private OnnxExtractor(
        OnnxFile file,
        string output,
        OnnxSession session,
        OnnxInput input,
        (Preprocessing How, string Told, OnnxSession? Before) preprocess
    )
    {
        (File, Output, Side, _session, _isByte) = (file, output, input.Side, session, input.IsByte);
        (_preprocessing, Preprocess, _before) = preprocess;
    }

    /// <summary>The file.</summary>
    public OnnxFile File { get; }

    /// <summary>The value that holds the vectors.</summary>
    public string Output { get; }

    /// <summary>Of the images, in pixels.</summary>
    public int Side { get; }

    /// <summary>How pixels become the input, in words that <c>--preprocess</c> takes.</summary>
    public string Preprocess { get; }

    /// <summary>Whether it gives codes, rather than vectors.</summary>
    public bool IsCode => Shape.Length == 0;

    /// <summary>The shape of one vector: [D] or [C, H, W]; [] of a code.</summary>
    public long[] Shape { get; private set; } = [];

    /// <summary>Opens it, and runs one image.</summary>
    /// <param name="options">The file, its output and its input.</param>
    /// <param name="side">Asked for the images; null takes what the model's input says.</param>
    /// <exception cref="InvalidInputException">It is no such model, or cannot be run.</exception>
    public static OnnxExtractor Open(ExtractorOptions options, int? side)
    {
        var file = OnnxFile.Read(options.Extractor!, Named);
        var input = OnnxInput.Of(file, Named, side);
        var output = file.Output(options.Output, Named, "`ExtractorOptions.Output`");
        var how = How(options, file, input);
        OnnxSession? session = null;
        try
        {
            session = Session(file, output);
            var extractor = new OnnxExtractor(file, output, session, input, how);
            extractor.Shape = extractor.Probe();
            return extractor;
        }
        catch
        {
            session?.Dispose();
            how.Before?.Dispose();
            throw;
        }
    }

    /// <summary>The model's input, of pixels u8 [B, 3, S, S].</summary>
    public Tensor Input(Tensor pixels, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        var values = _isByte ? _preprocessing.Ordered(pixels) : _preprocessing.Apply(pixels);
        return (_before is null ? values : _before.Run(values, cancel)[0]).MoveToOuterDisposeScope();
    }

    /// <summary>The vectors f32 [B, ...], or codes int64 [B], of pixels u8 [B, 3, S, S].</summary>
    public Tensor Run(Tensor pixels, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        var vectors = _session.Run(Input(pixels, cancel), cancel)[0];
        while (vectors.dim() > 2 && vectors.shape[^1] == 1)
            vectors = vectors.squeeze(-1);
        return vectors.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _before?.Dispose();
    }

    private long[] Probe()
    {
        using var scope = NewDisposeScope();
        var vectors = Guarded(File.Path, () => Run(torch.zeros(2, 3, Side, Side, dtype: ScalarType.Byte)));
        var fits = (vectors.dtype, vectors.dim()) is (ScalarType.Float32, 2 or 4) or (ScalarType.Int64, 1);
        if (!fits || vectors.shape[0] != 2)
            throw new InvalidInputException(
                $"`ExtractorOptions.Output` {Output}",
                $"is {vectors.dtype} [{string.Join(", ", vectors.shape)}] for two images",
                "Name a value that holds a vector or a map of f32 numbers, or an int64 code, for each image"
            );
        return vectors.shape[1..];
    }

    private static OnnxSession Session(OnnxFile file, string output)
    {
        var model = file.Model.Clone();
        model.Graph.Output.Clear();
        model.Graph.Output.Add(new ValueInfoProto { Name = output });
        return Guarded(file.Path, () => new OnnxSession(OnnxDraft.Continue(model).ToBytes()));
    }

    private static T Guarded<T>(string path, Func<T> run)
    {
        try
        {
            return run();
        }
        catch (Exception fault) when (fault is OnnxRuntimeException or NotSupportedException)
        {
            throw new InvalidInputException(
                $"{Named} {path}",
                $"cannot be run ({fault.Message.Split('\n')[0]})",
                "Give a model that ONNX Runtime can run on the CPU, with the operators of ONNX's own domain"
            );
        }
    }

    private static (Preprocessing How, string Told, OnnxSession? Before) How(ExtractorOptions options, OnnxFile file, OnnxInput input)
    {
        const string property = "`ExtractorOptions.Preprocess`";
        var told = file.Metadata.GetValueOrDefault(PreprocessKey);
        var text = options.Preprocess ?? told ?? (input.IsByte ? "raw" : null);
        if (options.Preprocess is null && told is not null && IsFile(told.Split(' ')[0]))
            throw new InvalidInputException(property, $"missing: pixels go through {told} first", "Name that file");
        if (text is null)
            throw new InvalidInputException(
                property,
                "missing: the file does not say how pixels become its input",
                $"Give {Preprocessing.Words}"
            );
        if (IsFile(text))
        {
            var graph = Graph(text, property, input);
            return told is null || told == graph.Told
                ? graph
                : throw Refused(
                    graph.Before,
                    new Problem($"{property} {text}", $"is not that of the file, which is {told}", "Name that file")
                );
        }
        if (Preprocessing.Parse(text) is not { } how)
            throw new InvalidInputException($"{property} {text}", "is no preprocessing", $"Give {Preprocessing.Words}");
        how = how with { IsChannelsLast = how.IsChannelsLast || input.IsChannelsLast };
        if (told is not null && Preprocessing.Parse(told) is { } own && own != how)
            throw new InvalidInputException($"{property} {text}", $"is not that of the file, which is {told}", $"Leave {property} out");
        if (input.IsByte && !how.IsRaw)
            throw new InvalidInputException($"{property} {text}", "cannot become an input of bytes", "Give raw: the model takes bytes");
        return (how, how.ToString(), null);
    }

    private static bool IsFile(string text) => text.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    private static InvalidInputException Refused(OnnxSession? session, Problem problem)
    {
        session?.Dispose();
        return new InvalidInputException([problem]);
    }

    private static (Preprocessing How, string Told, OnnxSession? Before) Graph(string path, string property, OnnxInput input)
    {
        var graph = OnnxFile.Read(path, property);
        graph.Input(property);
        graph.Output(null, property, property);
        var session = Guarded(path, () => new OnnxSession(OnnxDraft.Continue(graph.Model).ToBytes()));
        return (
            new Preprocessing { IsChannelsLast = input.IsChannelsLast },
            $"{Path.GetFileName(path)} (SHA-256 {graph.Hash[..16]})",
            session
        );
    }
}

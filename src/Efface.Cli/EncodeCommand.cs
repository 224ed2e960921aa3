using System.CommandLine;
using System.Globalization;
using Efface.Data.Sources;
using Efface.Interchange;
using Efface.Runs.Encodings;

namespace Efface.Cli;

/// <summary>efface encode: images through a model, to a table.</summary>
internal sealed class EncodeCommand : ToolCommand
{
    private const int ShownFaults = 5;

    private readonly Flags<EncodeOptions> _options;
    private readonly Flags<ExtractorOptions> _extractor;
    private readonly Flags<DataOptions> _data;

    public EncodeCommand(Shell shell)
        : base(shell, "encode", "Send images through a run's model or an ONNX file, and write predictions, codes or vectors to a table.")
    {
        _options = new Flags<EncodeOptions>(this);
        _extractor = new Flags<ExtractorOptions>(this);
        _data = new Flags<DataOptions>(this);
    }

    protected override int Execute(ParseResult asked)
    {
        var options = _options.Read(asked, new EncodeOptions()) with
        {
            Extractor = _extractor.Read(asked, new ExtractorOptions()),
            Data = _data.Read(asked, new DataOptions()),
        };
        var encoded = Show(display => EncodeRun.Run(options, display, Shell.Cancel));
        foreach (var fault in encoded.Faults.Take(ShownFaults))
            Shell.Error.WriteLine($"efface: no row of numbers: {Flags.InWords(fault)}");
        if (encoded.Faults.Count > ShownFaults)
            Shell.Error.WriteLine($"efface: and {encoded.Faults.Count - ShownFaults} more pictures.");
        if (IsJson(asked))
            Shell.PrintJson(encoded);
        else
            Shell.Out.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{encoded.Rows:N0} rows of {string.Join(", ", encoded.Columns)}, {encoded.Unusable:N0} of them empty: {encoded.Output}"
                )
            );
        return Shell.Done;
    }
}

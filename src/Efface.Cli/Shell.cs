using System.Text.Json;
using Efface.Auditing;
using Efface.Records;
using Spectre.Console;

namespace Efface.Cli;

/// <summary>What all parts of a command share: where output goes, what exit codes mean, and how a user stops it.</summary>
internal sealed class Shell : IDisposable
{
    public const int Done = 0,
        OurFault = 1,
        BadInput = 2,
        Leaks = 3,
        Inconclusive = 4,
        Interrupted = 130;

    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenRegistration _said;

    public Shell(TextWriter output, TextWriter error, CancellationToken cancel)
    {
        (Out, Error) = (output, error);
        Tables = Plain(output, IsTerminal(output, Console.Out, Console.IsOutputRedirected));
        var isTerminal = IsTerminal(error, Console.Error, Console.IsErrorRedirected);
        Display = Plain(error, isTerminal);
        IsLive = isTerminal && Display.Profile.Capabilities.Ansi;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _said = _stop.Token.Register(() => Error.WriteLine("efface: stopping after this batch."));
    }

    /// <summary>When this is set, the current batch is finished, and the results so far are saved.</summary>
    public CancellationToken Cancel => _stop.Token;

    /// <summary>Results.</summary>
    public TextWriter Out { get; }

    /// <summary>Progress and problems.</summary>
    public TextWriter Error { get; }

    /// <summary>Results as tables; no colours when this is not a terminal, whatever a build server claims.</summary>
    public IAnsiConsole Tables { get; }

    /// <summary>Progress; no colours or bars when this is not a terminal.</summary>
    public IAnsiConsole Display { get; }

    /// <summary>Whether progress is a live display.</summary>
    public bool IsLive { get; }

    /// <summary>The exit code of a verdict.</summary>
    public static int ExitCode(Verdict verdict) =>
        verdict switch
        {
            Verdict.Leaks => Leaks,
            Verdict.Inconclusive => Inconclusive,
            _ => Done,
        };

    /// <summary>One machine-readable object as the result.</summary>
    public void PrintJson<T>(T value) => Out.WriteLine(JsonSerializer.Serialize(value, RunFolder.Json));

    /// <summary>Stops the command from inside.</summary>
    public void Stop() => _stop.Cancel();

    public void Dispose()
    {
        _said.Dispose();
        _stop.Dispose();
    }

    private static bool IsTerminal(TextWriter writer, TextWriter ofProcess, bool isRedirected) =>
        ReferenceEquals(writer, ofProcess) && !isRedirected;

    private static IAnsiConsole Plain(TextWriter writer, bool isTerminal) =>
        AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
                ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
                Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
                Enrichment = new ProfileEnrichment { UseDefaultEnrichers = isTerminal },
                Out = new AnsiConsoleOutput(writer),
            }
        );
}

using System.Runtime.InteropServices;
using System.Text.Json;
using Efface.Auditing;
using Efface.Reporting;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>What all commands share: where words go, what exit codes mean, and how a user stops them.</summary>
internal static class Shell
{
    public const int Done = 0,
        OurFault = 1,
        BadInput = 2,
        Leaks = 3,
        Inconclusive = 4,
        Interrupted = 130;

    private static readonly CancellationTokenSource Source = new();

    /// <summary>Set by Ctrl-C and SIGTERM: the batch at hand is finished, and what there is is saved.</summary>
    public static CancellationToken Cancel => Source.Token;

    /// <summary>Results, on stdout; no colours when it is not a terminal, whatever a build server promises.</summary>
    public static IAnsiConsole Output { get; } = Plain(Console.Out, Console.IsOutputRedirected);

    /// <summary>Progress and logs; no colours or bars when it is not a terminal.</summary>
    public static IAnsiConsole Error { get; } = Plain(Console.Error, Console.IsErrorRedirected);

    /// <summary>Whether stderr shows a live display.</summary>
    public static bool IsLive => !Console.IsErrorRedirected && Error.Profile.Capabilities.Ansi;

    /// <summary>What a verdict ends a command with.</summary>
    public static int ExitCode(Verdict verdict) =>
        verdict switch
        {
            Verdict.Leaks => Leaks,
            Verdict.Inconclusive => Inconclusive,
            _ => Done,
        };

    /// <summary>One machine-readable object on stdout.</summary>
    public static void PrintJson<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, RunFolder.Json));

    /// <summary>Runs the tool and turns what goes wrong into a message and an exit code.</summary>
    public static int Run(string[] arguments, Func<int> tool)
    {
        AnsiConsole.Console = Output;
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            return tool();
        }
        catch (InvalidInputException invalid)
        {
            foreach (var problem in invalid.Problems)
                Console.Error.WriteLine($"efface: {problem}");
            return BadInput;
        }
        catch (CommandAppException usage)
        {
            Console.Error.WriteLine($"efface: {Usage.Explain(usage.Message, arguments)}. See efface --help.");
            return BadInput;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("efface: interrupted.");
            return Interrupted;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(
                $"efface: {fault.Message.TrimEnd('.')}. Check that the place exists, may be written and has space left."
            );
            return BadInput;
        }
        catch (Exception fault)
        {
            var trace = Path.Combine(Path.GetTempPath(), $"efface-fault-{Environment.ProcessId}.txt");
            File.WriteAllText(trace, fault.ToString());
            Console.Error.WriteLine($"efface: a fault of ours: {fault.Message.Split('\n')[0]} Details are in {trace}; please report them.");
            return OurFault;
        }
    }

    private static IAnsiConsole Plain(TextWriter writer, bool redirected) =>
        AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
                ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
                Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
                Enrichment = new ProfileEnrichment { UseDefaultEnrichers = !redirected },
                Out = new AnsiConsoleOutput(writer),
            }
        );

    /// <summary>Finishes the batch at hand, and saves what there is.</summary>
    public static void Stop()
    {
        Console.Error.WriteLine("efface: stopping after this batch.");
        Source.Cancel();
    }

    private static void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        Stop();
    }
}

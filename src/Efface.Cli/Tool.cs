using System.CommandLine;
using System.CommandLine.Help;
using Efface.Runs;

namespace Efface.Cli;

/// <summary>The whole tool as one call; can run several times in one process.</summary>
internal static class Tool
{
    /// <summary>Runs one command and turns faults into a message and an exit code.</summary>
    /// <param name="arguments">The arguments of the command line.</param>
    /// <param name="output">Takes results: the process's stdout.</param>
    /// <param name="error">Takes progress and problems: the process's stderr.</param>
    /// <param name="cancel">Stops the command: the current batch is finished, and the results so far are saved.</param>
    public static int Run(string[] arguments, TextWriter output, TextWriter error, CancellationToken cancel = default)
    {
        using var shell = new Shell(output, error, cancel);
        try
        {
            // Neither @ nor -abc means anything here.
            var parser = new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false };
            var asked = App(shell).Parse(arguments, parser);
            if (asked.Errors.Count == 0)
                return asked.Invoke(
                    new InvocationConfiguration
                    {
                        Output = output,
                        Error = error,
                        EnableDefaultExceptionHandler = false,
                        ProcessTerminationTimeout = null,
                    }
                );
            foreach (var fault in Usage.Faults(asked))
                error.WriteLine($"efface: {fault}. See {Usage.Path(asked)} --help.");
            return Shell.BadInput;
        }
        catch (InvalidInputException invalid)
        {
            foreach (var problem in invalid.Problems)
                error.WriteLine($"efface: {Flags.InWords(problem)}");
            return Shell.BadInput;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("efface: interrupted.");
            return Shell.Interrupted;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"efface: {fault.Message.TrimEnd('.')}. Check that the place exists, may be written and has space left.");
            return Shell.BadInput;
        }
        catch (Exception fault)
        {
            var trace = Path.Combine(Path.GetTempPath(), $"efface-fault-{Environment.ProcessId}.txt");
            File.WriteAllText(trace, fault.ToString());
            error.WriteLine($"efface: a fault of ours: {fault.Message.Split('\n')[0]} Details are in {trace}; please report them.");
            return Shell.OurFault;
        }
    }

    private static Command App(Shell shell) =>
        Branch(
            "efface",
            "Makes an image model forget an attribute, and audits honestly whether it did.",
            new HelpOption("--help", "-h"),
            new DemoCommand(shell),
            new ModelCommand(shell, "train", "Train the model before unlearning (baseline 1).", TrainingRun.Train),
            new UnlearnCommand(shell),
            new ApplyCommand(shell),
            new ExportCommand(shell),
            new EncodeCommand(shell),
            new AuditCommand(shell),
            new CertifyCommand(shell),
            Branch("data", "Look at data sets.", new DataInspectCommand(shell), new DataCacheCommand(shell)),
            new ReportCommand(shell),
            new ReproduceCommand(shell),
            new SweepCommand(shell),
            new CellCommand(shell),
            new RecipesCommand(shell),
            new BenchCommand(shell),
            new DoctorCommand(shell)
        );

    // Without a command it explains itself.
    private static Command Branch(string name, string description, params IEnumerable<Symbol> parts)
    {
        var branch = new Command(name, description);
        foreach (var part in parts)
            if (part is Option option)
                branch.Add(option);
            else
                branch.Add((Command)part);
        branch.SetAction(asked => new HelpAction().Invoke(asked));
        return branch;
    }
}

using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>The whole tool as one call; several can run in one process.</summary>
internal static class Tool
{
    /// <summary>Runs one command and turns what goes wrong into a message and an exit code.</summary>
    /// <param name="arguments">Of the command line.</param>
    /// <param name="output">Takes results: the process's stdout.</param>
    /// <param name="error">Takes progress and problems: the process's stderr.</param>
    /// <param name="cancel">Stops the command: the batch at hand is finished, and what there is is saved.</param>
    public static int Run(string[] arguments, TextWriter output, TextWriter error, CancellationToken cancel = default)
    {
        using var shell = new Shell(output, error, cancel);
        try
        {
            // A branch without a command explains itself; by itself the library would call that an error without a message.
            return App(shell).Run(arguments is ["data"] ? ["data", "--help"] : arguments, shell.Cancel);
        }
        catch (InvalidInputException invalid)
        {
            foreach (var problem in invalid.Problems)
                error.WriteLine($"efface: {problem}");
            return Shell.BadInput;
        }
        catch (CommandAppException usage)
        {
            error.WriteLine($"efface: {Usage.Explain(usage.Message, arguments)}. See efface --help.");
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

    private static CommandApp App(Shell shell)
    {
        var app = new CommandApp();
        app.Configure(configuration =>
        {
            configuration.SetApplicationName("efface");
            configuration.ConfigureConsole(shell.Tables);
            configuration.Settings.Registrar.RegisterInstance(shell);
            configuration.UseStrictParsing();
            configuration.PropagateExceptions();
            configuration
                .AddCommand<DemoCommand>("demo")
                .WithDescription("The whole story on faces that Efface draws itself: train, audit, unlearn, audit, report.");
            configuration.AddCommand<TrainCommand>("train").WithDescription("Train the model before unlearning (baseline 1).");
            configuration
                .AddCommand<UnlearnCommand>("unlearn")
                .WithDescription("Make a model forget attributes, from scratch or --from a trained one.");
            configuration
                .AddCommand<AuditCommand>("audit")
                .WithDescription("Send fresh attackers against a run's model (exit code 3: leaks, 4: inconclusive).");
            configuration
                .AddCommand<CertifyCommand>("certify")
                .WithDescription(
                    "Bounds on every attacker, of a run's code or of codes from any other program (exit code 3: leaks, 4: not certified)."
                );
            configuration.AddBranch("data", data =>
            {
                data.SetDescription("Look at data sets.");
                data.AddCommand<DataInspectCommand>("inspect")
                    .WithDescription("Read a data set as training would: counts, joint table, floors, every problem.");
                data.AddCommand<DataCacheCommand>("cache").WithDescription("Decoded images on disk: list them, --verify or --clear them.");
            });
            configuration.AddCommand<ReportCommand>("report").WithDescription("Run folders to one HTML page.");
            configuration
                .AddCommand<ReproduceCommand>("reproduce")
                .WithDescription(
                    "The paper's tables and figures on your own copies of the data, beside honest floors and the paper's numbers."
                );
            configuration
                .AddCommand<SweepCommand>("sweep")
                .WithDescription("A grid over any option of unlearn: Pareto fronts, heat maps and the knee, on one page.");
            configuration.AddCommand<CellCommand>("cell").IsHidden();
            configuration
                .AddCommand<RecipesCommand>("recipes")
                .WithDescription("The ways to forget, with what each is for and what it promises.");
            configuration
                .AddCommand<BenchCommand>("bench")
                .WithDescription(
                    "How fast training is in each schedule, what memory it takes, and what forgetting costs (the paper's table 2)."
                );
            configuration
                .AddCommand<DoctorCommand>("doctor")
                .WithDescription("What native library, device, threads and memory there are, and the fix for what is wrong.");
        });
        return app;
    }
}

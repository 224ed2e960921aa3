using Efface.Reporting;
using Efface.Runs;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>A command that needs the native backend.</summary>
internal abstract class NativeCommand<TSettings>(Shell shell) : Command<TSettings>
    where TSettings : OutputSettings
{
    protected Shell Shell => shell;

    public sealed override int Execute(CommandContext context, TSettings settings, CancellationToken cancellationToken)
    {
        if (Doctor.BackendFault() is { } fault)
            throw new InvalidInputException([fault]);
        return Execute(settings);
    }

    protected abstract int Execute(TSettings settings);

    /// <summary>Works with a display at hand of how far it is.</summary>
    protected T Show<T>(Func<ProgressDisplay, T> work) => ProgressDisplay.Show(shell, work);

    /// <summary>Says how a training ended.</summary>
    protected int Finish(RunFolder folder, bool json)
    {
        var run = folder.Run;
        var result = run.Result!;
        if (json)
            shell.PrintJson(new { folder = Path.GetFullPath(folder.Path), run });
        else
            shell.Out.WriteLine(
                $"{run.Command}: validation fidelity {result.Fidelity:P1} after {result.Epochs} epochs, {result.Seconds:F0} s. Run "
                    + $"folder: {folder.Path}"
            );
        if (result.Diverged is { } cause)
        {
            shell.Error.WriteLine($"efface: {cause}");
            return Shell.OurFault;
        }
        if (!result.Interrupted)
            return Shell.Done;
        shell.Error.WriteLine($"efface: to go on, give the same command with --resume --out {folder.Path}.");
        return Shell.Interrupted;
    }
}

using Efface.Reporting;
using Efface.Runs;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>A command that needs the native backend.</summary>
internal abstract class NativeCommand<TSettings> : Command<TSettings>
    where TSettings : OutputSettings
{
    public sealed override int Execute(CommandContext context, TSettings settings, CancellationToken cancellationToken)
    {
        if (Doctor.BackendFault() is { } fault)
            throw new InvalidInputException([fault]);
        return Execute(settings);
    }

    protected abstract int Execute(TSettings settings);

    /// <summary>Says how a training ended.</summary>
    protected static int Finish(RunFolder folder, bool json)
    {
        var run = folder.Run;
        var result = run.Result!;
        if (json)
            Shell.PrintJson(new { folder = Path.GetFullPath(folder.Path), run });
        else
            Console.Out.WriteLine(
                $"{run.Command}: validation fidelity {result.Fidelity:P1} after {result.Epochs} epochs, {result.Seconds:F0} s. Run "
                    + $"folder: {folder.Path}"
            );
        if (result.Diverged is { } cause)
        {
            Console.Error.WriteLine($"efface: {cause}");
            return Shell.OurFault;
        }
        if (!result.Interrupted)
            return Shell.Done;
        Console.Error.WriteLine($"efface: to go on, give the same command with --resume --out {folder.Path}.");
        return Shell.Interrupted;
    }
}

using System.CommandLine;
using Efface.Records;
using Efface.Runs;

namespace Efface.Cli;

/// <summary>Trains a model, or makes one forget.</summary>
internal delegate RunFolder ModelWork(RunConfig config, string path, bool resume, IRunObserver? observer, CancellationToken cancel);

/// <summary>efface train and efface unlearn.</summary>
internal class ModelCommand : RunCommand
{
    private readonly ModelWork _work;
    private readonly Flags<RunPlace> _place;

    public ModelCommand(Shell shell, string name, string description, ModelWork work)
        : base(shell, name, description, like: name)
    {
        _work = work;
        _place = new Flags<RunPlace>(this);
    }

    /// <summary>Where the run is stored.</summary>
    protected RunPlace Place(ParseResult asked) => _place.Read(asked, new RunPlace());

    protected override int Execute(ParseResult asked)
    {
        var place = Place(asked);
        var config = Config(asked, place.Begun);
        var folder = Show(display => _work(config, RunPlace.OutOr(place.Out, Name), place.Resume, display, Shell.Cancel));
        var run = folder.Run;
        var result = run.Result!;
        if (IsJson(asked))
            Shell.PrintJson(new { folder = Path.GetFullPath(folder.Path), run });
        else
            Shell.Out.WriteLine(
                $"{run.Command}: validation fidelity {result.Fidelity:P1} after {result.Epochs} epochs, {result.Seconds:F0} s. Run "
                    + $"folder: {folder.Path}"
            );
        if (result.Diverged is { } cause)
        {
            Shell.Error.WriteLine($"efface: {cause}");
            return Shell.OurFault;
        }
        if (!result.Interrupted)
            return Shell.Done;
        Shell.Error.WriteLine($"efface: to go on, give the same command with --resume --out {folder.Path}.");
        return Shell.Interrupted;
    }
}

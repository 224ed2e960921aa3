using System.Diagnostics;
using System.Text.Json;
using Efface.Runs.Experiments;

namespace Efface.Cli;

/// <summary>
/// Runs cells of an experiment: one at a time within this process, several in a process each, because seeds and threads are per process.
/// </summary>
internal static class CellRunner
{
    /// <summary>How a cell is run.</summary>
    public static Func<ExperimentCell, CancellationToken, Task> For(
        ExperimentFolder folder,
        int jobs,
        ProgressDisplay display,
        TextWriter error
    )
    {
        var share = Math.Max(1, Environment.ProcessorCount / jobs);
        return jobs == 1 ? Here : (cell, cancel) => InProcess(folder, cell, share, error, cancel);

        Task Here(ExperimentCell cell, CancellationToken cancel)
        {
            folder.Run(cell, display, cancel);
            return Task.CompletedTask;
        }
    }

    private static async Task InProcess(
        ExperimentFolder folder,
        ExperimentCell cell,
        int threads,
        TextWriter error,
        CancellationToken cancel
    )
    {
        var start = OwnProcess.With("cell");
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        // Only where the cell does not set threads: the share is not a setting, and another share may resume the cell.
        start.Environment["OMP_NUM_THREADS"] = $"{threads}";
        using var process = Process.Start(start)!;
        await process
            .StandardInput.WriteLineAsync(JsonSerializer.Serialize(new CellCommand.Asked(folder.Path, cell), CellCommand.Line))
            .ConfigureAwait(false);
        await process.StandardInput.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        await using var stopped = cancel.Register(process.StandardInput.Close);
        var problems = new List<string>();
        while (await process.StandardError.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is { } line)
        {
            if (line.StartsWith("efface: ", StringComparison.Ordinal))
                problems.Add(line["efface: ".Length..]);
            else
                error.WriteLine($"{cell.Name}: {line}");
        }
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        if (process.ExitCode == Shell.Interrupted)
            throw new OperationCanceledException(cancel);
        if (process.ExitCode == Shell.BadInput)
            throw new InvalidInputException([
                .. problems.Select(problem => new Problem(cell.Name, problem, $"Its run is {folder.PathOf(cell.Name)}")),
            ]);
        if (process.ExitCode != Shell.Done)
            throw new InvalidOperationException($"{cell.Name} ended with {process.ExitCode}: {string.Join(' ', problems)}");
    }
}

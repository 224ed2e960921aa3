using System.Diagnostics;
using System.Reflection;

namespace Efface.Cli.Tests;

/// <summary>Runs the tool in a folder of its own: called in this process, or as a process where that matters.</summary>
internal sealed class Tool : IDisposable
{
    private static readonly string Assembly = typeof(Tool)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(entry => entry.Key == "Tool")
        .Value!;

    // What these name is a path: of a relative one, a process would look in its own folder.
    private static readonly string[] PathFlags =
    [
        "--out",
        "--run",
        "--from",
        "--before",
        "--root",
        "--config",
        "--cache",
        "--representations",
        "--eraser",
        "--labels",
        "--weights",
        "--against",
        "--markdown",
        "--extractor",
    ];

    // Decoded images of these tests, and of nobody else.
    internal static readonly string Cache = Directory.CreateTempSubdirectory("efface-cache-").FullName;

    // Torch's generator and count of threads are the process's: commands that learn take turns.
    private static readonly SemaphoreSlim Turn = new(1);

    static Tool() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Cache, recursive: true);

    public string Folder { get; } = Directory.CreateTempSubdirectory("efface-").FullName;

    public string At(string name) => Path.Combine(Folder, name);

    /// <summary>A run's folder once more, under a name of its own.</summary>
    public void Copy(string name, string copy) => CopyFrom(At(name), copy);

    /// <summary>A folder of somewhere else.</summary>
    public void CopyFrom(string folder, string copy)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var path = Path.Combine(At(copy), Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path);
        }
    }

    /// <summary>Calls the tool with the words of a line, and with further arguments as they are.</summary>
    public Task<Outcome> Run(string line, params string[] more) => Run(Words(line, more));

    /// <summary>Calls the tool.</summary>
    public Task<Outcome> Run(string[] arguments) => RunUntil(_ => false, arguments);

    /// <summary>Calls the tool, and stops it as Ctrl-C does after the first line on stderr that is enough.</summary>
    public async Task<Outcome> RunUntil(Func<string, bool> isEnough, string[] arguments)
    {
        var test = Xunit.TestContext.Current.CancellationToken;
        await Turn.WaitAsync(test);
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(test);
            using var output = new Listener();
            using var error = new Listener(line =>
            {
                if (isEnough(line))
                    stop.Cancel();
            });
            string[] here = [.. arguments.Select((argument, i) => Here(arguments, i))];
            var exitCode = await Task.Run(() => Efface.Cli.Tool.Run(here, output, error, stop.Token), CancellationToken.None);
            return new Outcome(exitCode, output.ToString(), error.ToString().TrimEnd('\n'));
        }
        finally
        {
            Turn.Release();
        }
    }

    /// <summary>The words of a line, and further arguments as they are.</summary>
    public static string[] Words(string line, params string[] more) => [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries), .. more];

    private string Here(string[] arguments, int i)
    {
        var isPath = i > 0 && (PathFlags.Contains(arguments[i - 1]) || arguments[0] == "report");
        return isPath && arguments[i].Length > 0 && !arguments[i].StartsWith("--", StringComparison.Ordinal)
            ? At(arguments[i])
            : arguments[i];
    }

    /// <summary>Starts the tool as a process.</summary>
    public Task<Outcome> Start(string line, params string[] more) => Start(null, null, Words(line, more));

    /// <param name="environment">A variable to set.</param>
    /// <param name="onError">Hears each line of stderr.</param>
    /// <param name="arguments">Of the tool.</param>
    public Task<Outcome> Start((string Name, string Value)? environment, Action<Process, string>? onError, string[] arguments) =>
        Start(["dotnet", Assembly, .. arguments], environment, onError);

    /// <summary>Sends a signal such as INT.</summary>
    public static void Send(string signal, Process process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Starts the tool and kills it (SIGKILL) if it is still at work after so long.</summary>
    public Task<Outcome> StartFor(TimeSpan time, string[] arguments) => Start(["dotnet", Assembly, .. arguments], killAfter: time);

    /// <summary>Starts the tool where no file may grow beyond this size.</summary>
    public Task<Outcome> StartWithin(int kibibytes, string[] arguments)
        // Who writes more is told so, not killed; the runtime would reserve its memory in a file.
        =>
        Start(
            ["bash", "-c", $"trap '' XFSZ; ulimit -f {kibibytes}; exec dotnet \"$@\"", "dotnet", Assembly, .. arguments],
            ("DOTNET_EnableWriteXorExecute", "0")
        );

    private async Task<Outcome> Start(
        string[] command,
        (string Name, string Value)? environment = null,
        Action<Process, string>? onError = null,
        TimeSpan? killAfter = null
    )
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The tool is to set it itself.
        start.Environment.Remove("OMP_WAIT_POLICY");
        if (environment is { } variable)
            start.Environment[variable.Name] = variable.Value;
        using var process = Process.Start(start)!;
        // Ends a tool that hangs; other tests share the cores, so what takes a minute alone takes five beside them.
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(15));
        using var killed = timeout.Token.Register(() => process.Kill(entireProcessTree: true));
        await using var moment = new Timer(_ => process.Kill(), null, killAfter ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var error = new List<string>();
        while (await process.StandardError.ReadLineAsync(timeout.Token) is { } line)
        {
            error.Add(line);
            onError?.Invoke(process, line);
        }
        await process.WaitForExitAsync(timeout.Token);
        return new Outcome(process.ExitCode, await output, string.Join('\n', error));
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

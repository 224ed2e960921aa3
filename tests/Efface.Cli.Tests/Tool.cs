using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;

namespace Efface.Cli.Tests;

/// <summary>What a run of the tool left behind.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error)
{
    public JsonObject Json => JsonNode.Parse(Output)!.AsObject();
}

/// <summary>Runs the tool as a process, in a folder of its own.</summary>
internal sealed class Tool : IDisposable
{
    private static readonly string Assembly = typeof(Tool)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(entry => entry.Key == "Tool")
        .Value!;

    // Decoded images of these tests, and of nobody else.
    internal static readonly string Cache = Directory.CreateTempSubdirectory("efface-cache-").FullName;

    static Tool() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Cache, recursive: true);

    public string Folder { get; } = Directory.CreateTempSubdirectory("efface-").FullName;

    public string At(string name) => Path.Combine(Folder, name);

    /// <summary>A run's folder once more, under a name of its own.</summary>
    public void Copy(string name, string copy)
    {
        foreach (var file in Directory.EnumerateFiles(At(name), "*", SearchOption.AllDirectories))
        {
            var path = Path.Combine(At(copy), Path.GetRelativePath(At(name), file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path);
        }
    }

    public Task<Outcome> Run(params string[] arguments) => Run(null, null, arguments);

    /// <param name="environment">A variable to set.</param>
    /// <param name="onError">Hears each line of stderr.</param>
    /// <param name="arguments">Of the tool.</param>
    public Task<Outcome> Run((string Name, string Value)? environment, Action<Process, string>? onError, params string[] arguments) =>
        Run(["dotnet", Assembly, .. arguments], environment, onError);

    /// <summary>Sends a signal such as INT.</summary>
    public static void Send(string signal, Process process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Kills the tool (SIGKILL) if it is still at work after so long.</summary>
    public Task<Outcome> RunFor(TimeSpan time, params string[] arguments) => Run(["dotnet", Assembly, .. arguments], killAfter: time);

    /// <summary>Runs the tool where no file may grow beyond this size.</summary>
    public Task<Outcome> RunWithin(int kibibytes, params string[] arguments)
        // Who writes more is told so, not killed; the runtime would reserve its memory in a file.
        =>
        Run(
            ["bash", "-c", $"trap '' XFSZ; ulimit -f {kibibytes}; exec dotnet \"$@\"", "dotnet", Assembly, .. arguments],
            ("DOTNET_EnableWriteXorExecute", "0")
        );

    private async Task<Outcome> Run(
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
        start.Environment["EFFACE_CACHE"] = Cache;
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

    /// <summary>A folder in CIFAR-10's layout, of a few records a file, with labels of the caller's choice.</summary>
    public string Cifar(Func<int, byte> label)
    {
        var folder = Directory.CreateDirectory(At("cifar-10-batches-bin")).FullName;
        var random = new Random(1);
        foreach (
            var name in new[]
            {
                "data_batch_1.bin",
                "data_batch_2.bin",
                "data_batch_3.bin",
                "data_batch_4.bin",
                "data_batch_5.bin",
                "test_batch.bin",
            }
        )
        {
            var records = new byte[40 * 3073];
            random.NextBytes(records);
            for (var i = 0; i < 40; i++)
                records[i * 3073] = label(i);
            File.WriteAllBytes(Path.Combine(folder, name), records);
        }
        return Folder;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

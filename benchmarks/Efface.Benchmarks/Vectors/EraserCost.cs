using System.Diagnostics;
using System.Globalization;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Benchmarks;

/// <summary>
/// What it takes to fit an eraser and to apply it, in time and memory of the tool's own process, on drawn vectors in which one number's
/// sign tells the attribute, another's the task.
/// </summary>
public static class EraserCost
{
    private const int ChunkRows = 50_000;

    private const double Megabyte = 1 << 20;

    /// <summary>A row for each step, as a document's table.</summary>
    /// <param name="tool">Efface.Cli.dll.</param>
    /// <param name="folder">Where drawn vectors and erasers go: some gigabytes.</param>
    /// <param name="rounds">How often the smallest is fitted alone, and beside a process that never rests.</param>
    public static void Run(string tool, string folder, int rounds)
    {
        Directory.CreateDirectory(folder);
        Console.WriteLine("| step | rows × numbers | seconds | peak memory, MB | times the vectors |");
        var small = Drawn(folder, 10_000, 128);
        var alone = new List<double>();
        var beside = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var fitted = Step(tool, Fit(small, $"small{round}"));
            if (round == 0)
                Print("fit", small, fitted);
            alone.Add(fitted.Seconds);
            using var busy = Process.Start(new ProcessStartInfo("sh", ["-c", "while :; do :; done"]))!;
            beside.Add(Step(tool, Fit(small, $"beside{round}")).Seconds);
            busy.Kill();
        }
        var large = Drawn(folder, 200_000, 512);
        Print("fit", large, Step(tool, Fit(large, "large")));
        var many = Drawn(folder, 1_000_000, 512);
        Print("apply", many, Step(tool, ["apply", "--eraser", At("large"), "--representations", many.Path, "--out", At("erased.npy")]));
        var ratios = alone.Zip(beside, (one, other) => other / one).Order().ToArray();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Beside a busy process the first takes {ratios[ratios.Length / 2]:F2} times as long "
                    + $"(from {ratios[0]:F2} to {ratios[^1]:F2}, {rounds} rounds)."
            )
        );

        string At(string name) => Path.Combine(folder, name);
        string[] Fit(Vectors of, string name) =>
            [
                .. new[] { "unlearn", "--representations", of.Path, "--labels", of.Labels, "--task", "task", "--forget", "attribute" },
                .. new[] { "--no-audit", "--out", At(name) },
            ];
    }

    private sealed record Vectors(string Path, string Labels, int Rows, int Size);

    private static void Print(string step, Vectors vectors, (double Seconds, double Peak) taken) =>
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {step} | {vectors.Rows:N0} × {vectors.Size} | {taken.Seconds:F0} | {taken.Peak:N0} "
                    + $"| {taken.Peak / (4.0 * vectors.Rows * vectors.Size / Megabyte):F1} |"
            )
        );

    private static (double Seconds, double Peak) Step(string tool, string[] arguments)
    {
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo("dotnet", [tool, .. arguments]) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var peak = 0.0;
        while (!process.WaitForExit(50))
            peak = Math.Max(peak, Peak(process));
        return process.ExitCode == 0
            ? (clock.Elapsed.TotalSeconds, peak)
            : throw new InvalidOperationException($"efface {string.Join(' ', arguments)}: {errors.Result}");
    }

    // Of the process's resident memory so far, in megabytes; 0 once it has ended.
    private static double Peak(Process process)
    {
        try
        {
            process.Refresh();
            return process.PeakWorkingSet64 / Megabyte;
        }
        catch (InvalidOperationException)
        {
            return 0;
        }
    }

    private static Vectors Drawn(string folder, int rows, int size)
    {
        var vectors = new Vectors(Path.Combine(folder, $"{rows}x{size}.npy"), Path.Combine(folder, $"{rows}x{size}.csv"), rows, size);
        if (File.Exists(vectors.Labels))
            return vectors;
        using var random = new Generator(0);
        using (var file = File.Create(vectors.Path))
        {
            file.Write([0x93, .. "NUMPY"u8, 1, 0, 118, 0]);
            var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {size}), }}";
            file.Write(Encoding.ASCII.GetBytes(header.PadRight(117) + "\n"));
            using var labels = new StreamWriter(vectors.Labels);
            labels.WriteLine("attribute,task");
            for (var done = 0; done < rows; done += ChunkRows)
            {
                using var scope = NewDisposeScope();
                var x = torch.randn([Math.Min(ChunkRows, rows - done), size], generator: random);
                file.Write(x.bytes);
                var (attribute, task) = (x[.., 0].data<float>().ToArray(), x[.., 1].data<float>().ToArray());
                for (var row = 0; row < attribute.Length; row++)
                    labels.WriteLine($"{(attribute[row] > 0 ? "one" : "other")},{(task[row] > 0 ? "yes" : "no")}");
            }
        }
        return vectors;
    }
}

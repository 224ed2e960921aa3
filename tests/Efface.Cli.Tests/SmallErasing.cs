using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>Vectors that tell z by their mean and their variance; and a run that took it out, audited, once for all tests.</summary>
public sealed class SmallErasing : IAsyncLifetime
{
    internal const int Rows = 1440,
        Width = 8;

    /// <summary>What is to be forgotten, and of what.</summary>
    internal const string Asked = "--labels labels.csv --forget z --task y --split-column part --threads 1";

    /// <summary>The run, as it was called.</summary>
    internal const string Line =
        $"unlearn --representations vectors.npy {Asked} --noise 0.3 --attackers linear,knn --parts controls,collateral --out erased";

    private readonly Tool _tool = new();

    /// <summary>Of the run.</summary>
    internal Outcome Outcome { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        WriteTo(_tool);
        Outcome = await _tool.Run(Line);
        Assert.True(Outcome.ExitCode == 0, Outcome.Error);
    }

    /// <summary>Copies of the run and of what it was made of, in the run's own words.</summary>
    internal void CopyTo(Tool tool)
    {
        tool.CopyFrom(_tool.Folder, "");
        var run = tool.At("erased/run.json");
        File.WriteAllText(run, File.ReadAllText(run).Replace(_tool.Folder, tool.Folder, StringComparison.Ordinal));
    }

    /// <summary>vectors.npy and labels.csv.</summary>
    internal static void WriteTo(Tool tool)
    {
        File.WriteAllBytes(tool.At("vectors.npy"), Npy(Numbers()));
        File.WriteAllLines(tool.At("labels.csv"), Labels());
    }

    internal static float[] Numbers()
    {
        var random = new Random(5);
        double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return
        [
            .. Enumerable
                .Range(0, Rows)
                .SelectMany(row =>
                    Enumerable
                        .Range(0, Width)
                        .Select(i =>
                            (float)(
                                i switch
                                {
                                    0 => Gaussian() + 1.5 * Z(row),
                                    1 => Gaussian() * (1 + Z(row)),
                                    2 => Gaussian() + 3 * Y(row),
                                    3 => Gaussian() + 2 * W(row),
                                    _ => Gaussian(),
                                }
                            )
                        )
                ),
        ];
    }

    internal static IEnumerable<string> Labels() =>
        Enumerable
            .Range(0, Rows)
            .Select(row => $"{"ab"[Z(row)]},{"no yes".Split(' ')[Y(row)]},{W(row)},{"train train train val test test".Split(' ')[row % 6]}")
            .Prepend("z,y,w,part");

    private static int Z(int row) => row * 37 % 101 % 2;

    private static int Y(int row) => row * 53 % 89 % 2;

    private static int W(int row) => row * 29 % 97 % 2;

    /// <summary>A .npy of rows of <see cref="Width"/> numbers.</summary>
    internal static byte[] Npy<T>(T[] numbers, int width = Width)
        where T : unmanaged
    {
        var type =
            typeof(T) == typeof(float) ? "<f4"
            : typeof(T) == typeof(double) ? "<f8"
            : "<i8";
        var shape = width == 0 ? $"({numbers.Length},)" : $"({numbers.Length / width}, {width})";
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n";
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        return [0x93, .. "NUMPY"u8, 1, 0, .. length, .. Encoding.ASCII.GetBytes(header), .. MemoryMarshal.AsBytes(numbers.AsSpan())];
    }

    /// <summary>The same vectors as text.</summary>
    internal static IEnumerable<string> Csv(float[] numbers) =>
        numbers
            .Chunk(Width)
            .Select((row, i) => $"r{i},{string.Join(',', row.Select(number => number.ToString("R", CultureInfo.InvariantCulture)))}")
            .Prepend($"id,{string.Join(',', Enumerable.Range(0, Width).Select(i => $"h{i}"))}");

    /// <summary>What follows a .npy's header, and the header.</summary>
    internal static (string Header, T[] Numbers) Read<T>(byte[] npy)
        where T : unmanaged
    {
        var start = 10 + BinaryPrimitives.ReadUInt16LittleEndian(npy.AsSpan(8));
        return (Encoding.ASCII.GetString(npy[10..start]).Trim(), MemoryMarshal.Cast<byte, T>(npy.AsSpan(start)).ToArray());
    }

    public ValueTask DisposeAsync()
    {
        _tool.Dispose();
        return ValueTask.CompletedTask;
    }
}

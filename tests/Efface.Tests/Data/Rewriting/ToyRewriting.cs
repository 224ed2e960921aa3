using Efface.Data.Rewriting;
using Efface.Data.Sheets;
using Efface.Tests.Data.Vectors;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Data.Rewriting;

/// <summary>Files of vectors that are rewritten, in a folder that is gone at the end.</summary>
internal sealed class ToyRewriting : IDisposable
{
    public ToyVectors Files { get; } = new();

    public void Dispose() => Files.Dispose();

    /// <summary>A function that no number survives unchanged.</summary>
    public static Tensor Map(Tensor rows) => rows.mul(-2).add(1);

    /// <summary>A code for each row that tells the row: eight times its first number.</summary>
    public static Tensor Codes(Tensor rows) => (rows.select(1, 0) * 8).to_type(ScalarType.Int64);

    /// <summary>A request from one file of the folder to another.</summary>
    public RewriteRequest Request(string name, string? output = null) =>
        new(Files.At(name), Files.At(output ?? $"out{Path.GetExtension(name)}"));

    /// <summary>Rewrites a file of the folder.</summary>
    public RewrittenVectors Rewrite(
        string name,
        Func<Tensor, Tensor>? map = null,
        string? array = null,
        string? key = null,
        bool codes = false,
        params string[] taken
    ) =>
        VectorRewriter.Rewrite(
            Request(name) with
            {
                Array = array,
                Key = key,
                GivesCodes = codes,
                Taken = taken.ToHashSet(),
            },
            map ?? (codes ? Codes : Map),
            null,
            CancellationToken.None
        );

    /// <summary>The files of the folder.</summary>
    public IEnumerable<string> Names() => Directory.EnumerateFileSystemEntries(Files.At("")).Select(Path.GetFileName).Order()!;

    /// <summary>What was written, as bytes.</summary>
    public byte[] Bytes(string name) => File.ReadAllBytes(Files.At(name));

    /// <summary>What was written, as text.</summary>
    public string Text(string name) => File.ReadAllText(Files.At(name));

    /// <summary>
    /// That the reader of vectors finds in the new file what the function makes of what it finds in the old one, except in rows with
    /// faults, of which no number is left.
    /// </summary>
    public void IsMapped(string name, IReadOnlyList<RowFault> faults, string? array = null, string? key = null, params string[] taken)
    {
        using var scope = NewDisposeScope();
        var (before, after) = (Files.ReadRaw(name, array, key, taken), Files.ReadRaw($"out{Path.GetExtension(name)}", array, key, taken));
        Assert.Equal(before.Values.shape, after.Values.shape);
        Assert.Equal(before.Keys, after.Keys);
        float[] wanted = ToyVectors.Of(Map(before.Values)),
            found = ToyVectors.Of(after.Values);
        var bad = faults.Select(fault => fault.Line!.Value).ToHashSet();
        var width = wanted.Length / before.Rows.Count;
        for (var row = 0; row < before.Rows.Count; row++)
            if (!bad.Contains(row))
                Assert.Equal(wanted[(row * width)..((row + 1) * width)], found[(row * width)..((row + 1) * width)]);
            else if (!after.Rows.IsRefused(row))
                Assert.All(found[(row * width)..((row + 1) * width)], number => Assert.True(float.IsNaN(number)));
    }
}

using System.Text;
using Efface.Models;
using Efface.Models.Weights;
using Efface.Tests.Data;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Models.Weights;

/// <summary>Any damaged file of weights is read or refused, soon, and takes little memory.</summary>
[OneThread]
public sealed class MutatedWeightsTests : IDisposable
{
    private const long MostBytes = 1 << 28;

    private readonly ToyFiles _files = new();

    public void Dispose() => _files.Dispose();

    public static TheoryData<string> Whole =>
        [.. Directory.EnumerateFiles(ToyFiles.Stored).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal), "index"];

    [Theory]
    [MemberData(nameof(Whole))]
    public void A_damaged_file_is_read_or_refused(string file)
    {
        var isIndex = file == "index";
        var whole = isIndex ? Index() : File.ReadAllBytes(Path.Combine(ToyFiles.Stored, file));
        var name = isIndex ? "model.safetensors.index.json" : file;
        Mutation.Try(
            Mutation.Count / Whole.Count,
            seed => Damaged(whole, seed),
            (bytes, _) =>
            {
                using var scope = NewDisposeScope();
                _files.Write(name, bytes);
                var before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    ToyFiles.ReadAll(_files.At(name));
                }
                finally
                {
                    Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
                }
            }
        );
    }

    [Fact]
    public void A_damaged_file_is_taken_by_a_network_whole_or_not_at_all()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(0);
        using var network = new StagedNetwork([
            new Stage(StagedNetwork.Embedding, "narrow", Layers.Linear(3, 2, random)),
            new Stage(StagedNetwork.Head, "fc", Layers.Linear(2, 2, random)),
        ]);
        var whole = File.ReadAllBytes(_files.Write("w.safetensors", network.state_dict()));
        Mutation.Try(
            Mutation.Count / Whole.Count,
            seed => Damaged(whole, seed),
            (bytes, _) =>
            {
                var before = network.state_dict().Values.Select(ToyFiles.Of).ToArray();
                try
                {
                    PretrainedWeights.Load(StoredWeights.Open(_files.Write("w.safetensors", bytes), pickle: false), network, options: null);
                }
                catch (InvalidInputException)
                {
                    Assert.Equal(before, network.state_dict().Values.Select(ToyFiles.Of));
                    throw;
                }
            }
        );
    }

    private byte[] Index()
    {
        foreach (var part in new[] { "model-1.safetensors", "model-2.safetensors" })
            File.Copy(Path.Combine(ToyFiles.Stored, "expected.safetensors"), _files.At(part));
        return File.ReadAllBytes(_files.WriteIndex(("float32", "model-1.safetensors"), ("count", "model-2.safetensors")));
    }

    // Half of them as anything may be damaged; the others where it hurts: lengths, and parts of the file in other places.
    private static byte[] Damaged(byte[] whole, int seed)
    {
        var random = new Random(seed);
        switch (seed % 6)
        {
            case 0:
                return whole[..random.Next(whole.Length)];
            case 1:
                return WithNumber(whole, random);
            case 2:
                return Spliced(whole, random);
            case 3:
                return Mutation.OfText(whole, seed);
            default:
                return Mutation.OfBytes(whole, seed);
        }
    }

    // Sizes, offsets and counts are numbers of these widths, or digits.
    private static byte[] WithNumber(byte[] whole, Random random)
    {
        long[] numbers = [0, 1, -1, 0x7fffffff, 0xffffffff, long.MaxValue, long.MinValue, 1L << 60, random.Next(), random.Next(256)];
        var number = numbers[random.Next(numbers.Length)];
        var digits = Enumerable.Range(0, whole.Length).Where(i => char.IsAsciiDigit((char)whole[i])).ToArray();
        if (random.Next(2) == 0 && digits.Length > 0)
        {
            var at = digits[random.Next(digits.Length)];
            return [.. whole[..at], .. Encoding.ASCII.GetBytes($"{number}"), .. whole[(at + 1)..]];
        }
        var bytes = whole.ToArray();
        var width = new[] { 1, 2, 4, 8 }[random.Next(4)];
        var place = random.Next(bytes.Length - width);
        BitConverter.GetBytes(number).AsSpan(0, width).CopyTo(bytes.AsSpan(place));
        return bytes;
    }

    private static byte[] Spliced(byte[] whole, Random random)
    {
        var (from, to) = (random.Next(whole.Length), random.Next(whole.Length));
        var length = random.Next(1, Math.Min(200, whole.Length - Math.Max(from, to) + 1));
        var bytes = whole.ToArray();
        whole.AsSpan(from, length).CopyTo(bytes.AsSpan(to, length));
        return bytes;
    }
}

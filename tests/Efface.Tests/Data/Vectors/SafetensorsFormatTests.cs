using Efface.Tests.Data.Sources;
using Efface.Tests.Models;
using TorchSharp.PyBridge;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Data.Vectors;

[OneThread]
public sealed class SafetensorsFormatTests : IDisposable
{
    private readonly ToyVectors _toy = new();

    public void Dispose() => _toy.Dispose();

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Bool)]
    public void What_another_writer_saves_is_read(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (h, key) = ((arange(12).reshape(4, 3) - 2).to_type(type), tensor([4L, 3, 2, 1]));
        Safetensors.SaveStateDict(_toy.At("h.safetensors"), new Dictionary<string, Tensor> { ["key"] = key, ["h"] = h });

        var read = _toy.ReadRaw("h.safetensors", key: "key");

        Assert.Equal(ToyVectors.Of(h.to_type(ScalarType.Float32)), ToyVectors.Of(read.Values));
        Assert.Equal(["4", "3", "2", "1"], read.Keys!);
    }

    [Fact]
    public void An_array_that_does_not_lie_where_the_header_says_is_refused()
    {
        var whole = ToyVectors.Safetensors(("h", "F32", [4, 4], ToyVectors.Bytes(ToyVectors.Numbers(4))));
        var text = System.Text.Encoding.Latin1.GetString(whole);
        string[] lies =
        [
            text.Replace("[4,4]", "[4,5]", StringComparison.Ordinal),
            text.Replace("[0,64]", "[1,65]", StringComparison.Ordinal),
            text.Replace("[0,64]", "[64,0]", StringComparison.Ordinal),
            text.Replace("[4,4]", "[-4,-4]", StringComparison.Ordinal),
            text.Replace("F32", "F99", StringComparison.Ordinal),
            text[..^1],
        ];
        foreach (var lie in lies)
        {
            var header = lie.IndexOf('}', StringComparison.Ordinal) + 2 - 8;
            _toy.Write("h.safetensors", [(byte)header, 0, 0, 0, 0, 0, 0, 0, .. System.Text.Encoding.Latin1.GetBytes(lie[8..])]);
            Assert.Single(Sheets.Refused(() => _toy.ReadRaw("h.safetensors")));
        }
    }

    [Fact]
    public void A_header_that_claims_more_than_the_file_is_refused()
    {
        foreach (var length in new ulong[] { 17, 1 << 30, ulong.MaxValue })
        {
            _toy.Write("h.safetensors", [.. BitConverter.GetBytes(length), .. "{\"a\": {}}       "u8]);
            Assert.Single(Sheets.Refused(() => _toy.ReadRaw("h.safetensors")));
        }
    }
}

using Efface.Interchange;
using Efface.Tests.Data;
using Efface.Tests.Models;
using Google.Protobuf;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Interchange;

/// <summary>Any damaged ONNX model is opened or refused, soon.</summary>
[OneThread]
public sealed class MutatedOnnxTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("efface-").FullName;

    [Fact]
    public void A_damaged_model_is_opened_or_refused()
    {
        var whole = ToyOnnx.Model().ToByteArray();
        var path = Path.Combine(_folder, "damaged.onnx");
        Mutation.Try(
            Mutation.Count / 3,
            seed => Damaged(whole, seed),
            (bytes, _) =>
            {
                using var scope = NewDisposeScope();
                File.WriteAllBytes(path, bytes);
                OnnxExtractor.Open(new ExtractorOptions { Extractor = path, Preprocess = "unit" }, null).Dispose();
            }
        );
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Damaged(byte[] whole, int seed)
    {
        var random = new Random(seed);
        var changed = random.Next(3) == 0 ? whole[..random.Next(whole.Length)] : (byte[])whole.Clone();
        for (var times = random.Next(1, 4); times > 0 && changed.Length > 0; times--)
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
        return changed;
    }
}

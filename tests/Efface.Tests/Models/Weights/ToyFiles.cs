using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Efface.Models.Weights;
using Efface.Models.Weights.Pickles;
using TorchSharp.PyBridge;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Models.Weights;

/// <summary>Files of weights in a folder of their own.</summary>
internal sealed class ToyFiles : IDisposable
{
    /// <summary>What real PyTorch wrote: see pytorch.py.</summary>
    public static string Stored { get; } = Path.Combine(Repository.Root, "tests", "Efface.Tests", "Models", "Weights", "Checkpoints");

    public string Folder { get; } = Directory.CreateTempSubdirectory("efface-weights-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public string At(string name) => Path.Combine(Folder, name);

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(At(name), bytes);
        return At(name);
    }

    public string Write(string name, IReadOnlyDictionary<string, Tensor> tensors)
    {
        Safetensors.SaveStateDict(At(name), tensors.ToDictionary(entry => entry.Key, entry => entry.Value.detach()));
        return At(name);
    }

    /// <summary>A safetensors file with any header.</summary>
    public string WriteHeader(string name, string header, int bytes)
    {
        var json = Encoding.UTF8.GetBytes(header);
        return Write(name, [.. BitConverter.GetBytes((long)json.Length), .. json, .. new byte[bytes]]);
    }

    /// <summary>An index that sends each tensor to a file.</summary>
    public string WriteIndex(params (string Tensor, string File)[] map) =>
        Write(
            "model" + SafetensorsWeights.IndexEnding,
            JsonSerializer.SerializeToUtf8Bytes(
                new { metadata = new { total_size = 1 }, weight_map = map.ToDictionary(entry => entry.Tensor, entry => entry.File) }
            )
        );

    /// <summary>A checkpoint with any pickle, and one storage of numbers.</summary>
    public string WritePickle(string name, byte[] pickle, byte[] storage, bool isCompressed = false)
    {
        using (var archive = ZipFile.Open(At(name), ZipArchiveMode.Create))
            foreach (var (entry, bytes) in new[] { ("toy/data.pkl", pickle), ("toy/data/0", storage), ("toy/version", "3\n"u8.ToArray()) })
            {
                using var stream = archive
                    .CreateEntry(entry, isCompressed ? CompressionLevel.Optimal : CompressionLevel.NoCompression)
                    .Open();
                stream.Write(bytes);
            }
        return At(name);
    }

    /// <summary>The numbers of a tensor, in order.</summary>
    public static double[] Of(Tensor tensor) => [.. tensor.to_type(ScalarType.Float64).contiguous().data<double>()];

    public static byte[] Bytes(params float[] numbers) => MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray();

    public static Problem Refused(string path, bool pickle = true) =>
        Assert.Single(Assert.Throws<InvalidInputException>(() => ReadAll(path, pickle)).Problems);

    /// <summary>Opens it, and reads each of its tensors.</summary>
    public static Dictionary<string, Tensor> ReadAll(string path, bool pickle = true) =>
        StoredWeights
            .Open(path, pickle)
            .Tensors.ToDictionary(
                tensor => tensor.Name,
                tensor => tensor.Refusal is { } refusal ? throw new InvalidInputException([refusal]) : tensor.Read()
            );
}

/// <summary>Writes a pickle instruction by instruction, as Python's own pickler would, or as nobody should.</summary>
internal sealed class ToyPickle
{
    private readonly List<byte> _bytes = [(byte)Opcode.Protocol, 2];

    public byte[] Bytes => [.. _bytes, (byte)Opcode.Stop];

    public ToyPickle Add(params Opcode[] opcodes)
    {
        _bytes.AddRange(opcodes.Select(opcode => (byte)opcode));
        return this;
    }

    public ToyPickle Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        _bytes.AddRange([(byte)Opcode.Unicode, .. BitConverter.GetBytes(bytes.Length), .. bytes]);
        return this;
    }

    public ToyPickle Number(long number)
    {
        _bytes.AddRange([(byte)Opcode.Long1, sizeof(long), .. BitConverter.GetBytes(number)]);
        return this;
    }

    public ToyPickle Numbers(params long[] numbers)
    {
        Add(Opcode.Mark);
        foreach (var number in numbers)
            Number(number);
        return Add(Opcode.Tuple);
    }

    public ToyPickle Global(string module, string name)
    {
        _bytes.AddRange([(byte)Opcode.Global, .. Encoding.UTF8.GetBytes($"{module}\n{name}\n")]);
        return this;
    }

    public ToyPickle Put(byte place)
    {
        _bytes.AddRange([(byte)Opcode.Put, place]);
        return this;
    }

    public ToyPickle Get(byte place)
    {
        _bytes.AddRange([(byte)Opcode.Get, place]);
        return this;
    }

    /// <summary>A view of storage 0, of f32.</summary>
    public ToyPickle Tensor(long count, long offset, long[] sizes, long[] strides) =>
        Global("torch._utils", "_rebuild_tensor_v2")
            .Add(Opcode.Mark, Opcode.Mark)
            .Text("storage")
            .Global("torch", "FloatStorage")
            .Text("0")
            .Text("cpu")
            .Number(count)
            .Add(Opcode.Tuple, Opcode.PersistentId)
            .Number(offset)
            .Numbers(sizes)
            .Numbers(strides)
            .Add(Opcode.False, Opcode.EmptyDictionary, Opcode.Tuple, Opcode.Reduce);

    /// <summary>{"w": view}.</summary>
    public static byte[] View(long count, long offset, long[] sizes, long[] strides) =>
        new ToyPickle().Add(Opcode.EmptyDictionary).Text("w").Tensor(count, offset, sizes, strides).Add(Opcode.SetItem).Bytes;
}

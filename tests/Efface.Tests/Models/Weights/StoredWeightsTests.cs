using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Models.Weights;

[OneThread]
public sealed class StoredWeightsTests : IDisposable
{
    private readonly ToyFiles _files = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData(ScalarType.Float32, ScalarType.Float32)]
    [InlineData(ScalarType.Float64, ScalarType.Float32)]
    [InlineData(ScalarType.Float16, ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16, ScalarType.Float32)]
    [InlineData(ScalarType.Int64, ScalarType.Int64)]
    [InlineData(ScalarType.Byte, ScalarType.Int64)]
    public void What_another_writer_saves_is_read_as_f32_or_as_whole_numbers(ScalarType saved, ScalarType read)
    {
        var (w, count) = (arange(12).reshape(4, 3).to_type(saved), tensor(1L << 40));
        var tensors = ToyFiles.ReadAll(_files.Write("w.safetensors", new Dictionary<string, Tensor> { ["w"] = w, ["count"] = count }));

        Assert.Equal(read, tensors["w"].dtype);
        Assert.Equal(ToyFiles.Of(w), ToyFiles.Of(tensors["w"]));
        Assert.Equal(w.shape, tensors["w"].shape);
        Assert.Equal(1L << 40, tensors["count"].ToInt64());
    }

    [Fact]
    public void Tensors_in_several_files_are_read_through_their_index_or_its_folder()
    {
        _files.Write("model-1.safetensors", new Dictionary<string, Tensor> { ["a"] = ones(2), ["unlisted"] = ones(2) });
        _files.Write("model-2.safetensors", new Dictionary<string, Tensor> { ["b"] = zeros(3) });
        var index = _files.WriteIndex(("a", "model-1.safetensors"), ("b", "model-2.safetensors"));

        foreach (var path in new[] { index, _files.Folder })
        {
            var tensors = ToyFiles.ReadAll(path);
            Assert.Equal(["a", "b"], tensors.Keys.Order());
            Assert.Equal([1, 1], ToyFiles.Of(tensors["a"]));
        }
    }

    [Theory]
    [InlineData("../model-1.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("inner/model-1.safetensors")]
    [InlineData(@"..\model-1.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    public void An_index_leads_nowhere_but_to_its_own_folder(string file)
    {
        _files.Write("model-1.safetensors", new Dictionary<string, Tensor> { ["a"] = ones(2) });

        Assert.Contains("does not lie beside it", ToyFiles.Refused(_files.WriteIndex(("a", file))).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_or_a_tensor_that_an_index_lists_in_vain_is_named()
    {
        _files.Write("model-1.safetensors", new Dictionary<string, Tensor> { ["a"] = ones(2) });

        Assert.EndsWith("model-2.safetensors", ToyFiles.Refused(_files.WriteIndex(("a", "model-2.safetensors"))).Subject);
        Assert.Contains("'b'", ToyFiles.Refused(_files.WriteIndex(("b", "model-1.safetensors"))).Subject, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Hostile =>
        new()
        {
            {
                """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""",
                "shares bytes"
            },
            {
                """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""",
                "cannot be read"
            },
            { """{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}""", "do not lie where it says" },
            { """{"a":{"dtype":"F32","shape":[8],"data_offsets":[0,32]}}""", "do not lie where it says" },
            { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "do not lie where it says" },
            { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", "do not lie where it says" },
            { """{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""", "impossible shape" },
            { """{"a":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}""", "impossible shape" },
            { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551615]}}""", "cannot be read" },
            { """{"a":{"dtype":4,"shape":[2],"data_offsets":[0,8]}}""", "cannot be read" },
            { """[1]""", "cannot be read" },
            { """{"__metadata__":{"format":"pt"}}""", "holds no tensors" },
        };

    [Theory]
    [InlineData("0,1099511627776,1099511627776")]
    [InlineData("1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,0")]
    public void A_shape_without_numbers_may_not_be_of_any_size(string shape)
    {
        var header = $$$"""{"a":{"dtype":"F32","shape":[{{{shape}}}],"data_offsets":[0,0]}}""";
        Assert.Contains(
            "impossible shape",
            ToyFiles.Refused(_files.WriteHeader("w.safetensors", header, 0)).Fault,
            StringComparison.Ordinal
        );

        long[] sizes = [.. shape.Split(',').Select(long.Parse)];
        var pickle = ToyPickle.View(1, 0, sizes, [.. sizes.Select(_ => 1L)]);
        Assert.Contains(
            "impossible shape",
            ToyFiles.Refused(_files.WritePickle("w.pt", pickle, new byte[4])).Fault,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_header_that_contradicts_itself_is_refused(string header, string fault) =>
        Assert.Contains(fault, ToyFiles.Refused(_files.WriteHeader("w.safetensors", header, 16)).Fault, StringComparison.Ordinal);

    [Fact]
    public void A_header_of_2_to_the_60_bytes_is_refused_before_memory_is_taken()
    {
        var path = _files.Write("w.safetensors", [.. BitConverter.GetBytes(1L << 60), .. "{}"u8]);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Contains("claims 1,152,921,504,606,846,976 bytes", ToyFiles.Refused(path).Fault, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 22);
    }

    [Fact]
    public void Elements_of_a_type_that_cannot_be_read_are_refused_only_where_they_are_needed()
    {
        const string Header =
            """{"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""";
        var tensors = Efface.Models.Weights.StoredWeights.Open(_files.WriteHeader("w.safetensors", Header, 8), pickle: false).Tensors;

        Assert.Contains("F8_E4M3", tensors[0].Refusal!.Fault, StringComparison.Ordinal);
        Assert.Null(tensors[1].Refusal);
    }

    [Fact]
    public void A_checkpoint_is_opened_only_if_it_is_named_as_one()
    {
        foreach (var ending in new[] { "pt", "pth", "bin", "ckpt", "pth.tar", "any" })
        {
            var path = _files.At($"weights.{ending}");
            File.Copy(Path.Combine(ToyFiles.Stored, "protocol2.pt"), path);

            var problem = ToyFiles.Refused(path, pickle: false);
            Assert.Contains("pickle", problem.Fault, StringComparison.Ordinal);
            Assert.Contains("`ModelSettings.Pickle`", problem.Remedy, StringComparison.Ordinal);
            Assert.NotEmpty(ToyFiles.ReadAll(path, pickle: true));
        }
    }

    [Theory]
    [InlineData("weights.h5", "PK is not at the beginning")]
    [InlineData("weights.pt", "")]
    public void Anything_else_is_refused_with_the_formats_that_are_read(string name, string content) =>
        Assert.Contains(
            "*.safetensors",
            ToyFiles.Refused(_files.Write(name, System.Text.Encoding.ASCII.GetBytes(content))).Remedy,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_folder_with_two_files_of_weights_is_ambiguous_and_one_without_is_named()
    {
        Assert.Contains("holds no", ToyFiles.Refused(_files.Folder).Fault, StringComparison.Ordinal);
        foreach (var name in new[] { "a.safetensors", "b.safetensors" })
            _files.Write(name, new Dictionary<string, Tensor> { ["a"] = ones(1) });
        Assert.Contains("a.safetensors, b.safetensors", ToyFiles.Refused(_files.Folder).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void The_hash_of_a_file_is_what_sha256sum_prints()
    {
        var path = _files.Write("w.safetensors", new Dictionary<string, Tensor> { ["a"] = ones(1) });
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)));

        Assert.Equal([KeyValuePair.Create("w.safetensors", hash)], Efface.Models.Weights.StoredWeights.Open(path, pickle: false).Hashes());
    }
}

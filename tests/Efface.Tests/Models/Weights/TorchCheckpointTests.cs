using Efface.Models.Weights.Pickles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Models.Weights;

[OneThread]
public sealed class TorchCheckpointTests : IDisposable
{
    private readonly ToyFiles _files = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData("protocol2.pt")]
    [InlineData("protocol3.pt")]
    [InlineData("protocol4.pt")]
    [InlineData("protocol5.pt")]
    [InlineData("before-1.6.pt")]
    [InlineData("nested.pt", "state_dict.module.")]
    public void What_PyTorch_saved_is_read_with_equal_numbers(string file, string prefix = "") =>
        HasExpected(ToyFiles.Stored, file, prefix);

    [Theory]
    [InlineData("module.pt", "torch.nn.modules.linear.Linear")]
    [InlineData("numpy.pt", "numpy.core.multiarray.scalar")]
    public void What_PyTorch_saved_beside_tensors_and_plain_values_is_refused_by_its_name(string file, string name) =>
        IsRefused(ToyFiles.Stored, file, name);

    [Theory]
    [InlineData("os", "system")]
    [InlineData("posix", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("builtins", "getattr")]
    [InlineData("torch", "load")]
    [InlineData("torch._utils", "_rebuild_tensor_v2.__globals__")]
    [InlineData("torch.hub", "load")]
    [InlineData("collections", "OrderedDict.fromkeys")]
    [InlineData("numpy.core.multiarray", "_reconstruct")]
    public void A_pickle_that_names_anything_that_could_run_is_refused_by_that_name(string module, string name)
    {
        byte[][] pickles =
        [
            new ToyPickle().Global(module, name).Text("touch hacked").Add(Opcode.Tuple1, Opcode.Reduce).Bytes,
            new ToyPickle().Text(module).Text(name).Add(Opcode.StackGlobal).Text("touch hacked").Add(Opcode.Tuple1, Opcode.Reduce).Bytes,
        ];
        foreach (var (i, pickle) in pickles.Index())
        {
            var problem = ToyFiles.Refused(_files.WritePickle($"{i}.pt", pickle, []));
            Assert.Contains($"names {module}.{name}", problem.Fault, StringComparison.Ordinal);
            Assert.Contains("safetensors", problem.Remedy, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData('i')] // INST calls a class by its name, without a global before it.
    [InlineData('o')]
    [InlineData('P')]
    [InlineData('\x82')] // Extension registry.
    [InlineData('\x92')]
    public void Instructions_that_PyTorch_does_not_write_are_refused(char opcode) =>
        Assert.Contains(
            $"0x{(int)opcode:x2}",
            ToyFiles.Refused(_files.WritePickle("w.pt", new ToyPickle().Add(Opcode.Mark, (Opcode)opcode).Bytes, [])).Fault,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData(6, 0, new long[] { 2, 3 }, new long[] { 3, 1 }, new double[] { 0, 1, 2, 3, 4, 5 })]
    [InlineData(6, 0, new long[] { 3, 2 }, new long[] { 1, 3 }, new double[] { 0, 3, 1, 4, 2, 5 })]
    [InlineData(6, 2, new long[] { 2 }, new long[] { 3 }, new double[] { 2, 5 })]
    [InlineData(6, 5, new long[] { }, new long[] { }, new double[] { 5 })]
    [InlineData(6, 6, new long[] { 0 }, new long[] { 1 }, new double[] { })]
    public void A_view_has_the_numbers_that_its_strides_say(long count, long offset, long[] sizes, long[] strides, double[] numbers)
    {
        var path = _files.WritePickle("w.pt", ToyPickle.View(count, offset, sizes, strides), ToyFiles.Bytes(0, 1, 2, 3, 4, 5));
        var tensor = ToyFiles.ReadAll(path)["w"];

        Assert.Equal(numbers, ToyFiles.Of(tensor));
        Assert.Equal(sizes, tensor.shape);
    }

    [Theory]
    [InlineData(6, 0, new long[] { 7 }, new long[] { 1 })]
    [InlineData(6, 5, new long[] { 2 }, new long[] { 1 })]
    [InlineData(6, 0, new long[] { 2, 3 }, new long[] { 4, 1 })]
    [InlineData(6, -1, new long[] { 2 }, new long[] { 1 })]
    [InlineData(6, 0, new long[] { 2 }, new long[] { -1 })]
    [InlineData(6, 0, new long[] { -2 }, new long[] { 1 })]
    [InlineData(6, 0, new long[] { 2 }, new long[] { 1, 1 })]
    [InlineData(6, 0, new long[] { 1L << 40, 1L << 40 }, new long[] { 0, 0 })]
    [InlineData(6, 0, new long[] { 1_000 }, new long[] { 0 })]
    [InlineData(6, long.MaxValue, new long[] { 2 }, new long[] { 1 })]
    [InlineData(6, 0, new long[] { 3, long.MaxValue }, new long[] { long.MaxValue, 3 })]
    [InlineData(long.MaxValue, 0, new long[] { 2 }, new long[] { 1 })]
    [InlineData(7, 0, new long[] { 7 }, new long[] { 1 })]
    [InlineData(1L << 40, 0, new long[] { 1L << 40 }, new long[] { 1 })]
    public void A_view_that_leaves_its_storage_is_refused(long count, long offset, long[] sizes, long[] strides) =>
        Assert.Matches(
            "larger than its storage|impossible sizes|no view of a storage|too few for",
            ToyFiles
                .Refused(_files.WritePickle("w.pt", ToyPickle.View(count, offset, sizes, strides), ToyFiles.Bytes(0, 1, 2, 3, 4, 5)))
                .Fault
        );

    [Fact]
    public void Compressed_parts_are_refused_whatever_size_they_would_become() =>
        Assert.Contains(
            "compressed",
            ToyFiles
                .Refused(_files.WritePickle("w.pt", ToyPickle.View(1 << 20, 0, [1 << 20], [1]), new byte[4 << 20], isCompressed: true))
                .Fault,
            StringComparison.Ordinal
        );

    [Fact]
    public void Dictionaries_that_contain_each_other_end()
    {
        // Each of twenty dictionaries holds the one before a hundred times, and the last itself.
        var pickle = new ToyPickle().Add(Opcode.EmptyDictionary).Text("w").Tensor(1, 0, [1], [1]).Add(Opcode.SetItem).Put(0);
        for (byte level = 1; level <= 20; level++)
        {
            pickle.Add(Opcode.EmptyDictionary).Put(level);
            for (var i = 0; i < 100; i++)
                pickle.Text($"{i}").Get((byte)(level - 1)).Add(Opcode.SetItem);
        }
        pickle.Text("itself").Get(20).Add(Opcode.SetItem).Text("w").Tensor(1, 0, [1], [1]).Add(Opcode.SetItem);

        Assert.Equal(["w"], ToyFiles.ReadAll(_files.WritePickle("w.pt", pickle.Bytes, ToyFiles.Bytes(1))).Keys);
    }

    [Fact]
    public void A_pickle_of_endless_instructions_is_refused() =>
        Assert.Contains(
            "instructions",
            ToyFiles
                .Refused(_files.WritePickle("w.pt", new ToyPickle().Add([.. Enumerable.Repeat(Opcode.EmptyList, 3_000_000)]).Bytes, []))
                .Fault,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_text_that_claims_more_than_the_file_is_refused_before_memory_is_taken()
    {
        var path = _files.WritePickle("w.pt", [(byte)Opcode.Unicode, 0xff, 0xff, 0xff, 0x7f, (byte)'a'], []);
        var before = GC.GetAllocatedBytesForCurrentThread();

        ToyFiles.Refused(path);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 22);
    }

    /// <summary>A file has every tensor of expected.safetensors, under a prefix.</summary>
    internal static void HasExpected(string folder, string file, string prefix)
    {
        var expected = ToyFiles.ReadAll(Path.Combine(folder, "expected.safetensors"));
        var read = ToyFiles.ReadAll(Path.Combine(folder, file));

        Assert.True(expected.Count > 10);
        foreach (var (name, tensor) in expected)
        {
            Assert.Equal(tensor.shape, read[prefix + name].shape);
            Assert.Equal(ToyFiles.Of(tensor), ToyFiles.Of(read[prefix + name]));
        }
    }

    internal static void IsRefused(string folder, string file, string name) =>
        Assert.Contains(name, ToyFiles.Refused(Path.Combine(folder, file)).Fault, StringComparison.Ordinal);
}

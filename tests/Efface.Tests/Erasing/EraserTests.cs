using Efface.Erasing;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Erasing;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class EraserTests(FittedErasers erasers) : IClassFixture<FittedErasers>, IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _fresh = ToyRows.Of(1000, 2).Values;

    public static TheoryData<string> Names => [.. FittedErasers.Names];

    [Fact]
    public void Four_recipes_fit_vectors() => Assert.Equal(["balance", "leace", "prediction-only", "strict"], FittedErasers.Names.Order());

    [Theory]
    [MemberData(nameof(Names))]
    public void What_was_saved_does_the_same_to_the_bit(string name)
    {
        using var loaded = Eraser.Load(erasers.FolderOf(name));
        Assert.True(Eraser.IsIn(erasers.FolderOf(name)));
        AssertSame(erasers[name].Apply(_fresh), loaded.Apply(_fresh));
        AssertSame(loaded.Apply(_fresh), loaded.Apply(_fresh));
        Assert.Equal(erasers[name].DistanceOf(_fresh), loaded.DistanceOf(_fresh));
        var (told, kept) = (erasers[name].Description, loaded.Description);
        Assert.Equal((name, ToyRows.Size, told.Symbols, told.Noise, 600), (kept.Recipe, kept.Size, kept.Symbols, kept.Noise, kept.Rows));
        Assert.Equal(("y", "z"), (kept.Task!.Name, Assert.Single(kept.Attributes).Name));
        Assert.Equal(["z0", "z1"], kept.Attributes[0].Classes);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_row_becomes_the_same_alone_as_among_ten_thousand(string name)
    {
        var many = ToyRows.Of(10_000, 3).Values;
        var among = erasers[name].Apply(many);
        foreach (var row in new[] { 0, 4095, 4096, 9999 })
        {
            var alone = erasers[name].Apply(many[row..(row + 1)]);
            Assert.True(erasers[name].IsCode ? alone.eq(among[row]).all().item<bool>() : alone[0].allclose(among[row], atol: 1e-4));
        }
    }

    [Fact]
    public void The_noise_of_a_row_is_the_same_to_the_bit_whatever_is_around_it()
    {
        using var loaded = Eraser.Load(erasers.FolderOf("balance"));
        var rows = _fresh[100..103];
        Tensor Noise(Tensor all, int draw) => erasers["balance"].Draw(all, draw) - erasers["balance"].Draw(all, 1);
        var (among, alone) = (Noise(_fresh, 0)[100..103], Noise(rows, 0));
        Assert.True(among.allclose(alone, atol: 1e-4));
        Assert.InRange(among.abs().mean().item<float>(), 0.05, 5);
        Assert.Equal(0, Noise(_fresh, 1).abs().max().item<float>());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Vectors_keep_their_shape_and_codes_are_in_range(string name)
    {
        var eraser = erasers[name];
        var erased = eraser.Apply(_fresh);
        if (eraser.IsCode)
        {
            Assert.Equal((ScalarType.Int64, 1L), (erased.dtype, erased.dim()));
            Assert.Equal(_fresh.shape[0], erased.shape[0]);
            Assert.InRange(erased.min().item<long>(), 0, eraser.Description.Symbols - 1);
            Assert.InRange(erased.max().item<long>(), 0, eraser.Description.Symbols - 1);
            Assert.Equal(erased[0].item<long>(), eraser.Code(Row(0)));
            Assert.Throws<InvalidOperationException>(() => eraser.Apply(Row(0)));
        }
        else
        {
            Assert.Equal((ScalarType.Float32, true), (erased.dtype, erased.isfinite().all().item<bool>()));
            Assert.Equal([1000L, 3, 2, 2], eraser.Apply(_fresh.view(1000, 3, 2, 2)).shape);
            Assert.All(erased[0].data<float>().ToArray().Zip(eraser.Apply(Row(0))), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
            Assert.Throws<InvalidOperationException>(() => eraser.Code(Row(0)));
        }
    }

    [Fact]
    public void The_decision_alone_is_right_where_the_task_can_be_read()
    {
        var rows = ToyRows.Of(1000, 4);
        var codes = erasers["prediction-only"].Apply(rows.Values).data<long>().ToArray();
        Assert.Equal(2, erasers["prediction-only"].Description.Symbols);
        Assert.InRange(codes.Zip(rows.Y, (code, y) => code == y ? 1.0 : 0).Average(), 0.8, 1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Vectors_of_another_width_and_numbers_that_are_not_finite_are_refused(string name)
    {
        Refused(() => erasers[name].Apply(_fresh[.., ..5]), "vectors", "5 numbers a row, and the eraser was fitted on 12");
        foreach (var number in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            var spoiled = _fresh.clone();
            spoiled[999, 11] = number;
            Refused(() => erasers[name].Apply(spoiled), "vectors", "not finite");
        }
    }

    [Theory]
    [InlineData("eraser.safetensors")]
    [InlineData("eraser.json")]
    public void A_missing_or_damaged_file_is_refused_by_name(string file)
    {
        var folder = erasers.CopyOf("balance");
        var path = Path.Combine(folder, file);
        var whole = File.ReadAllBytes(path);
        File.Delete(path);
        Assert.False(Eraser.IsIn(folder));
        Refused(() => Eraser.Load(folder), path, "missing");
        foreach (var damaged in new byte[][] { [], "nonsense"u8.ToArray(), whole[..(whole.Length / 2)] })
        {
            File.WriteAllBytes(path, damaged);
            Refused(() => Eraser.Load(folder), path, "cannot be read");
        }
    }

    [Theory]
    [InlineData("\"size\": 12", "\"size\": 13")]
    [InlineData("\"size\": 12", "\"size\": -1")]
    [InlineData("\"directions\": 12", "\"directions\": 11")]
    [InlineData("\"taskClasses\": 2", "\"taskClasses\": 3")]
    [InlineData("\"folds\": 3", "\"folds\": 2")]
    public void A_description_that_does_not_fit_the_weights_is_refused(string written, string changed)
    {
        var folder = erasers.CopyOf("balance");
        var path = Path.Combine(folder, "eraser.json");
        var text = File.ReadAllText(path);
        Assert.Contains(written, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(written, changed, StringComparison.Ordinal));
        Refused(() => Eraser.Load(folder), folder, "cannot be read");
    }

    [Fact]
    public void Weights_of_another_eraser_are_refused()
    {
        var folder = erasers.CopyOf("balance");
        File.Copy(
            Path.Combine(erasers.FolderOf("leace"), "eraser.safetensors"),
            Path.Combine(folder, "eraser.safetensors"),
            overwrite: true
        );
        Refused(() => Eraser.Load(folder), "eraser.safetensors", "cannot be read");
    }

    [Fact]
    public void The_distance_is_about_0_for_rows_alike_and_in_deviations_for_shifted_ones()
    {
        var (eraser, deviation) = (erasers["balance"], _fresh.std(0));
        Assert.InRange(eraser.DistanceOf(_fresh), 0, 0.15);
        Assert.InRange(eraser.DistanceOf(_fresh + 2 * deviation), 1.8, 2.2);
        Assert.InRange(eraser.DistanceOf(_fresh * 3), 1, 100);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Several_threads_may_use_it_at_once(string name)
    {
        var expected = erasers[name].Apply(_fresh);
        var same = new bool[16];
        Parallel.For(0, same.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            using var scope = NewDisposeScope();
            var erased = erasers[name].Apply(_fresh);
            same[i] = erased.dtype == ScalarType.Int64 ? erased.eq(expected).all().item<bool>() : erased.allclose(expected, atol: 1e-4);
        });
        Assert.All(same, Assert.True);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_is_left_in_memory(string name)
    {
        var eraser = erasers[name];
        using var rows = _fresh.clone();
        eraser.Apply(rows).Dispose();
        using var scope = NewDisposeScope();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        eraser.Apply(rows).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    public void Dispose() => _scope.Dispose();

    private float[] Row(int row) => _fresh[row].data<float>().ToArray();

    private static void Refused(Action act, string subject, string fault)
    {
        var problem = Assert.Single(Assert.Throws<InvalidInputException>(act).Problems);
        Assert.Contains(subject, problem.Subject, StringComparison.Ordinal);
        Assert.Contains(fault, problem.Fault, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Remedy);
    }

    private static void AssertSame(Tensor a, Tensor b) => Assert.True(a.shape.SequenceEqual(b.shape) && a.eq(b).all().item<bool>());
}

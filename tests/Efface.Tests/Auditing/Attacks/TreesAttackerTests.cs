using Efface.Auditing.Attacks;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing.Attacks;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class TreesAttackerTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void One_feature_among_many_is_found_better_than_by_a_line()
    {
        var parts = Planted.Vectors((h, z) => h[77] += z == 1 ? 0.6f : -0.6f, size: 300, images: 900);
        var (trees, line) = (
            Planted.Leak(parts, parts.OnTraining(new TreesAttacker(), 0)),
            Planted.Leak(parts, parts.OnTraining(new LinearAttacker(), 0))
        );
        Assert.InRange(trees.Value, 0.15, 0.3);
        Assert.True(trees.Value > line.Value, $"{trees} by trees, {line} by a line");
    }

    [Fact]
    public void A_threshold_is_found_in_any_units()
    {
        var parts = Planted.Vectors(
            (h, z) => h[2] = MathF.Exp(20 * (MathF.Abs(h[2]) < 0.7f == (z == 1) ? 0.1f * h[2] : 1 + 0.1f * h[2])),
            size: 4
        );
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new TreesAttacker(), 0)).Low, 0.1, 0.5);
    }

    [Fact]
    public void What_only_h_and_y_together_tell_is_found_by_who_knows_y()
    {
        var parts = LinearAttackerTests.Exclusive(Planted.Vectors((h, z) => h[0] += z == 1 ? 1.5f : -1.5f, size: 3));
        Assert.InRange(Planted.Leak(parts, parts.Knowing(task: true).OnTraining(new TreesAttacker(), 0)).Low, 0.3, 0.5);
    }

    [Fact]
    public void Growing_prints_nothing_and_leaves_no_file()
    {
        var (output, written) = (Console.Out, new StringWriter());
        var before = Directory
            .GetFileSystemEntries(Path.GetTempPath())
            .Where(name => name.Contains("ml", StringComparison.OrdinalIgnoreCase))
            .ToHashSet();
        Console.SetOut(written);
        try
        {
            var parts = Planted.Few();
            parts.OnTraining(new TreesAttacker(), 0);
        }
        finally
        {
            Console.SetOut(output);
        }
        Assert.Empty(written.ToString());
        Assert.DoesNotContain(Directory.GetFileSystemEntries(Path.GetTempPath()), name =>
            name.Contains("ml", StringComparison.OrdinalIgnoreCase) && !before.Contains(name)
        );
    }

    public void Dispose() => _scope.Dispose();
}

using Efface.Erasing;
using Efface.Models.Balance;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Models.Balance;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class FoldedReaderTests : IDisposable
{
    private const int Rows = 240,
        Size = 4,
        Classes = 3,
        Folds = 3;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _x,
        _folds = torch.tensor([.. Enumerable.Range(0, Rows).Select(row => row * 5L % 7 % Folds)]);

    public FoldedReaderTests()
    {
        using var random = new Generator(2);
        _x = torch.randn([Rows, Size], generator: random);
    }

    [Fact]
    public void Each_row_is_read_by_the_perceptron_of_its_own_fold()
    {
        using var reader = New();
        reader.eval();
        using var noGradient = no_grad();
        var logits = reader.call(_x, _folds);
        for (var fold = 0; fold < Folds; fold++)
        {
            var rows = (_folds == fold).nonzero().flatten();
            var own = reader.Perceptrons[fold].call(_x).index_select(0, rows);
            Assert.True(logits.index_select(0, rows).allclose(own, atol: 1e-5));
            Assert.False(logits.index_select(0, rows).allclose(reader.Perceptrons[(fold + 1) % Folds].call(_x).index_select(0, rows)));
        }
    }

    [Fact]
    public void A_batch_may_lack_a_fold()
    {
        using var reader = New();
        reader.eval();
        using var noGradient = no_grad();
        var (logits, one) = (reader.call(_x, _folds), reader.call(_x[4..5], _folds[4..5]));
        Assert.True(one.allclose(logits[4..5], atol: 1e-5));
        Assert.Equal([0L, Classes], reader.call(_x[..0], _folds[..0]).shape);
    }

    [Fact]
    public void A_perceptron_learns_nothing_of_the_rows_that_it_reads()
    {
        var labels = Enumerable.Range(0, Rows).Select(row => row % Classes).ToArray();
        // Fold 0 has other rows and other labels.
        var fold = _folds.data<long>().ToArray();
        int[] others = [.. labels.Select((label, row) => fold[row] == 0 ? (label + 1) % Classes : label)];
        var moved = torch.where((_folds == 0).unsqueeze(1), _x * 9 - 4, _x);
        using var reader = Trained(_x, labels);
        using var changed = Trained(moved, others);

        Assert.True(AreSame(reader.Perceptrons[0], changed.Perceptrons[0]));
        Assert.False(AreSame(reader.Perceptrons[1], changed.Perceptrons[1]));
        Assert.False(AreSame(reader.Perceptrons[2], changed.Perceptrons[2]));
    }

    [Fact]
    public void What_can_be_read_is_learned_and_classes_have_equal_weight()
    {
        // One row in six is of class 1, which lies a deviation away.
        int[] labels = [.. Enumerable.Range(0, Rows).Select(row => row % 6 == 0 ? 1 : 0)];
        var rare = torch.tensor([.. labels.Select(label => (float)label)]);
        var x = _x.clone();
        x[.., 2].add_(rare, alpha: 2.5f);
        using var reader = Trained(x, labels);
        using var noGradient = no_grad();
        var said = reader.call(x, _folds).argmax(1).data<long>().ToArray();
        foreach (var label in new[] { 0, 1 })
            Assert.InRange(said.Where((_, row) => labels[row] == label).Count(one => one == label), 0.7 * labels.Count(label.Equals), Rows);
    }

    public void Dispose() => _scope.Dispose();

    private static FoldedReader New()
    {
        using var random = new Generator(7);
        return new FoldedReader(Size, Classes, Folds, 16, random);
    }

    private FoldedReader Trained(Tensor x, int[] labels)
    {
        var reader = New();
        var steps = 0;
        ReaderTraining.Train(
            reader,
            x,
            _folds,
            new LabelledColumn("z", labels, Classes),
            3,
            total => Assert.True(Interlocked.Increment(ref steps) <= total),
            default
        );
        return reader;
    }

    private static bool AreSame(nn.Module one, nn.Module other) =>
        one.parameters().Zip(other.parameters()).All(pair => pair.First.eq(pair.Second).all().item<bool>());
}

using Efface.Models.Balance;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Tests.Models.Balance;

public sealed class ClassTransportTests : IDisposable
{
    private const int Rows = 60,
        Size = 5,
        Classes = 3,
        Decisions = 2;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ClassTransport _transport = new(Size, Classes, Decisions);
    private readonly Tensor _x,
        _ofClasses,
        _ofPairs,
        _goals,
        _maps,
        _task;
    private readonly long[] _z = [.. Enumerable.Range(0, Rows).Select(row => row * 7L % 11 % Classes)],
        _y = [.. Enumerable.Range(0, Rows).Select(row => row * 5L % 7 % Decisions)];

    public ClassTransportTests()
    {
        using var random = new Generator(9);
        Tensor Draw(params long[] shape) => torch.randn(shape, generator: random);
        (_x, _ofClasses, _ofPairs, _goals, _maps) = (
            Draw(Rows, Size),
            Draw(Classes, Size),
            Draw(Classes * Decisions, Size),
            Draw(Decisions, Size),
            Draw(Classes, Size, Size)
        );
        _task = functional.one_hot(torch.tensor(_y), Decisions).to_type(ScalarType.Float32);
        _transport.SetMeans(_ofClasses, _ofPairs, _goals);
        _transport.SetMaps(_maps);
    }

    [Fact]
    public void Where_a_class_is_certain_its_own_means_are_subtracted_and_its_own_map_applied()
    {
        var moved = _transport.call(_x, OneHot(_z), _task);
        for (var row = 0; row < Rows; row++)
            Assert.True(moved[row].allclose(Moved(row, (int)_z[row]), atol: 1e-4), $"row {row}");
    }

    [Fact]
    public void Between_classes_means_and_maps_are_mixed_in_proportion_to_their_shares()
    {
        var shares = torch.tensor([0.25f, 0.75f, 0f], [1, Classes]).expand(Rows, Classes);
        var moved = _transport.call(_x, shares, _task);
        for (var row = 0; row < Rows; row++)
        {
            var means = 0.25 * Subtracted(row, 0) + 0.75 * Subtracted(row, 1);
            var map = 0.25 * _maps[0] + 0.75 * _maps[1];
            Assert.True(moved[row].allclose((_x[row] - means).matmul(map) + _goals[_y[row]], atol: 1e-4), $"row {row}");
        }
    }

    [Fact]
    public void A_row_is_moved_alone_as_among_others()
    {
        var (shares, all) = (OneHot(_z), _transport.call(_x, OneHot(_z), _task));
        for (var row = 0; row < Rows; row += 13)
            Assert.True(
                _transport.call(_x[row..(row + 1)], shares[row..(row + 1)], _task[row..(row + 1)]).allclose(all[row..(row + 1)], atol: 1e-5)
            );
    }

    [Fact]
    public void Shares_are_sparsemax_of_scaled_and_shifted_logits()
    {
        using var random = new Generator(1);
        var (logits, bias) = (torch.randn([Rows, Classes], generator: random), torch.tensor([0.5f, 0, -0.5f]));
        _transport.SetShares(0.5, bias);
        Assert.True(_transport.Shares(logits).allclose(Sparsemax.Of(logits / 2 + bias), atol: 1e-6));
    }

    [Fact]
    public void All_that_it_does_is_state()
    {
        using var copy = new ClassTransport(Size, Classes, Decisions);
        copy.load_state_dict(_transport.state_dict());
        Assert.True(copy.call(_x, OneHot(_z), _task).eq(_transport.call(_x, OneHot(_z), _task)).all().item<bool>());
        Assert.Empty(_transport.parameters());
    }

    public void Dispose()
    {
        _transport.Dispose();
        _scope.Dispose();
    }

    private Tensor Subtracted(int row, int k) => _ofClasses[k] + _ofPairs[k * Decisions + _y[row]];

    private Tensor Moved(int row, int k) => (_x[row] - Subtracted(row, k)).matmul(_maps[k]) + _goals[_y[row]];

    private static Tensor OneHot(long[] labels) => functional.one_hot(torch.tensor(labels), Classes).to_type(ScalarType.Float32);
}

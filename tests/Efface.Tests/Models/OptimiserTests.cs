using Efface.Models;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Models;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class OptimiserTests
{
    [Fact]
    public void Sgd_walks_as_torch_does() =>
        SameWalk(
            parameters => new Efface.Models.Sgd(parameters, 0.05, 0.9, 0.01),
            parameters => optim.SGD(parameters, 0.05, 0.9, weight_decay: 0.01, nesterov: true)
        );

    [Fact]
    public void Adam_walks_as_torch_does() =>
        SameWalk(
            parameters => new Efface.Models.Adam(parameters, 0.05, 0.01),
            parameters => optim.Adam(parameters, 0.05, weight_decay: 0.01)
        );

    // Large enough for several chunks and threads, of a length that no vector divides.
    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    public void One_pass_over_memory_moves_as_several_passes_of_torch_do(string name)
    {
        using var scope = NewDisposeScope();
        var threads = get_num_threads();
        var start = randn(3, 70_001);
        // A transposed parameter is not in order in memory: it goes the way of other devices.
        Parameter inOnePass = new(start.clone()),
            inSeveral = new(start.t().contiguous().t());
        using Optimiser first = Made(inOnePass),
            second = Made(inSeveral);
        set_num_threads(2);
        for (var step = 0; step < 5; step++)
            foreach (var (parameter, optimiser) in new[] { (inOnePass, first), (inSeveral, second) })
            {
                Loss([parameter]).backward();
                optimiser.Step(0.5);
            }
        set_num_threads(threads);

        Assert.False(inSeveral.is_contiguous());
        Assert.True(inOnePass.allclose(inSeveral, atol: 1e-5));
        Assert.False(inOnePass.allclose(start, atol: 1e-2));

        Optimiser Made(Parameter parameter) =>
            name == "sgd" ? new Efface.Models.Sgd([parameter], 0.05, 0.9, 0.01) : new Efface.Models.Adam([parameter], 0.05, 0.01);
    }

    // The collector runs at the worst moments: what native code still uses must not be freed under it.
    [Fact]
    public async Task Steps_outlive_the_garbage_collector()
    {
        using var parameter = new Parameter(ones(64));
        using var optimiser = new Efface.Models.Adam([parameter], 1e-3);
        using var stop = new CancellationTokenSource();
        var collector = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    GC.Collect(0);
                    Thread.Sleep(1);
                }
            },
            CancellationToken.None
        );
        for (var step = 0; step < 2000; step++)
        {
            using (NewDisposeScope())
                (parameter * parameter).sum().backward();
            optimiser.Step();
        }
        await stop.CancelAsync();
        await collector;
        Assert.True(parameter.isfinite().all().ToBoolean());
    }

    private static void SameWalk(Func<Parameter[], Optimiser> ours, Func<Parameter[], optim.Optimizer> theirs)
    {
        using var scope = NewDisposeScope();
        Parameter[] Start() => [new(torch.arange(6, dtype: float32) / 3 - 1), new(torch.ones(2, 2))];
        var (first, second) = (Start(), Start());
        using var our = ours(first);
        using var their = theirs(second);
        for (var step = 0; step < 20; step++)
        {
            Loss(first).backward();
            our.Step();
            their.zero_grad();
            Loss(second).backward();
            their.step();
        }
        foreach (var (mine, torchs) in first.Zip(second))
            Assert.True(mine.allclose(torchs, atol: 1e-5), $"{mine} and {torchs}");
    }

    private static Tensor Loss(Parameter[] parameters) =>
        parameters.Aggregate(torch.tensor(0f), (sum, parameter) => sum + (parameter * parameter * parameter.cos()).sum());
}

#:project ../src/Efface/Efface.csproj
#:property AssemblyName=Efface.Benchmarks
// How fast `train` is against a bare forward-backward-step loop on the same model, in alternation in one process; live tensors over 500
// steps; peak memory.  dotnet run -c Release benchmarks/measure-speed.cs -- [rounds] [width]
using System.Diagnostics;
using System.Globalization;
using Efface.Data;
using Efface.Models;
using Efface.Training;
using TorchSharp;
using static TorchSharp.torch;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Images = 64 * 128,
    BatchSize = 128;
var rounds = args.Length > 0 ? int.Parse(args[0]) : 5;
var width = args.Length > 1 ? double.Parse(args[1]) : 0.5;
torch.manual_seed(0);
var random = new Random(0);
Column Labels(string name, int classes) =>
    new(
        name,
        [.. Enumerable.Range(0, classes).Select(i => $"{i}")],
        [.. Enumerable.Range(0, Images + 128).Select(_ => random.Next(classes))]
    );
using var table = new ImageTable(
    "noise",
    torch.randint(0, 256, [Images + 128, 3, 32, 32], dtype: ScalarType.Byte),
    [Labels("y", 2)],
    [.. Enumerable.Range(0, Images + 128).Select(row => row < Images ? Part.Train : Part.Validation)]
);
var (task, normalisation) = (table["y"], Normalisation.Of(table));
using var model = TrainedModel.Create(
    new ModelDescription
    {
        Model = "resnet18",
        Stem = "fast",
        Width = width,
        Input = table.Shape,
        Task = "y",
        Classes = task.Classes,
        Normalisation = normalisation,
        Split = StagedNetwork.Embedding,
    },
    Compute.Device,
    new Generator(0)
);
var options = new TrainingOptions { Epochs = 1, BatchSize = BatchSize };
var validation = new BatchLoader(table, task, [], table.Rows(Part.Validation), 128);
var training = new BatchLoader(table, task, [], table.Rows(Part.Train), BatchSize);

double Trained()
{
    using var schedule = Schedules.Plain(model, options);
    var observer = new Observer();
    new Trainer(schedule, options, normalisation, Augmentation.For(table)).Run(training, validation, observer);
    return observer.ImagesPerSecond;
}

// What nobody can leave out: images that lie ready, forward, backward, and torch's own optimiser.
double Bare()
{
    using var scope = NewDisposeScope();
    var (input, labels) = (torch.randn(BatchSize, 3, 32, 32), torch.randint(0, 2, [BatchSize], dtype: ScalarType.Int64));
    var optimiser = optim.SGD(model.Network.parameters(), 1e-4, 0.9, weight_decay: 5e-4, nesterov: true);
    model.Network.train();
    var clock = Stopwatch.StartNew();
    for (var step = 0; step < Images / BatchSize; step++)
    {
        using var inner = NewDisposeScope();
        optimiser.zero_grad();
        nn.functional.cross_entropy(model.Network.call(input), labels).backward();
        optimiser.step();
    }
    return Images / clock.Elapsed.TotalSeconds;
}

Trained();
Bare();
var pairs = Enumerable.Range(0, rounds).Select(_ => (Trained: Trained(), Bare: Bare())).ToArray();
var ratios = pairs.Select(pair => pair.Trained / pair.Bare).Order().ToArray();
Console.WriteLine(
    $"train {pairs.Select(pair => pair.Trained).Order().ElementAt(rounds / 2):F0} images/s, bare loop "
        + $"{pairs.Select(pair => pair.Bare).Order().ElementAt(rounds / 2):F0}; ratio {ratios[rounds / 2]:F2} (from {ratios[0]:F2} to "
        + $"{ratios[^1]:F2}, {rounds} rounds of {Images:N0} images, width {width})"
);

using (var schedule = Schedules.Plain(model, options))
{
    var live = new List<long>();
    var batch = training.Epoch().First();
    for (var step = 0; step < 500; step++)
    {
        using (NewDisposeScope())
            schedule.Step(
                new StepInput(
                    normalisation.Apply(batch.Values[..8]),
                    batch.Values[..8],
                    new Batch(batch.Values[..8], batch.Task[..8], []),
                    1,
                    1
                )
            );
        live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
    Console.WriteLine($"live tensors after step 10: {live[9]}, after step 500: {live[499]}");
}
Console.WriteLine($"peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1e9:F2} GB");

internal sealed class Observer : ITrainingObserver
{
    public double ImagesPerSecond { get; private set; }

    public void OnStep(StepProgress progress) { }

    public void OnEpoch(EpochMetrics metrics) => ImagesPerSecond = metrics.ImagesPerSecond;
}

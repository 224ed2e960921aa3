using Efface.Auditing;
using Efface.Data;
using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Tests.Training;
using Xunit;

namespace Efface.Tests.Auditing;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class AttributeClassifierTests : IDisposable
{
    private static readonly ClassifierOptions Options = new()
    {
        Stem = "fast",
        Width = 0.125,
        Epochs = 4,
        FewestSteps = 0,
    };
    private readonly string _cache = Directory.CreateTempSubdirectory("efface-").FullName;

    public void Dispose() => Directory.Delete(_cache, recursive: true);

    [Fact]
    public void It_reads_a_visible_attribute_from_images_it_never_saw()
    {
        using var table = ToyTables.Visible(300, 200);
        using var classifier = AttributeClassifier.Train(table, table["z"], Options, cancel: TestContext.Current.CancellationToken);
        var rows = table.Rows(Part.Validation);
        var score = classifier.Score(classifier.Read(table, rows), table, rows, 0.95);
        Assert.True(score.BalancedAccuracy.Low > 0.9, $"{score}");
        Assert.True(score.Accuracy.Low > 0.9, $"{score}");
        using var images = table.Gather(rows);
        Assert.Equal(classifier.Read(table, rows), classifier.Read(images));
        using var maps = classifier.Attention(images);
        Assert.Equal([200, 16, 16], maps.Maps.shape);
    }

    [Fact]
    public void A_rare_class_is_not_drowned_by_a_common_one()
    {
        using var whole = ToyTables.Visible(1000, 600);
        int[] rows = [.. Enumerable.Range(0, whole.Count).Where(row => whole["z"].Labels[row] == 0 || row % 12 == 0)];
        using var table = whole.Select(rows);
        using var classifier = AttributeClassifier.Train(table, table["z"], Options, cancel: TestContext.Current.CancellationToken);
        var judged = table.Rows(Part.Validation);
        Assert.True(table["z"].Count(judged)[1] < 0.15 * judged.Length);
        Assert.True(classifier.Score(classifier.Read(table, judged), table, judged, 0.95).BalancedAccuracy.Value > 0.9);
    }

    [Fact]
    public void The_same_classifier_is_trained_once_and_a_damaged_one_again()
    {
        using var table = ToyTables.Visible(64, 32);
        var observer = new ToyObserver();
        int[] Decisions(ClassifierOptions options)
        {
            using var classifier = AttributeClassifier.TrainOnce(
                _cache,
                table,
                table["z"],
                options,
                observer,
                TestContext.Current.CancellationToken
            );
            return classifier.Read(table, table.Rows(Part.Validation));
        }
        var options = Options with { Epochs = 1 };
        var first = Decisions(options);
        Assert.Single(observer.Epochs);
        Assert.Equal(first, Decisions(options));
        Assert.Single(observer.Epochs);
        Decisions(options with { Seed = 1 });
        Assert.Equal(2, observer.Epochs.Count);

        foreach (var weights in Directory.EnumerateFiles(_cache, "model.safetensors", SearchOption.AllDirectories))
            File.WriteAllText(weights, "damaged");
        Assert.Equal(first, Decisions(options));
        Assert.Equal(3, observer.Epochs.Count);
    }

    [Fact]
    public void Who_stops_it_gets_no_half_trained_classifier()
    {
        using var table = ToyTables.Visible(64, 32);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() =>
            AttributeClassifier.TrainOnce(_cache, table, table["z"], Options, new ToyObserver(_ => stop.Cancel()), stop.Token)
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(_cache));
    }
}

using Efface.Data;
using Efface.Records;
using Efface.Runs;
using Efface.Tests.Data;
using Xunit;

namespace Efface.Tests.Runs;

public sealed class DataInspectionTests : IDisposable
{
    private static readonly RunConfig Faces = Configs.Of("--limit 60 --size 16 --task smile --forget glasses,hair");
    private readonly string _root = Directory.CreateTempSubdirectory("efface-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void It_shows_the_very_data_that_a_run_would_train_on()
    {
        var inspection = DataInspection.Of(Faces, cancel: TestContext.Current.CancellationToken);
        using var prepared = Preflight.Check(Faces, forgets: true, cancel: TestContext.Current.CancellationToken);

        Assert.Equal(prepared.Table.Fingerprint, inspection.Data.Fingerprint);
        Assert.Equal([3, 16, 16], inspection.Image);
        Assert.Equal(prepared.Table.Columns.Select(column => column.Name), inspection.Columns.Select(column => column.Name));
        Assert.Equal([("train", 60), ("validation", 60), ("test", 60)], inspection.Data.Counts.Select(count => (count.Key, count.Value)));
    }

    [Fact]
    public void Every_column_and_every_joint_table_counts_each_training_image_once()
    {
        var inspection = DataInspection.Of(Faces, cancel: TestContext.Current.CancellationToken);
        Assert.All(inspection.Columns, column =>
        {
            Assert.Equal(column.Classes.Count, column.Counts.Length);
            Assert.Equal(60, column.Counts.Sum());
        });
        Assert.Equal(["glasses", "hair"], inspection.Data.Joint.Select(joint => joint.Attribute));
        Assert.All(inspection.Data.Joint, joint =>
        {
            var attribute = inspection.Columns.Single(column => column.Name == joint.Attribute);
            Assert.Equal(attribute.Counts, Enumerable.Range(0, attribute.Counts.Length).Select(z => joint.Counts.Sum(row => row[z])));
            Assert.InRange(joint.AttributeEntropyGivenTask, 0, joint.AttributeEntropy + 1e-9);
            Assert.InRange(joint.AttributeEntropy, 0, Math.Log2(attribute.Counts.Length) + 1e-9);
        });
    }

    [Fact]
    public void Who_names_no_attribute_is_shown_the_usual_one() =>
        Assert.Equal(
            ["glasses"],
            DataInspection
                .Of(Configs.Of("--limit 60 --size 16"), cancel: TestContext.Current.CancellationToken)
                .Floors.Select(floor => floor.Attribute)
        );

    [Fact]
    public void Floors_of_ten_balanced_classes_are_a_tenth_and_a_fifth_where_the_task_is_whether_they_live()
    {
        ToyCifar.Write(_root, perFile: 100, i => i % 10);
        var floors = Assert.Single(
            DataInspection.Of(Configs.Of($"--data cifar10 --root {_root}"), cancel: TestContext.Current.CancellationToken).Floors
        );

        Assert.Equal("class", floors.Attribute);
        Assert.Equal(0.1, floors.Majority.BalancedAccuracy.Value, 9);
        Assert.Equal(0.2, floors.LabelOnly.BalancedAccuracy.Value, 9);
        Assert.Equal(100, floors.LabelOnly.BalancedAccuracy.N);
    }

    [Fact]
    public void A_task_that_tells_much_of_the_attribute_has_a_high_floor()
    {
        var (task, attribute) = (
            ToyTables.Labels("y", 2, 300, i => i / 2 % 2),
            ToyTables.Labels("z", 2, 300, i => i % 10 == 0 ? 1 - i / 2 % 2 : i / 2 % 2)
        );
        using var table = new ImageTable(
            "toy",
            TorchSharp.torch.zeros([300, 1, 1, 1], TorchSharp.torch.uint8),
            [task, attribute],
            [
                .. Enumerable
                    .Range(0, 300)
                    .Select(i =>
                        i < 100 ? Part.Train
                        : i < 200 ? Part.Validation
                        : Part.Test
                    ),
            ]
        );
        var floors = AttributeFloors.Of(table, task, attribute);

        Assert.Equal(0.5, floors.Majority.BalancedAccuracy.Value, 9);
        Assert.Equal(0.9, floors.LabelOnly.Accuracy.Value, 9);
        Assert.InRange(floors.LabelOnly.BalancedAccuracy.Value, 0.88, 0.92);
    }

    [Fact]
    public void What_a_run_would_refuse_is_refused() =>
        Assert.Contains(
            "--forget smile",
            Assert
                .Throws<InvalidInputException>(() =>
                    DataInspection.Of(Faces.With("--forget smile"), cancel: TestContext.Current.CancellationToken)
                )
                .Message.InFlags(),
            StringComparison.Ordinal
        );
}

/// <summary>Folders in CIFAR-10's layout.</summary>
internal static class ToyCifar
{
    private const int Record = 3073;

    /// <summary>Six files of noise, with the labels that the caller gives to the images of each.</summary>
    public static void Write(string folder, int perFile, Func<int, int> label)
    {
        var random = new Random(1);
        foreach (var name in Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin").Append("test_batch.bin"))
        {
            var records = new byte[perFile * Record];
            random.NextBytes(records);
            for (var i = 0; i < perFile; i++)
                records[i * Record] = (byte)label(i);
            File.WriteAllBytes(Path.Combine(folder, name), records);
        }
    }
}

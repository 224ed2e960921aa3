using Efface.Data;
using Efface.Detachment;
using static TorchSharp.torch;

namespace Efface.Tests.Detachment;

/// <summary>One batch that is the whole training split: its columns, their joint tables, and images of 16×16 pixels.</summary>
internal sealed class ToyBatch : IDisposable
{
    private readonly Tensor _images;

    public ToyBatch(Column task, params Column[] attributes)
    {
        var rows = Enumerable.Range(0, task.Labels.Length).ToArray();
        Labels = new TaskAndAttributes(task, attributes, [.. attributes.Select(attribute => JointTable.Of(task, attribute, rows))]);
        using var random = new Generator(9, CPU);
        _images = rand([rows.Length, 3, 16, 16], generator: random);
        Batch = new Batch(zeros(rows.Length, 3, 16, 16, uint8), Numbers(task), [.. attributes.Select(Numbers)]);
    }

    public TaskAndAttributes Labels { get; }

    public Batch Batch { get; }

    /// <summary>Random labels of two classes for y, two for z and three for tone, independent of each other.</summary>
    public static ToyBatch Random(int size, int seed = 3)
    {
        var random = new Random(seed);
        Column Draw(string name, int classes) => Data.ToyTables.Labels(name, classes, size, _ => random.Next(classes));
        return new ToyBatch(Draw("y", 2), Draw("z", 2), Draw("tone", 3));
    }

    public DetachmentInput Input(Tensor representation, double strength = 1) => new(representation, _images, Batch, strength, _images);

    public void Dispose()
    {
        _images.Dispose();
        Batch.Dispose();
    }

    private static Tensor Numbers(Column column) => tensor(column.Labels.Select(label => (long)label).ToArray());
}

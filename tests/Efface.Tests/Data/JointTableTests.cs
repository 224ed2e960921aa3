using CsCheck;
using Efface.Data;
using Xunit;

namespace Efface.Tests.Data;

public sealed class JointTableTests
{
    // y, z of six images: (0,0) three times, (0,1), (1,2) twice.
    private static readonly Column Task = ToyTables.Labels("y", 3, 0, 0, 0, 0, 1, 1);
    private static readonly Column Attribute = ToyTables.Labels("z", 3, 0, 0, 0, 1, 2, 2);

    private static readonly Gen<JointTable> Tables =
        from shape in Gen.Select(Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[1, 40])
        from y in Gen.Int[0, shape.Item1 - 1].Array[shape.Item3]
        from z in Gen.Int[0, shape.Item2 - 1].Array[shape.Item3]
        select JointTable.Of(
            ToyTables.Labels("y", shape.Item1, y),
            ToyTables.Labels("z", shape.Item2, z),
            [.. Enumerable.Range(0, shape.Item3)]
        );

    [Fact]
    public void Counts_only_the_rows_it_is_given()
    {
        var table = JointTable.Of(Task, Attribute, [0, 1, 3, 5]);

        Assert.Equal(4, table.Total);
        Assert.Equal((2, 1, 0), (table[0, 0], table[0, 1], table[0, 2]));
        Assert.Equal((0, 0, 1), (table[1, 0], table[1, 1], table[1, 2]));
    }

    [Fact]
    public void Smoothing_adds_one_to_every_class_of_the_attribute()
    {
        var conditional = JointTable.Of(Task, Attribute, [0, 1, 2, 3, 4, 5]).AttributeGivenTask();

        Assert.Equal([4 / 7.0, 2 / 7.0, 1 / 7.0], Row(conditional, 0), Close);
        Assert.Equal([1 / 5.0, 1 / 5.0, 3 / 5.0], Row(conditional, 1), Close);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_task_class_that_never_occurs_says_nothing_about_the_attribute(double smoothing)
    {
        var conditional = JointTable.Of(Task, Attribute, [0, 1, 2, 3, 4, 5]).AttributeGivenTask(smoothing);

        Assert.Equal([1 / 3.0, 1 / 3.0, 1 / 3.0], Row(conditional, 2), Close);
    }

    [Fact]
    public void Rows_sum_to_one() =>
        Gen.Select(Tables, Gen.Double[0, 3])
            .Sample(
                (table, smoothing) =>
                {
                    var conditional = table.AttributeGivenTask(smoothing);
                    for (var y = 0; y < conditional.GetLength(0); y++)
                        Assert.Equal(1, Row(conditional, y).Sum(), 1e-9);
                }
            );

    [Fact]
    public void Entropies_in_bits_are_those_of_the_counts()
    {
        var table = JointTable.Of(Task, Attribute, [0, 1, 2, 3, 4, 5]);

        Assert.Equal(Entropy(4, 2), table.TaskEntropy, 1e-12);
        Assert.Equal(Entropy(3, 1, 2), table.AttributeEntropy, 1e-12);
        Assert.Equal(4 / 6.0 * Entropy(3, 1), table.AttributeEntropyGivenTask, 1e-12);
    }

    [Fact]
    public void The_task_takes_none_or_some_of_the_attributes_entropy_away() =>
        Tables.Sample(table =>
        {
            Assert.InRange(table.AttributeEntropyGivenTask, -1e-9, table.AttributeEntropy + 1e-9);
            Assert.InRange(table.TaskEntropy, 0, Math.Log2(table.Task.Classes.Count) + 1e-9);
        });

    [Fact]
    public void The_task_determines_the_attribute_where_no_entropy_is_left() =>
        Tables.Sample(table => Assert.Equal(table.AttributeEntropyGivenTask < 1e-9, table.TaskDeterminesAttribute));

    [Fact]
    public void An_attribute_with_two_classes_under_one_task_class_is_not_determined()
    {
        Assert.False(JointTable.Of(Task, Attribute, [0, 3, 4]).TaskDeterminesAttribute);
        Assert.True(JointTable.Of(Task, Attribute, [0, 1, 4]).TaskDeterminesAttribute);
    }

    private static bool Close(double a, double b) => Math.Abs(a - b) < 1e-12;

    private static double[] Row(double[,] table, int row) => [.. Enumerable.Range(0, table.GetLength(1)).Select(i => table[row, i])];

    private static double Entropy(params double[] counts) => -counts.Sum(count => count / counts.Sum() * Math.Log2(count / counts.Sum()));
}

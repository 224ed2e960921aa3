using CsCheck;
using Efface.Data.Vectors;
using Efface.Tests.Models;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Data.Vectors;

[OneThread]
public sealed class RowTensorTests
{
    [Fact]
    public void Rows_are_put_in_any_order_without_a_copy() =>
        (
            from rows in Gen.Int[1, 40]
            from order in Gen.Shuffle(Enumerable.Range(0, rows).ToArray())
            from kept in Gen.Int[1, rows]
            from width in Gen.OneOf(1, 3, 1500)
            select (rows, order[..kept], width)
        ).Sample(
            wish =>
            {
                using var scope = NewDisposeScope();
                var (rows, order, width) = wish;
                var values = arange(rows * width, ScalarType.Float32).reshape(rows, width);
                var wanted = values.clone()[tensor([.. order.Select(row => (long)row)], [order.Length])];

                var arranged = RowTensor.Arrange(values, order);

                Assert.Equal(wanted.shape, arranged.shape);
                Assert.Equal(wanted.data<float>().ToArray(), arranged.data<float>().ToArray());
            },
            threads: 1
        );

    [Fact]
    public void Blocks_cover_every_row_once() => Assert.All(new[] { (0, 5), (1, 1), (10_000, 512), (3, 1 << 21) }, shape =>
        {
            using var values = empty(shape.Item1, shape.Item2);
            Assert.Equal(
                Enumerable.Range(0, shape.Item1),
                RowTensor.Blocks(values).SelectMany(block => Enumerable.Range(block.From, block.Count))
            );
        });

    [Fact]
    public void More_memory_than_there_is_is_not_asked_for()
    {
        var fault = Assert.Throws<InvalidInputException>(() => RowTensor.Allocate("h.npy", [1 << 30, 1 << 20], ScalarType.Float32));
        Assert.Contains("GB", fault.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidInputException>(() => RowTensor.Allocate("h.npy", [1, 1L << 40], ScalarType.Float32));
        Assert.Throws<InvalidInputException>(() => RowTensor.Allocate("h.npy", [1L << 40, 1], ScalarType.Float32));
    }
}

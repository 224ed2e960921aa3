using Efface.Data;
using Efface.Data.Pixels;
using TorchSharp;
using Xunit;

namespace Efface.Tests.Data;

public sealed class ImageTableTests
{
    private static readonly Part[] Parts = [Part.Train, Part.Validation, Part.Test, Part.Train, Part.Train, Part.Test];

    [Fact]
    public void Equal_tables_have_one_fingerprint() => Assert.Equal(Fingerprint(_ => { }), Fingerprint(_ => { }));

    [Fact]
    public void A_pixel_changes_the_fingerprint() =>
        Assert.NotEqual(Fingerprint(_ => { }), Fingerprint(table => table.Pixels[4, 0, 0, 1].fill_(99)));

    [Fact]
    public void A_label_changes_the_fingerprint() => Assert.NotEqual(Fingerprint(_ => { }), Fingerprint(table => table["z"].Labels[5] = 1));

    [Fact]
    public void A_part_changes_the_fingerprint() =>
        Assert.NotEqual(Fingerprint(_ => { }), Fingerprint(table => table.Parts[5] = Part.Train));

    [Fact]
    public void A_columns_name_and_classes_change_the_fingerprint()
    {
        string[] fingerprints = [Named("y", "no", "yes"), Named("x", "no", "yes"), Named("y", "no", "never")];

        Assert.Equal(3, fingerprints.Distinct().Count());

        static string Named(string name, params string[] classes)
        {
            using var table = new ImageTable("toy", torch.zeros(1, 1, 1, 1, torch.uint8), [new Column(name, classes, [0])], [Part.Train]);
            return table.Fingerprint;
        }
    }

    [Fact]
    public void The_same_bytes_in_another_shape_have_another_fingerprint()
    {
        using var wide = new ImageTable("toy", torch.zeros(1, 1, 2, 3, torch.uint8), [], [Part.Train]);
        using var high = new ImageTable("toy", torch.zeros(1, 1, 3, 2, torch.uint8), [], [Part.Train]);

        Assert.NotEqual(wide.Fingerprint, high.Fingerprint);
    }

    [Fact]
    public void Rows_are_those_of_the_part_in_order()
    {
        using var table = ToyTables.Numbered(Parts);

        Assert.Equal([0, 3, 4], table.Rows(Part.Train));
        Assert.Equal([2, 5], table.Rows(Part.Test));
    }

    [Fact]
    public void A_selection_carries_pixels_labels_and_parts_in_the_order_given()
    {
        using var table = ToyTables.Numbered(Parts);
        using var selected = table.Select([5, 0, 2]);

        Assert.Equal([5, 0, 2], ToyTables.Numbers(selected.Gather([0, 1, 2])));
        Assert.Equal([1, 0, 0], selected["y"].Labels);
        Assert.Equal([2, 0, 1], selected["z"].Labels);
        Assert.Equal([Part.Test, Part.Train, Part.Test], selected.Parts);
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public void A_selection_shares_its_pixels_which_live_as_long_as_either_does(bool selectionFirst)
    {
        var table = ToyTables.Numbered(Parts);
        var selected = table.Select([4, 1]);
        table.Pixels[4, 0, 0, 0] = 200;
        Assert.Equal([200, 1], ToyTables.Numbers(selected.Gather([0, 1])));

        var (gone, left) = selectionFirst ? (selected, table) : (table, selected);
        gone.Dispose();
        using (left)
            Assert.Equal([200, 1], ToyTables.Numbers(left.Gather(selectionFirst ? [4, 1] : [0, 1])));
    }

    [Fact]
    public void Slots_say_where_the_pixels_are_and_several_images_may_share_one()
    {
        using var numbers = ToyTables.Numbered(Parts);
        using var table = new ImageTable(
            "toy",
            numbers.Pixels.clone(),
            [ToyTables.Labels("y", 2, 0, 1, 0, 1)],
            new Part[4],
            slots: [5, 2, 5, 0]
        );
        using var selected = table.Select([1, 2]);

        Assert.Equal([5, 2, 5, 0], ToyTables.Numbers(table.Gather([0, 1, 2, 3])));
        Assert.Equal([2, 5], ToyTables.Numbers(selected.Gather([0, 1])));
        Assert.Equal([1, 0], selected["y"].Labels);
    }

    [Fact]
    public void Hashes_are_equal_where_pixels_are_and_go_with_a_selection()
    {
        using var numbers = ToyTables.Numbered(Parts);
        using var table = new ImageTable("toy", numbers.Pixels.clone(), [], new Part[4], slots: [5, 2, 5, 0]);
        using var early = table.Select([3, 0]);

        Assert.Equal([numbers.Hashes[5], numbers.Hashes[2], numbers.Hashes[5], numbers.Hashes[0]], table.Hashes);
        Assert.Equal(6, numbers.Hashes.Distinct().Count());
        using var late = table.Select([3, 0]);
        Assert.Equal([table.Hashes[3], table.Hashes[0]], late.Hashes);
        Assert.Equal(late.Hashes, early.Hashes);
        Assert.Equal(late.Fingerprint, early.Fingerprint);
    }

    [Fact]
    public void Slots_without_pixels_and_hashes_of_other_images_are_refused()
    {
        using var pixels = torch.zeros(2, 1, 1, 1, torch.uint8);

        Assert.Throws<ArgumentException>(() => new ImageTable("toy", pixels, [], new Part[2], slots: [0, 2]));
        Assert.Throws<ArgumentException>(() => new ImageTable("toy", pixels, [], new Part[2], slots: [-1, 0]));
        Assert.Throws<ArgumentException>(() => new ImageTable("toy", pixels, [], new Part[2], hashes: [1]));
        Assert.Throws<ArgumentException>(() => new ImageTable("toy", pixels, [], new Part[2], slots: [0, 0, 0]));
    }

    [Fact]
    public void Shrinking_averages_areas_and_growing_repeats_pixels()
    {
        byte[] pixels = [0, 100, 200, 100, 10, 10, 30, 30, 10, 10, 30, 30, 0, 0, 0, 255];
        using var half = ImagesInMemory.Resize(torch.tensor(pixels, [1, 1, 4, 4]), 2);
        using var twice = ImagesInMemory.Resize(half.clone(), 4);

        Assert.Equal([30, 90, 5, 79], half.data<byte>().ToArray());
        Assert.Equal([30, 30, 90, 90, 30, 30, 90, 90, 5, 5, 79, 79, 5, 5, 79, 79], twice.data<byte>().ToArray());
    }

    [Fact]
    public void A_column_that_is_not_there_is_refused_with_those_that_are()
    {
        using var table = ToyTables.Numbered(Parts);

        var problem = Assert.Single(Assert.Throws<InvalidInputException>(() => table["colour"]).Problems);
        Assert.Contains("colour", problem.Subject, StringComparison.Ordinal);
        Assert.Contains("y, z", problem.Remedy, StringComparison.Ordinal);
        Assert.True(table.Has("z"));
        Assert.False(table.Has("colour"));
    }

    [Fact]
    public void Lengths_that_differ_and_labels_without_a_class_are_refused()
    {
        using var pixels = torch.zeros(2, 1, 1, 1, torch.uint8);

        Assert.Throws<ArgumentException>(() => new ImageTable("toy", pixels, [], [Part.Train]));
        Assert.Throws<ArgumentException>(() => new ImageTable("toy", pixels, [ToyTables.Labels("y", 2, 0, 1, 1)], [Part.Train, Part.Test]));
        Assert.Throws<ArgumentException>(() => new ImageTable("toy", pixels, [ToyTables.Labels("y", 2, 0, 2)], [Part.Train, Part.Test]));
        Assert.Throws<ArgumentException>(() => new ImageTable("toy", pixels, [ToyTables.Labels("y", 2, 0, -1)], [Part.Train, Part.Test]));
    }

    [Fact]
    public void Pixels_must_be_bytes_in_four_dimensions()
    {
        using torch.Tensor floats = torch.zeros(2, 1, 1, 1),
            flat = torch.zeros(2, 4, torch.uint8);

        Assert.Throws<ArgumentException>(() => new ImageTable("toy", floats, [], [Part.Train, Part.Train]));
        Assert.Throws<ArgumentException>(() => new ImageTable("toy", flat, [], [Part.Train, Part.Train]));
    }

    private static string Fingerprint(Action<ImageTable> change)
    {
        using var table = ToyTables.Numbered(Parts);
        change(table);
        return table.Fingerprint;
    }
}

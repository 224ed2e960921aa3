using System.Numerics;
using Efface.Models.Weights.Pickles;
using Xunit;

namespace Efface.Tests.Models.Weights;

public sealed class PickleReaderTests
{
    public static TheoryData<string, object?> Values =>
        new()
        {
            { "N", null },
            { "\u0088", true },
            { "\u0089", false },
            { "K\u00ff", 255L },
            { "M\u0040\u009c", 40_000L },
            { "J\u00ff\u00ff\u00ff\u00ff", -1L },
            { "J\u00ff\u00ff\u00ff\u007f", (long)int.MaxValue },
            { "\u008a\u0001\u00ff", -1L },
            { "\u008a\u0005\u0000\u005e\u00d0\u00b2\u0000", 3_000_000_000L },
            { "\u008a\u0000", 0L },
            { "\u008a\u0009\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0001", BigInteger.Pow(2, 64) },
            { "G\u003f\u00e0\u0000\u0000\u0000\u0000\u0000\u0000", 0.5 },
            { "X\u0002\u0000\u0000\u0000\u00c3\u00a9", "é" },
            { "\u008c\u0002\u00c3\u00a9", "é" },
            { "U\u0001a", "a" },
            { "C\u0002\u0001\u0002", new byte[] { 1, 2 } },
            { ")", Array.Empty<object>() },
            { "K\u0001K\u0002\u0086", new object[] { 1L, 2L } },
            { "(K\u0001K\u0002K\u0003K\u0004t", new object[] { 1L, 2L, 3L, 4L } },
            {
                "]K\u0001a(K\u0002K\u0003e",
                new List<object> { 1L, 2L, 3L }
            },
            { "K\u0007q\u0005h\u0005\u0086", new object[] { 7L, 7L } },
            { "K\u0007r\u0000\u0001\u0000\u0000j\u0000\u0001\u0000\u0000\u0086", new object[] { 7L, 7L } },
            { "K\u0007\u0094K\u0008\u0094h\u0000\u0087", new object[] { 7L, 8L, 7L } },
        };

    [Theory]
    [MemberData(nameof(Values))]
    public void Each_value_is_what_Python_would_have(string instructions, object? value) => Assert.Equal(value, Read(instructions));

    [Fact]
    public void A_dictionary_has_its_entries_in_order()
    {
        var dictionary = Assert.IsType<PickledDictionary>(Read("}U\u0001aK\u0001s(U\u0001bK\u0002U\u0001cNu"));
        Assert.Equal([("a", 1L), ("b", 2L), ("c", null)], dictionary.Entries);
    }

    [Theory]
    [InlineData("")]
    [InlineData("t")] // No mark.
    [InlineData("\u0085")] // Nothing to put into a tuple.
    [InlineData("h\u0000")] // Nothing remembered.
    [InlineData("NNs")] // No dictionary.
    [InlineData("}(NNNu")] // A key without a value.
    [InlineData("]Nb")] // A list has no state.
    [InlineData("K\u0001K\u0001R")] // A number is no function.
    [InlineData("NQ")] // No reference to a storage.
    [InlineData("X\u00ff\u00ff\u00ff\u00ff")]
    public void What_contradicts_itself_is_refused(string instructions) => Assert.Throws<InvalidDataException>(() => Read(instructions));

    [Theory]
    [InlineData("K")]
    [InlineData("X\u0005\u0000\u0000\u0000a")]
    [InlineData("cos")]
    public void What_ends_early_is_refused(string instructions) => Assert.Throws<EndOfStreamException>(() => Read(instructions, end: ""));

    private static object? Read(string instructions, string end = ".")
    {
        var bytes = System.Text.Encoding.Latin1.GetBytes($"\u0080\u0004{instructions}{end}");
        return new PickleReader("file", new MemoryStream(bytes)).Read();
    }
}

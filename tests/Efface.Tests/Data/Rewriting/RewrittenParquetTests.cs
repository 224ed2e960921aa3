using System.Globalization;
using CsCheck;
using Efface.Data.Rewriting;
using Efface.Tests.Data.Sources;
using Efface.Tests.Data.Vectors;
using Efface.Tests.Models;
using Parquet;
using Parquet.Data;
using Parquet.Schema;
using Xunit;

namespace Efface.Tests.Data.Rewriting;

[OneThread]
public sealed class RewrittenParquetTests : IDisposable
{
    // More than there are others: a file of which most rows cannot be used is refused.
    private const int Leading = 31;

    private readonly ToyRewriting _toy = new();

    public void Dispose() => _toy.Dispose();

    [Fact]
    public void Lists_are_mapped_in_the_same_row_groups_whatever_is_missing() =>
        (from width in Gen.Int[1, 5] from rows in Gen.Int[0, 9].Array[1, 30] from size in Gen.Int[1, 12] select (width, rows, size)).Sample(
            file =>
            {
                float?[] Good(int row) => [.. Enumerable.Range(0, file.width).Select(i => (float?)(row + i / 8f))];
                float?[]?[] lists =
                [
                    .. Enumerable.Range(0, Leading).Select(Good),
                    .. file.rows.Select(
                        (kind, row) =>
                            kind switch
                            {
                                0 => (float?[]?)null,
                                1 => [],
                                2 => [.. Good(row), 1],
                                3 => [null, .. Good(row)[1..]],
                                4 => [float.NegativeInfinity, .. Good(row)[1..]],
                                _ => Good(row),
                            }
                    ),
                ];
                var bad = Enumerable.Range(0, file.rows.Length).Where(row => file.rows[row] < 5).Select(row => row + Leading);
                string[] keys = [.. lists.Select((_, row) => ToyVectors.Key(row))];
                _toy.Files.Write("h.parquet", ToyVectors.ParquetLists(lists, keys, file.size));
                File.Delete(_toy.Files.At("out.parquet"));
                // The commonest length may be another than was meant.
                if (_toy.Files.ReadRaw("h.parquet", key: "key").Values.shape[1] != file.width)
                    return;

                var done = _toy.Rewrite("h.parquet", key: "key");

                Assert.Equal(lists.Length, done.Rows);
                Assert.Equal(bad, done.Faults.Select(fault => fault.Line!.Value));
                _toy.IsMapped("h.parquet", done.Faults, key: "key");
                Assert.Equal(Groups("h.parquet"), Groups("out.parquet"));
            },
            threads: 1,
            iter: 40
        );

    [Fact]
    public void Columns_of_numbers_keep_their_places_and_their_type()
    {
        var (h1, whole, key) = (new DataField<float>("h1"), new DataField<int>("h2"), new DataField<string>("y"));
        var wide = new DataField<double?>("h3");
        _toy.Files.Write("h.parquet", ToyParquet.Of(new ParquetSchema(h1, key, whole, wide), null, group =>
            {
                ToyParquet.Wait(group.WriteAsync<float>(h1, new float[] { 1, 2, float.NaN, 3, 4 }));
                ToyParquet.Wait(group.WriteAsync(key, ["ä", "", null!, "b", "c"]));
                ToyParquet.Wait(group.WriteAsync<int>(whole, new[] { 7, 8, 9, 10, 11 }));
                ToyParquet.Wait(group.WriteAsync<double>(wide, new double?[] { 0.25, null, 1, 2, 3 }));
            }));

        var done = _toy.Rewrite("h.parquet", taken: "y");

        Assert.Equal([1, 2], done.Faults.Select(fault => fault.Line));
        _toy.IsMapped("h.parquet", done.Faults, taken: "y");
        Assert.Equal(
            [
                "h1 Single: -1, -, -, -5, -7",
                "y ReadOnlyMemory`1: ä, , -, b, c",
                "h2 Single: -13, -, -, -19, -21",
                "h3 Double: 0.5, -, -, -3, -5",
            ],
            Columns("out.parquet")
        );
    }

    [Fact]
    public void Codes_stand_where_the_vectors_stood()
    {
        float?[]?[] lists =
        [
            [1, 2],
            [null, 3],
            null,
            [4, 5],
        ];
        _toy.Files.Write("h.parquet", ToyVectors.ParquetLists(lists, ["a", "b", "c", "d"], 3));
        _toy.Files.Write("c.parquet", ToyVectors.ParquetColumns(("x", [9, null]), ("h0", [1, 2]), ("h1", [1, null]), ("y", [8, 8])));

        Assert.Equal(2, _toy.Rewrite("h.parquet", codes: true).Faults.Count);
        Assert.Equal(["code Int64: 8, -1, -1, 32", "key ReadOnlyMemory`1: a, b, c, d"], Columns("out.parquet"));

        File.Delete(_toy.Files.At("out.parquet"));
        Assert.Single(_toy.Rewrite("c.parquet", codes: true, array: "h", taken: ["x", "y"]).Faults);
        Assert.Equal(["x Double: 9, -", "code Int64: 8, -1", "y Double: 8, 8"], Columns("out.parquet"));
    }

    [Fact]
    public void Other_columns_of_every_type_are_carried_along()
    {
        var now = new DateTime(2024, 2, 29, 12, 34, 56, 789, DateTimeKind.Utc);
        (DataField Field, Action<ParquetRowGroupWriter, DataField> Write)[] plain =
        [
            Of<bool>(true, false),
            Of<sbyte>(-1, 2),
            Of<byte>(1, 255),
            Of<short>(-1, 2),
            Of<ushort>(1, 65535),
            Of<int>(-1, 2),
            Of<uint>(1, uint.MaxValue),
            Of<long>(-1, long.MaxValue),
            Of<ulong>(1, ulong.MaxValue),
            Of<float>(1.5f, float.NaN),
            Of<double>(1e300, -0.0),
            Of<DateOnly>(new DateOnly(1999, 12, 31), DateOnly.MinValue),
            Of<Guid>(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), Guid.Empty),
            (new DecimalDataField("decimal", 12, 3), (group, field) => Wrote(group, field, 1.25m, -99.999m)),
            (new DataField<decimal?>("decimal null"), (group, field) => WroteNull(group, field, 1.25m)),
            (new DateTimeDataField("ms", DateTimeFormat.DateAndTime), (group, field) => Wrote(group, field, now, DateTime.UnixEpoch)),
            (new DateTimeDataField("us", DateTimeFormat.Timestamp, isAdjustedToUTC: false, unit: DateTimeTimeUnit.Micros), (group, field) =>
                Wrote(group, field, now, DateTime.UnixEpoch)
            ),
            (new DataField<int?>("int null"), (group, field) => WroteNull(group, field, 7)),
            (new DataField<string>("text"), (group, field) => ToyParquet.Wait(group.WriteAsync(field, ["größe, \"x\"", null!]))),
            (new DataField<byte[]>("bytes"), (group, field) => ToyParquet.Wait(
                    group.WriteAsync(
                        field,
                        [
                            [1, 2],
                            null!,
                        ]
                    )
                )),
        ];
        var vector = new DataField<double?>("element");
        var words = new DataField<string>("element");
        var inner = new DataField<int?>("element");
        var (one, two) = (new DataField<string>("one"), new DataField<long?>("two"));
        var (mapKey, mapValue) = (new DataField<string>("key", false), new DataField<int?>("value"));
        var repeated = new DataField("repeated", typeof(int), isArray: true);
        var schema = new ParquetSchema([
            .. plain.Select(column => column.Field),
            new ListField("vector", vector),
            new ListField("words", words),
            new ListField("nested", new ListField("element", inner)),
            new StructField("pair", one, two),
            new MapField("map", mapKey, mapValue),
            repeated,
        ]);
        void Parts<T>(ParquetRowGroupWriter group, DataField field, T[] values, int[] definitions, int[]? repetitions)
            where T : struct => ToyParquet.Wait(group.WriteAllPartsAsync<T>(field, values, definitions, repetitions, default));
        Action<ParquetRowGroupWriter> write = group =>
        {
            foreach (var (field, wrote) in plain)
                wrote(group, field);
            Parts(group, vector, [1.0, 2, 3, 4], [.. Enumerable.Repeat(vector.MaxDefinitionLevel, 4)], [0, 1, 0, 1]);
            Parts(group, words, ["ä".AsMemory()], [words.MaxDefinitionLevel, words.MaxDefinitionLevel - 1, 0], [0, 1, 0]);
            Parts(group, inner, [1, 2, 3], [inner.MaxDefinitionLevel, inner.MaxDefinitionLevel, inner.MaxDefinitionLevel, 1], [0, 2, 1, 0]);
            Parts(group, one, ["a".AsMemory()], [one.MaxDefinitionLevel, 0], null);
            Parts(group, two, Array.Empty<long>(), [two.MaxDefinitionLevel - 1, 0], null);
            Parts(group, mapKey, ["k".AsMemory(), "l".AsMemory()], [mapKey.MaxDefinitionLevel, mapKey.MaxDefinitionLevel, 0], [0, 1, 0]);
            Parts(group, mapValue, [5], [mapValue.MaxDefinitionLevel, mapValue.MaxDefinitionLevel - 1, 0], [0, 1, 0]);
            Parts(group, repeated, [5, 6], [1, 1, 0], [0, 1, 0]);
        };
        _toy.Files.Write("h.parquet", ToyParquet.Of(schema, """{"a":1}""", write, write));

        Assert.Empty(_toy.Rewrite("h.parquet", array: "vector").Faults);

        string[] before = Columns("h.parquet"),
            after = Columns("out.parquet");
        Assert.Equal(before.Length, after.Length);
        Assert.Contains("vector/list/element Double: 1, 2, 3, 4, 1, 2, 3, 4 [3,3,3,3,3,3,3,3] [0,1,0,1,0,1,0,1]", before);
        Assert.Equal(
            before.Select(column =>
                column.Replace("Double: 1, 2, 3, 4, 1, 2, 3, 4", "Double: -1, -3, -5, -7, -1, -3, -5, -7", StringComparison.Ordinal)
            ),
            after
        );
        Assert.Contains(before, column => column.Contains("größe, \"x\", -", StringComparison.Ordinal));
        Read("h.parquet", old => Read("out.parquet", made =>
            {
                Assert.Equal(old.Schema.Fields.Select(field => $"{field}"), made.Schema.Fields.Select(field => $"{field}"));
                Assert.Equal(old.CustomMetadata, made.CustomMetadata);
                return true;
            }));
        _toy.IsMapped("h.parquet", [], array: "vector");
    }

    // By DuckDB: select [1, 2]::float[] h, '{}'::json j, timestamp_ns '2024-02-29 12:34:56.789123456' t.
    private const string WithJson =
        "UEFSMRUAFWYVZiwVBBUAFQYVBgAAIQAAAEECAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIAAAAEAwAAgD8AAABAFQAVGBUYLBUCFQAVBhUG"
        + "AAACAAAAAgECAAAAe30VABUcFRwsFQIVABUGFQYAAAIAAAACAYBxoPmGVbgXFQIZbDUAGA1kdWNrZGJfc2NoZW1hFQYANQIYAWgVAhUGADUEGARsaXN0"
        + "FQIAFQglAhgHZWxlbWVudAAVDCUCGAFqJSZMzAAAABUEJQIYAXRsjBIcPAAAAAAAFgIZHBk8JgAcFQgZFQAZOAFoBGxpc3QHZWxlbWVudBUAFgQWiAEW"
        + "iAEmCDwYBAAAAEAYBAAAgD8WACgEAAAAQBgEAACAPxERAAAAJgAcFQwZFQAZGAFqFQAWAhY6FjomkAE8GAJ7fRgCe30WACgCe30YAnt9EREAAAAmABwV"
        + "BBkVABkYAXQVABYCFj4WPibKATwYCIBxoPmGVbgXGAiAcaD5hlW4FxYAKAiAcaD5hlW4FxgIgHGg+YZVuBcREQAAABaAAhYCJggWgAIAKChEdWNrREIg"
        + "dmVyc2lvbiB2MS41LjYgKGJ1aWxkIDA2OWNjOWY5YjUpGTwcAAAcAAAcAAAAXAEAAFBBUjE=";

    [Fact]
    public void A_column_that_would_lose_its_type_is_refused_before_anything_is_written()
    {
        _toy.Files.Write("h.parquet", Convert.FromBase64String(WithJson));

        var problem = Assert.Single(Sheets.Refused(() => _toy.Rewrite("h.parquet")));

        Assert.Equal(_toy.Files.At("h.parquet") + " column j", problem.Subject);
        Assert.Contains("cannot be carried along (JSON)", problem.Fault, StringComparison.Ordinal);
        Assert.Equal(["h.parquet"], _toy.Names());
    }

    [Fact]
    public void Lists_of_the_old_kind_and_of_whole_numbers_become_lists_of_numbers()
    {
        var h = new DataField("h", typeof(int), isArray: true);
        int[] numbers = [1, 2, 3, 4, 5],
            definitions = [1, 1, 1, 1, 1],
            repetitions = [0, 1, 0, 0, 1];
        _toy.Files.Write(
            "h.parquet",
            ToyParquet.Of(new ParquetSchema(h), null, group =>
                ToyParquet.Wait(group.WriteAllPartsAsync<int>(h, numbers, definitions, repetitions, default))
            )
        );

        var done = _toy.Rewrite("h.parquet");

        Assert.Equal("has a list of another length than most, 2", Assert.Single(done.Faults).Fault);
        _toy.IsMapped("h.parquet", done.Faults);
        Assert.Equal(["h/list/element Single: -1, -3, -, -7, -9 [3,3,0,3,3] [0,1,0,0,1]"], Columns("out.parquet"));
    }

    [Fact]
    public void Times_that_lose_digits_are_noted()
    {
        var (h, fine) = (new DataField<float>("h0"), new DateTimeDataField("t", DateTimeFormat.Timestamp, unit: DateTimeTimeUnit.Nanos));
        _toy.Files.Write("h.parquet", ToyParquet.Of(new ParquetSchema(h, fine), null, group =>
            {
                Wrote(group, h, 1f, 2f);
                Wrote(group, fine, DateTime.UnixEpoch, DateTime.UnixEpoch.AddTicks(1));
            }));

        var opened = VectorRewriter.Open(_toy.Request("h.parquet") with { Array = "h0" });

        Assert.Equal("h.parquet: the times of column t are kept to 100 nanoseconds", opened.Notes[^1]);
    }

    [Fact]
    public void Chunks_give_what_the_whole_gives_and_are_bounded()
    {
        var cells = Enumerable.Range(0, 40_000).Select(i => (double?)(i % 5000 == 9 ? null : i / 8.0)).ToArray();
        _toy.Files.Write("h.parquet", ToyVectors.ParquetColumns(("h0", cells), ("h1", cells)));
        var (most, calls) = (0L, 0);

        var done = _toy.Rewrite("h.parquet", rows =>
        {
            (most, calls) = (Math.Max(most, rows.shape[0]), calls + 1);
            return ToyRewriting.Map(rows);
        });

        Assert.Equal((40_000, 8, 3), (done.Rows, done.Faults.Count, calls));
        Assert.InRange(most, 1, 1 << 14);
        Assert.Equal(5009, done.Faults[1].Line);
        _toy.IsMapped("h.parquet", done.Faults);
    }

    private static (DataField, Action<ParquetRowGroupWriter, DataField>) Of<T>(T one, T other)
        where T : struct => (new DataField(typeof(T).Name, typeof(T)), (group, field) => Wrote(group, field, one, other));

    private static void Wrote<T>(ParquetRowGroupWriter group, DataField field, T one, T other)
        where T : struct => ToyParquet.Wait(group.WriteAsync<T>(field, new T[] { one, other }));

    private static void WroteNull<T>(ParquetRowGroupWriter group, DataField field, T one)
        where T : struct => ToyParquet.Wait(group.WriteAsync<T>(field, new T?[] { one, null }));

    private T Read<T>(string name, Func<ParquetReader, T> use)
    {
        using var stream = File.OpenRead(_toy.Files.At(name));
        return use(ParquetReader.CreateAsync(stream).GetAwaiter().GetResult());
    }

    private long[] Groups(string name) => Read(name, reader => reader.RowGroups.Select(group => group.RowCount).ToArray());

    // Each column with its type, its values, null as a dash, and the levels where there is more than that.
    private string[] Columns(string name) => Read(name, reader => reader
                .Schema.GetDataFields()
                .Select(field =>
                {
                    var (values, definitions, repetitions) = (new Queue<string>(), new List<int>(), new List<int>());
                    foreach (var group in reader.RowGroups)
                    {
                        // Text is valid until more is read.
                        using var data = group.ReadRawColumnDataBaseAsync(field, default).AsTask().GetAwaiter().GetResult();
                        string[] read = Values((dynamic)data);
                        Array.ForEach(read, values.Enqueue);
                        definitions.AddRange(
                            field.MaxDefinitionLevel == 0 ? Enumerable.Repeat(0, read.Length) : data.DefinitionLevels.ToArray()
                        );
                        if (field.MaxRepetitionLevel > 0)
                            repetitions.AddRange(data.RepetitionLevels);
                    }
                    var cells = definitions.Select(level => level < field.MaxDefinitionLevel ? "-" : values.Dequeue()).ToArray();
                    var levels =
                        field.MaxRepetitionLevel == 0 ? "" : $" [{string.Join(',', definitions)}] [{string.Join(',', repetitions)}]";
                    return $"{field.Path} {field.ClrType.Name}: {string.Join(", ", cells)}{levels}";
                })
                .ToArray());

    private static string[] Values<T>(RawColumnData<T> data)
        where T : struct =>
        [
            .. data
                .Values.ToArray()
                .Select(value =>
                    value is ReadOnlyMemory<byte> bytes
                        ? Convert.ToHexString(bytes.Span)
                        : string.Create(CultureInfo.InvariantCulture, $"{value}")
                ),
        ];
}

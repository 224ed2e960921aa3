using System.Globalization;
using Efface.Data.Files;
using Efface.Data.Rewriting;
using Efface.Data.Vectors;
using nietras.SeparatedValues;
using Parquet;
using Parquet.Schema;
using static TorchSharp.torch;

namespace Efface.Runs.Encodings;

/// <summary>The table that goes out: a row for each picture, with its name and what the model says of it.</summary>
/// <param name="Names">Of the pictures, [N].</param>
/// <param name="Outputs">What the model says.</param>
/// <param name="Rows">All outputs side by side, f32 [M, W], of pictures that can be read.</param>
/// <param name="RowOf">For each picture its row, or -1.</param>
internal sealed record EncodedTable(IReadOnlyList<string> Names, IReadOnlyList<EncodedOutput> Outputs, Tensor Rows, int[] RowOf)
{
    private const string Image = "image";

    /// <summary>The columns, in order.</summary>
    public IReadOnlyList<string> Columns => [Image, .. Outputs.SelectMany(Named)];

    /// <summary>Writes it, whole or not at all.</summary>
    public void Write(string path) => WholeFile.Write(path, partial =>
        {
            if (path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase))
                WriteParquet(partial);
            else
                WriteText(partial);
        });

    private static IEnumerable<string> Named(EncodedOutput output) =>
        output.Classes is not null || output.IsWhole ? [output.Name] : Enumerable.Range(0, output.Width).Select(i => $"{output.Name}{i}");

    private void WriteText(string path)
    {
        using var writer = Sep.New(',').Writer(options => options with { Escape = true }).ToFile(path);
        string[] columns = [.. Columns];
        for (var picture = 0; picture < Names.Count; picture++)
        {
            using var line = writer.NewRow();
            line[columns[0]].Set(Names[picture]);
            var place = 1;
            foreach (var text in Texts(picture))
                line[columns[place++]].Set(text);
        }
    }

    private IEnumerable<string> Texts(int picture)
    {
        if (RowOf[picture] < 0)
            return Enumerable.Repeat("", Columns.Count - 1);
        var numbers = RowTensor.Rows<float>(Rows, RowOf[picture]).ToArray();
        var texts = new List<string>();
        var from = 0;
        foreach (var output in Outputs)
        {
            var own = numbers.AsSpan(from, output.Width);
            if (output.Classes is not null)
                texts.Add(output.Classes[Largest(own)]);
            else
                foreach (var number in own)
                    texts.Add(number.ToString("R", CultureInfo.InvariantCulture));
            from += output.Width;
        }
        return texts;
    }

    private void WriteParquet(string path)
    {
        Field[] fields =
        [
            new DataField<string>(Image),
            .. Outputs.SelectMany(output =>
                Named(output)
                    .Select<string, Field>(name =>
                        output.Classes is not null ? new DataField<string>(name)
                        : output.IsWhole ? new DataField<long?>(name)
                        : new DataField<float?>(name)
                    )
            ),
        ];
        using var stream = File.Create(path);
        var whole = new ParquetSchema(fields);
        var writer = ParquetWriter.CreateAsync(whole, stream).GetAwaiter().GetResult();
        using (var group = writer.CreateRowGroup())
        {
            var schema = whole.DataFields;
            Write(group, schema[0], Names);
            var (column, from) = (1, 0);
            foreach (var output in Outputs)
            {
                for (var i = 0; i < Named(output).Count(); i++)
                    WriteColumn(group, schema[column++], output, from + i);
                from += output.Width;
            }
        }
        writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private void WriteColumn(ParquetRowGroupWriter group, DataField field, EncodedOutput output, int place)
    {
        if (output.Classes is { } classes)
        {
            Write(
                group,
                field,
                [.. RowOf.Select(row => row < 0 ? null : classes[Largest(RowTensor.Rows<float>(Rows, row).Slice(place, output.Width))])]
            );
            return;
        }
        int[] levels = [.. RowOf.Select(row => row < 0 ? 0 : 1)];
        float[] numbers = [.. RowOf.Where(row => row >= 0).Select(row => RowTensor.Rows<float>(Rows, row)[place])];
        if (output.IsWhole)
            ParquetCopy.Write(group, field, Array.ConvertAll(numbers, number => (long)number), levels, null);
        else
            ParquetCopy.Write(group, field, numbers, levels, null);
    }

    private static void Write(ParquetRowGroupWriter group, DataField field, IReadOnlyList<string?> texts) =>
        ParquetCopy.Write(
            group,
            field,
            [.. texts.OfType<string>().Select(text => text.AsMemory())],
            [.. texts.Select(text => text is null ? 0 : 1)],
            null
        );

    private static int Largest(ReadOnlySpan<float> numbers)
    {
        var best = 0;
        for (var i = 1; i < numbers.Length; i++)
            if (numbers[i] > numbers[best])
                best = i;
        return best;
    }
}

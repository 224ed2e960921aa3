#:project ../src/Efface/Efface.csproj
#:property PublishAot=false
// A data source of your own: images and labels from anywhere, judged as any other. dotnet run -c Release examples/own-data.cs
using Efface.Data;
using Efface.Data.Reading;
using Efface.Data.Sheets;
using Efface.Data.Sources;
using TorchSharp;
using static TorchSharp.torch;

var source = new DataSource("stripes", Layout: null, Task: "direction", Attribute: "colour", Read);
var options = new DataOptions
{
    Name = source.Name,
    Task = source.Task,
    Attributes = [source.Attribute!],
};
var (table, report) = DataReader.Read(source, options, []);
using (table)
{
    foreach (var column in table.Columns)
        Console.WriteLine($"{ClassCounts.Of(column, table.Rows)}");
    Console.WriteLine(
        $"{table.Count} images of {string.Join('×', table.Shape)}, {report.RowsRead} rows read; fingerprint {table.Fingerprint[..8]}"
    );
}

// Here pixels are computed; yours may come from a database or an archive.
static LabelSheet Read(DataOptions options)
{
    const int Images = 600,
        Side = 16;
    var random = new Random(options.Seed);
    var (directions, colours) = (Labels(), Labels());
    using var pixels = zeros(Images, 3, Side, Side, dtype: uint8);
    for (var image = 0; image < Images; image++)
    for (var line = 0; line < Side; line += 4)
    {
        var at = directions[image] == 0 ? TensorIndex.Single(line) : TensorIndex.Colon;
        var across = directions[image] == 0 ? TensorIndex.Colon : TensorIndex.Single(line);
        pixels[image, colours[image] * 2, at, across] = torch.tensor((byte)random.Next(100, 255));
    }
    return LabelSheet.Of(
        new ImageTable(
            "stripes",
            pixels.clone(),
            [new Column("direction", ["across", "down"], directions), new Column("colour", ["red", "blue"], colours)],
            [
                .. Enumerable
                    .Range(0, Images)
                    .Select(image =>
                        image < 400 ? Part.Train
                        : image < 500 ? Part.Validation
                        : Part.Test
                    ),
            ]
        )
    );

    int[] Labels() => [.. Enumerable.Range(0, Images).Select(_ => random.Next(2))];
}

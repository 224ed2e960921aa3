#:project ../src/Efface/Efface.csproj
#:property PublishAot=false
// Takes an attribute out of vectors in memory. dotnet run -c Release examples/eraser.cs
using Efface.Erasing;

// Yours come from a model. Here sex shifts some numbers and stretches others; age shifts one.
var random = new Random(0);
var sex = Enumerable.Range(0, 4000).Select(_ => random.Next(2)).ToArray();
var age = sex.Select(_ => random.Next(2)).ToArray();
float[][] vectors = [.. sex.Select((s, row) => Vector(s, age[row]))];

var fitter = new EraserFitter([new EraserColumn("sex", ["f", "m"])]);
foreach (var rows in Enumerable.Range(0, sex.Length).Chunk(1000)) // as they arrive
    fitter.Update(
        [.. rows.Select(row => vectors[row])],
        [
            [.. rows.Select(row => sex[row])],
        ]
    );
using var eraser = fitter.Fit(step => Console.Error.WriteLine($"{step.What}: {step.Done:P0}"));
var folder = Path.Combine(Path.GetTempPath(), "efface-eraser");
eraser.Save(folder);

using var loaded = Eraser.Load(folder);
var again = loaded.Apply(vectors[0]);
Console.WriteLine($"{vectors[0][0]:F2} became {again[0]:F2}, noise {eraser.Description.Noise}");

float[] Vector(int sex, int age) =>
    [
        .. Enumerable
            .Range(0, 16)
            .Select(i => (float)(Normal() * (i < 4 ? 1 + sex : 1) + (i % 4 == 0 ? 2 * sex : 0) + (i == 15 ? 2 * age : 0))),
    ];

double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

#:project ../src/Efface/Efface.csproj
#:property AssemblyName=Efface.Benchmarks
#:property PublishAot=false
#:package NetVips
// How fast data sets are read; ratios come from alternation in one process. dotnet run -c Release benchmarks/measure-reading.cs -- WHAT
//   cold FOLDER [rounds]     decoding, against the bare libvips call on the same files
//   warm FOLDER [rounds]     the loader alone, and a training epoch with it: ResNet18 at 64 px
//   table [rounds]           parsing a generated table of 1,000,000 rows
//   million FOLDER [rounds]  1,000,000 generated images and rows in FOLDER (made when missing): time to start, memory
using System.Diagnostics;
using System.Globalization;
using Efface.Auditing.Attacks;
using Efface.Data;
using Efface.Data.Reading;
using Efface.Data.Sources;
using Efface.Models;
using Efface.Runs.Bench;
using Efface.Training;
using NetVips;
using TorchSharp;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Side = 64,
    Million = 1_000_000;
var cache = Directory.CreateTempSubdirectory("efface-measure-").FullName;
try
{
    switch (args)
    {
        case ["cold", var folder, .. var rest]:
            Cold(folder, Rounds(rest));
            break;
        case ["warm", var folder, .. var rest]:
            Warm(folder, Rounds(rest));
            break;
        case ["table", .. var rest]:
            ParseTable(Rounds(rest));
            break;
        case ["million", var folder, .. var rest]:
            StartMillion(folder, Rounds(rest));
            break;
        default:
            Console.Error.WriteLine("cold FOLDER, warm FOLDER, table or million FOLDER; see the first lines of this file.");
            break;
    }
}
finally
{
    Directory.Delete(cache, recursive: true);
}

static int Rounds(string[] rest) => rest is [var rounds] ? int.Parse(rounds) : 3;

static string Spread(IEnumerable<double> values, string format)
{
    var sorted = values.Order().ToArray();
    return $"{sorted[sorted.Length / 2].ToString(format)} (from {sorted[0].ToString(format)} to {sorted[^1].ToString(format)})";
}

static double Seconds(Action work)
{
    var clock = Stopwatch.StartNew();
    work();
    return clock.Elapsed.TotalSeconds;
}

ReadData Read(string source, string root, string cacheFolder, int? size = Side, ReadingOptions? reading = null, string? task = null) =>
    DataReader.Read(
        DataSources.Find(source)!,
        new DataOptions
        {
            Root = root,
            Task = task,
            Size = size,
            Reading = (reading ?? new ReadingOptions()) with { Cache = cacheFolder },
        }
    );

// All files of the folder, to 64 px, with both cores. The bare call neither checks, nor hashes, nor writes anything.
void Cold(string folder, int rounds)
{
    var files = Directory.GetFiles(folder, "*.jpg", SearchOption.AllDirectories);
    var flat = Directory.CreateDirectory(Path.Combine(cache, "flat", "all")).FullName;
    foreach (var file in files)
        File.CreateSymbolicLink(Path.Combine(flat, Path.GetFileName(file)), Path.GetFullPath(file));
    void Bare() => Parallel.ForEach(files, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, file =>
        {
            using var image = NetVips.Image.Thumbnail(file, Side, height: Side, crop: Enums.Interesting.Centre);
            image.WriteToMemory<byte>();
        });
    void Ours(int round) => Read("folders", Path.GetDirectoryName(flat)!, Path.Combine(cache, $"cold-{round}")).Table.Dispose();

    Ours(-1); // sets libvips up for both
    var pairs = Enumerable
        .Range(0, rounds)
        .Select(round => (Bare: files.Length / Seconds(Bare), Ours: files.Length / Seconds(() => Ours(round))))
        .ToArray();
    Console.WriteLine(
        $"cold, {files.Length:N0} files of {folder}: Efface {Spread(pairs.Select(pair => pair.Ours), "N0")} images/s, bare libvips "
            + $"{Spread(pairs.Select(pair => pair.Bare), "N0")}; ratio {Spread(pairs.Select(pair => pair.Ours / pair.Bare), "F2")}, "
            + $"{rounds} rounds"
    );
}

void Warm(string folder, int rounds)
{
    const int BatchSize = 128,
        Steps = 8;
    Read("utkface", folder, cache).Table.Dispose();
    using var table = Read("utkface", folder, cache, task: "gender").Table;
    var (task, normalisation, augmentation) = (table["gender"], Normalisation.Of(table), Augmentation.For(table));
    var rows = table.Rows(Part.Train);
    var whole = new BatchLoader(table, task, [], rows, BatchSize);
    var epoch = new BatchLoader(table, task, [], rows[..(Steps * BatchSize)], BatchSize);
    using var held = epoch.Epoch(0).First(); // of the same size: 127 images are a fifth faster than 128, for the strides they make
    var random = new torch.Generator(0);

    double LoaderAlone() =>
        rows.Length
        / Seconds(() =>
        {
            foreach (var batch in whole.Epoch(1))
                batch.Dispose();
        });
    foreach (var stem in new[] { "fast", "cifar" })
    {
        using var model = TrainedModel.Create(
            new ModelDescription
            {
                Model = "resnet18",
                Stem = stem,
                Width = 1,
                Input = table.Shape,
                Task = "gender",
                Classes = task.Classes,
                Normalisation = normalisation,
                Split = StagedNetwork.Embedding,
            },
            Compute.Device,
            new torch.Generator(0)
        );
        using var schedule = Schedules.Plain(model, new TrainingOptions { Epochs = 1, BatchSize = BatchSize });
        void Step(Batch batch)
        {
            using var scope = torch.NewDisposeScope();
            var images = augmentation.Apply(batch.Values, random);
            schedule.Step(new StepInput(normalisation.Apply(images), images, batch, 1, 0.1));
        }
        var steps = stem == "fast" ? Steps : Steps / 4;
        // Step by step in turn: what a step costs changes with the weights, by more than what is measured here.
        (double With, double Held) Epoch()
        {
            var (withLoader, withHeld) = (0.0, 0.0);
            using var batches = epoch.Epoch(2).GetEnumerator();
            for (var step = 0; step < steps; step++)
            {
                withLoader += Seconds(() =>
                {
                    batches.MoveNext();
                    using var batch = batches.Current;
                    Step(batch);
                });
                withHeld += Seconds(() => Step(held));
            }
            return (withLoader, withHeld);
        }

        Step(held);
        var measured = Enumerable.Range(0, rounds).Select(_ => (Loader: LoaderAlone(), Epoch: Epoch())).ToArray();
        var images = steps * BatchSize;
        Console.WriteLine(
            $"warm, resnet18 --stem {stem}, {Side} px, batch {BatchSize}: training "
                + $"{Spread(measured.Select(round => images / round.Epoch.Held), "N0")} images/s, loader alone "
                + $"{Spread(measured.Select(round => round.Loader), "N0")}; "
                + $"{Spread(measured.Select(round => round.Loader * round.Epoch.Held / images), "N0")} times as much; an epoch with the "
                + $"loader takes {Spread(measured.Select(round => round.Epoch.With / round.Epoch.Held), "F3")} of the same "
                + $"{steps} steps on one batch, {rounds} rounds"
        );
    }
}

void ParseTable(int rounds)
{
    WriteTable(cache, 40, row => $"{row % 1000:D3}.png");
    var options = new DataOptions { Root = cache };
    DataSources.Find("table")!.Read(options);
    var seconds = Enumerable.Range(0, rounds).Select(_ => Seconds(() => DataSources.Find("table")!.Read(options))).ToArray();
    Console.WriteLine(
        $"table: {Million:N0} rows of 41 columns ({new FileInfo(Path.Combine(cache, "labels.csv")).Length / 1e6:F0} MB) in "
            + $"{Spread(seconds, "F2")} s, {rounds} rounds"
    );
}

void StartMillion(string folder, int rounds)
{
    const int Tiny = 8;
    if (!File.Exists(Path.Combine(folder, "labels.csv")))
        WriteMillion(folder);
    var store = Path.Combine(folder, "cache");
    var options = new ReadingOptions { SplitColumn = "split", ImageColumn = "file" };
    ReadData Start() => Read("table", folder, store, Tiny, options, "label0");
    var first = Seconds(() => Start().Table.Dispose());
    var starts = new List<double>();
    var memory = 0L;
    for (var round = 0; round < rounds; round++)
    {
        GC.Collect();
        using var peak = new Timer(_ => memory = Math.Max(memory, GC.GetTotalMemory(forceFullCollection: false)), null, 0, 50);
        starts.Add(Seconds(() => Start().Table.Dispose()));
    }
    Console.WriteLine(
        $"million: {Million:N0} images of {Tiny}×{Tiny} and rows of 7 columns: first time {first:F0} s, then {Spread(starts, "F1")} s "
            + $"to start; at most {memory / 1e6:F0} MB of managed memory, {rounds} rounds"
    );
}

static void WriteTable(string folder, int labels, Func<int, string> image)
{
    using var writer = new StreamWriter(Path.Combine(folder, "labels.csv"));
    writer.WriteLine($"file,{string.Join(',', Enumerable.Range(0, labels).Select(i => $"label{i}"))}");
    var random = new Random(0);
    for (var row = 0; row < Million; row++)
    {
        writer.Write(image(row));
        for (var i = 0; i < labels; i++)
            writer.Write(random.Next(2) == 0 ? ",0" : ",1");
        writer.Write('\n');
    }
}

// A thousand folders of a thousand pictures, each of other pixels: its number is written in them.
static void WriteMillion(string folder)
{
    Directory.CreateDirectory(folder);
    Parallel.For(0, 1000, group =>
    {
        Directory.CreateDirectory(Path.Combine(folder, $"{group:D3}"));
        var pixels = new byte[8 * 8 * 3];
        for (var i = 0; i < 1000; i++)
        {
            new Random(1000 * group + i).NextBytes(pixels);
            using var image = NetVips.Image.NewFromMemory(pixels, 8, 8, 3, Enums.BandFormat.Uchar);
            File.WriteAllBytes(Path.Combine(folder, $"{group:D3}", $"{i:D3}.png"), image.PngsaveBuffer(compression: 1));
        }
    });
    using var writer = new StreamWriter(Path.Combine(folder, "labels.csv"));
    writer.WriteLine("file,split,label0,label1,label2,label3,label4");
    var random = new Random(0);
    for (var row = 0; row < Million; row++)
        writer.WriteLine(
            $"{row / 1000:D3}/{row % 1000:D3}.png,{(row % 10 == 0 ? "test" : row % 10 == 1 ? "val" : "train")},"
                + $"{random.Next(2)},{random.Next(2)},{random.Next(2)},{random.Next(2)},{random.Next(5)}"
        );
}

// Every attacker on every case with known truth: what it finds of what is there. dotnet run -c Release --project
// benchmarks/Efface.Benchmarks -- [strengths, as 0.05,0.15] [attackers, as linear,knn] [part of a case's name] [images] … -- verdicts
// [cases] [training images] [test images] [first] [step]: the whole audit on each of many cases, a line each. … -- marks LEAK [seeds]
// [first]: small audits of 16 numbers in which nothing is there (0), or a trace of so much, a line each. … -- cost quick|full [attackers]
// [shape, as 512 or 128x8x8]: how long an attack takes at the size of a real audit. … -- kept validation|test RUN [RUN ...]: what the codes
// of some runs keep and leak, a line each; of runs without a code the fidelity. … -- parts [turns]: where the time of a training step goes,
// and what was replaced beside what replaced it. … -- coverage [redraws]: how often intervals contain the truth. … -- certificates [draws]:
// how often the truth exceeds a certificate, and what certificates allow. … -- people VECTORS LABELS RADIUS OUT: the labels with a column
// person, of rows near each other. … -- peer inlp|hsic|adversarial VECTORS LABELS TASK ATTRIBUTE OUT.npy [seed] [group column]: another way
// to erase, for efface audit. … -- erased RUN [RUN ...]: what erased vectors tell and keep by their audits, a line each.
// … -- erased-table LINES [LINES ...]: such lines as rows of a table, means over seeds. … -- price OUT.svg LINES [LINES ...]: a picture
// of such lines. … -- eraser-cost EFFACE.dll FOLDER [rounds]: seconds and memory of fitting and applying.
using System.Diagnostics;
using System.Globalization;
using Efface;
using Efface.Auditing.Attacks;
using Efface.Benchmarks;
using Efface.Data;
using Efface.Data.Vectors;
using TorchSharp;
using static TorchSharp.torch;

NativeThreads.WaitPassively();
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
torch.set_num_threads(1);
int Number(int at, int usual) => args.Length > at ? int.Parse(args[at]) : usual;
if (args is ["cost", var budget, ..])
{
    var asked = args.Length > 2 ? args[2].Split(',') : [];
    Cost.Run(
        Enum.Parse<Budget>(budget, ignoreCase: true),
        [.. (args.Length > 3 ? args[3] : "512").Split('x').Select(long.Parse)],
        Attackers.All.Where(attacker => !attacker.IsFloor && (asked.Length == 0 || asked.Contains(attacker.Name)))
    );
    return;
}
if (args is ["people", var faces, var labelled, var radius, var people])
{
    People.Write(faces, labelled, double.Parse(radius), people);
    return;
}
if (args is ["erased-table", .. var tables])
{
    var stored = tables.SelectMany(File.ReadLines).ToList();
    string[] both = [ErasedTable.Header, .. ErasedTable.Rows(stored), "", ErasedTable.ColumnsHeader, .. ErasedTable.Columns(stored)];
    Console.WriteLine(string.Join('\n', both));
    return;
}
if (args is ["price", var picture, .. var lines])
{
    File.WriteAllText(picture, PricePicture.Draw(lines));
    return;
}
if (args is ["eraser-cost", var tool, var folder, ..])
{
    EraserCost.Run(tool, folder, Number(3, 3));
    return;
}
if (args is ["erased", .. var erasures])
{
    Erased.Run(erasures);
    return;
}
if (args is ["peer", var peer, var vectors, var labels, var task, var attribute, var erased, ..])
{
    var options = new VectorOptions
    {
        Representations = vectors,
        Labels = labels,
        Task = task,
        Attributes = [attribute],
        Seed = Number(7, 0),
        GroupColumn = args.Length > 8 ? args[8] : null,
    };
    Peers.Run(peer, options, erased);
    return;
}
if (args is ["kept", var part, .. var runs])
{
    Kept.Run(Enum.Parse<Part>(part, ignoreCase: true), runs);
    return;
}
if (args is ["parts", ..])
{
    Parts.Run(Number(1, 20));
    return;
}
if (args is ["coverage", ..])
{
    Coverage.Run(Number(1, 5000));
    return;
}
if (args is ["certificates", ..])
{
    CertifiedCase.Run(Number(1, 1000));
    return;
}
if (args is ["marks", var leak, ..])
{
    Marks.Run(double.Parse(leak), Number(2, 10), Number(3, 0));
    return;
}
if (args is ["verdicts", ..])
{
    Verdicts.Run(Number(1, 200), Number(2, 4000), Number(3, 10_000), Number(4, 0), Number(5, 1));
    return;
}
var strengths = args.Length > 0 ? [.. args[0].Split(',').Select(double.Parse)] : new[] { 0.05, 0.15 };
var attackers = Attackers
    .All.Where(attacker =>
        !attacker.IsFloor
        && attacker is not LookupAttacker
        && (args.Length < 2 || args[1] == "all" || args[1].Split(',').Contains(attacker.Name))
    )
    .ToArray();
var images = args.Length > 3 ? int.Parse(args[3]) : 4000;
var cases = Cases
    .Clean.Concat(strengths.SelectMany(Cases.At))
    .Where(one => args.Length < 3 || one.Name.Contains(args[2], StringComparison.Ordinal))
    .ToArray();

Console.WriteLine(
    $"{images} training, {images / 2} validation, {images} test images; leak given y in points of balanced accuracy (seconds)"
);
Console.WriteLine($"{"case", -40}{"Bayes", 7}" + string.Concat(attackers.Select(attacker => $"{attacker.Name, 16}")) + $"{"chosen", 16}");
foreach (var one in cases)
{
    using var scope = NewDisposeScope();
    var parts = one.Parts(1, images);
    Console.Write($"{one.Name, -40}{one.BayesLeak * 100, 7:F1}");
    var (chosen, least) = ("", double.PositiveInfinity);
    foreach (var attacker in attackers)
    {
        if (!attacker.Reads(parts.Problem))
        {
            Console.Write($"{"", 16}");
            continue;
        }
        var clock = Stopwatch.StartNew();
        var knowing = parts.Knowing(task: true);
        var attack = one.OnlyUnseen ? knowing.OnUnseen(attacker, 0) : knowing.OnTraining(attacker, 0);
        var found = $"{(attack.Test.BalancedAccuracy() - one.Agreement) * 100:F1}";
        Console.Write($"{found + $" ({clock.Elapsed.TotalSeconds:F1})", 16}");
        if (attack.Validation.LogLoss() is var loss && loss < least)
            (chosen, least) = ($"{found} {attacker.Name}", loss);
    }
    Console.WriteLine($"{chosen, 16}");
}

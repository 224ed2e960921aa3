using System.Globalization;
using Efface.Auditing;
using static TorchSharp.torch;

namespace Efface.Benchmarks;

/// <summary>
/// How often a small audit of noise says Forgotten, and of a trace of a few points Leaks: 6,000 images of 16 numbers, z and y fair coins.
/// </summary>
public static class Marks
{
    private const int Training = 3000,
        Validation = 1200,
        Test = 1800;

    /// <summary>
    /// A line for each seed: the verdict, the leak, what the controls found, how many attacks found nothing at all, and the largest upper
    /// bound.
    /// </summary>
    public static void Run(double leak, int seeds, int first)
    {
        var one = leak == 0 ? Cases.Clean[0] : Cases.At(leak)[0];
        for (var seed = first; seed < first + seeds; seed++)
        {
            using var scope = NewDisposeScope();
            using var subject = CaseVerdict.Subject(one.Parts(seed, Training, Test, Validation));
            var audit = new Auditor(new AuditSettings()).Audit(subject, ["z"]);
            var place = audit.Worst;
            var highest = 100 * place.Attackers.Max(attacker => attacker.GivenTask.High);
            var (planted, shuffled, hidden) = (place.Controls!.Planted, place.Controls.Shuffled, place.Controls.Hidden!);
            var nothing = place.Attackers.Count(attacker => attacker.GivenTask.Value == 0);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{one.Name}\t{seed}\t{audit.Verdict}\tleak {Points(place.Leak.GivenTask)}\tplanted "
                        + $"{Points(planted.Measured)} {planted.Passed}\tshuffled "
                        + $"{Points(shuffled.Measured)} {shuffled.Passed}\thidden "
                        + $"{Points(hidden.Measured)}\t{nothing} of {place.Attackers.Count} at 0\thighest {highest:F1}"
                )
            );
        }
    }

    private static string Points(Measured measured) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * measured.Value:F1} [{100 * measured.Low:F1}, {100 * measured.High:F1}]");
}

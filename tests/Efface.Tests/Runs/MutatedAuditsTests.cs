using Efface.Auditing;
using Efface.Runs;
using Efface.Tests.Models;
using Xunit;

namespace Efface.Tests.Runs;

/// <summary>
/// Whatever people do to the files of vectors that plainly leak: they are read and leak, or are refused, or nothing is concluded.
/// </summary>
[OneThread]
public sealed class MutatedAuditsTests : IDisposable
{
    // The long check tries so many; the gate one in 25.
    private const int All = 300,
        Share = 25;

    private readonly string _folder = Directory.CreateTempSubdirectory("efface-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Vectors_that_leak_are_never_forgotten_whatever_people_do_to_their_files()
    {
        var ways = new PeoplesFiles(0).Ways;
        var (verdicts, wrong) = (new Dictionary<string, int>(), new List<string>());
        foreach (var seed in Enumerable.Range(0, All).Where(seed => Data.Mutation.Count > 1_000 || seed % Share == 0))
        {
            var files = new PeoplesFiles(seed);
            var random = new Random(seed);
            // Each way alone, and then two of them.
            files.Mutate(seed < ways ? [seed] : [random.Next(ways), random.Next(ways)]);
            var (verdict, why) = Verdict(files);
            verdicts[verdict] = verdicts.GetValueOrDefault(verdict) + 1;
            TestContext.Current.TestOutputHelper?.WriteLine($"{seed}: {verdict}: {files.Done}: {why}");
            if (verdict is nameof(Efface.Auditing.Verdict.Forgotten) or nameof(Efface.Auditing.Verdict.Certified))
                wrong.Add($"{seed}: {files.Done}: {verdict}: {why}");
        }
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        Assert.True(verdicts.GetValueOrDefault(nameof(Efface.Auditing.Verdict.Leaks)) > 2, string.Join(", ", verdicts));
        Assert.True(verdicts.GetValueOrDefault("refused") > 2, string.Join(", ", verdicts));
    }

    private (string Verdict, string Why) Verdict(PeoplesFiles files)
    {
        var options = files.Write(_folder);
        var path = Path.Combine(_folder, "audit");
        try
        {
            var audit = VectorAuditRun
                .Run(
                    options,
                    path,
                    new AuditSettings { Attackers = ["linear"], Seeds = [0] },
                    cancel: TestContext.Current.CancellationToken
                )
                .Audit!;
            return (audit.Verdict.ToString(), audit.Reasons[0]);
        }
        catch (InvalidInputException refused)
        {
            return ("refused", refused.Problems[0].ToString());
        }
        finally
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
        }
    }
}

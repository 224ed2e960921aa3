#:project ../src/Efface/Efface.csproj
#:property PublishAot=false
// An attacker of your own in an audit of vectors: whose class mean is nearest? dotnet run -c Release examples/own-attacker.cs
using Efface.Auditing;
using Efface.Auditing.Attacks;
using Efface.Data.Drawn;
using Efface.Data.Vectors;
using TorchSharp;
using static TorchSharp.torch;

var drawn = new DrawnFacesOptions { Train = 1500, Size = 16 };
using var faces = DrawnFaces.Draw(drawn);
using var vectors = VectorTable.OfPixels(faces); // any f32 [N, D] with columns and parts
using var subject = AuditSubject.Of(vectors, task: "hat");
var settings = new AuditSettings { Attackers = ["linear"] }.With(new NearestMean());
var audit = new Auditor(settings).Audit(subject, ["skin"]);
foreach (var attacker in audit.Representations[0].Attackers)
    Console.WriteLine($"{attacker.Name}, knows {attacker.Knows}, fitted on {attacker.FittedOn}: {attacker.Test.BalancedAccuracy.Value:F3}");
Console.WriteLine($"{audit.Verdict}");

sealed class NearestMean : IAttacker
{
    public string Name => "nearest-mean";

    public bool DependsOnSeed => false;

    // It has no use for y, and reads vectors alone.
    public bool Reads(AttackProblem problem) => problem is { IsDiscrete: false, Shape.Length: 1 };

    public IFittedAttacker Fit(AttackProblem problem, AttackSet fit, AttackSet choose, int seed, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        var ofClass = nn
            .functional.one_hot(torch.tensor([.. fit.Attribute.Select(z => (long)z)]), problem.AttributeClasses)
            .to_type(float32);
        var means = ofClass.t().matmul(fit.Values) / ofClass.sum([0L]).clamp(min: 1).unsqueeze(1);
        var scale = (fit.Values - ofClass.matmul(means)).square().mean().ToDouble();
        return new Fitted(means.DetachFromDisposeScope(), scale);
    }

    // Class means [K, D], and the mean square around them.
    private sealed class Fitted(Tensor means, double scale) : IFittedAttacker
    {
        public double[,] Read(AttackSet set)
        {
            using var scope = NewDisposeScope();
            var distances = (set.Values.unsqueeze(1) - means).square().mean([2L]) / scale;
            var read = nn.functional.log_softmax(-distances, 1).to_type(float64).data<double>().ToArray();
            var table = new double[set.Count, means.shape[0]];
            Buffer.BlockCopy(read, 0, table, 0, sizeof(double) * read.Length);
            return table;
        }

        public void Dispose() => means.Dispose();
    }
}

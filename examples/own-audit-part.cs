#:project ../src/Efface/Efface.csproj
#:property PublishAot=false
// An audit part of your own: how far apart the classes stand along the best single number. dotnet run -c Release examples/own-audit-part.cs
using Efface.Auditing;
using Efface.Data;
using Efface.Data.Drawn;
using Efface.Data.Vectors;
using TorchSharp;
using static TorchSharp.torch;

var drawn = new DrawnFacesOptions { Train = 1500, Size = 16 };
using var faces = DrawnFaces.Draw(drawn);
using var vectors = VectorTable.OfPixels(faces); // any f32 [N, D] with columns and parts
using var subject = AuditSubject.Of(vectors, task: "hat");
var settings = new AuditSettings { Attackers = ["linear"], Parts = [AuditPart.Controls] }.With(new BestNumber());
var audit = new Auditor(settings).Audit(subject, ["skin"]);
foreach (var (name, measured) in audit.Representations[0].Own!["best-number"])
    Console.WriteLine($"{name}: {measured.Value:F3} [{measured.Low:F3}, {measured.High:F3}]");
Console.WriteLine($"{audit.Verdict}");

sealed class BestNumber : IAuditPart
{
    public string Name => "best-number";

    public IReadOnlyDictionary<string, Measured> Measure(
        Place place,
        Column attribute,
        AttackParts parts,
        Sampling sampling,
        CancellationToken cancel = default
    )
    {
        using var scope = NewDisposeScope();
        // Chosen on training examples, measured on test.
        var is0 = torch.tensor([.. parts.Training.Attribute.Select(z => z == 0)]);
        var (of0, others) = (parts.Training.Values[is0], parts.Training.Values[~is0]);
        var gap = (of0.mean([0L]) - others.mean([0L])) / (parts.Training.Values.std(0) + 1e-6f);
        var best = gap.abs().argmax().item<long>();
        var middle = ((of0.mean([0L]) + others.mean([0L])) / 2)[best].item<float>();
        var isAbove = gap[best].item<float>() > 0;
        using var test = parts.Test.Values[TensorIndex.Colon, best].contiguous().data<float>();
        bool[] right = [.. test.Zip(parts.Test.Attribute, (value, z) => (value > middle == isAbove) == (z == 0))];
        return new Dictionary<string, Measured>
        {
            [$"accuracy of number {best} for {attribute.Classes[0]}"] = Measured.Share(right, sampling),
        };
    }
}

// Placeholder until the real one is copied here.
#pragma warning disable
namespace Efface.Data;
public sealed record DrawnFacesOptions { public int Train = 4000, Validation = 1000, Test = 2000, Size = 64, Seed; public IReadOnlyList<FactorCorrelation> Correlations = []; }
public sealed record FactorCorrelation(string First, string Second, double Value);
public static class DrawnFaces { public static ImageTable Draw(DrawnFacesOptions options) => throw new NotImplementedException(); }

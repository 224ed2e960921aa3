using PublicApiGenerator;
using Xunit;

namespace Efface.Tests;

/// <summary>What other programs may build on changes on purpose only.</summary>
public sealed class PublicSurfaceTests
{
    private static readonly string Stored = Path.Combine(Repository.Root, "src", "Efface", "PublicSurface.txt");

    private static readonly Type[] Public = [.. typeof(InvalidInputException).Assembly.GetExportedTypes()];

    /// <summary>Where the change is meant, copy the new file over the old one.</summary>
    [Fact]
    public void The_public_surface_is_the_one_that_is_stored()
    {
        var options = new ApiGeneratorOptions { IncludeAssemblyAttributes = false };
        var surface = typeof(InvalidInputException).Assembly.GeneratePublicApi(options).ReplaceLineEndings("\n") + "\n";
        var now = Path.Combine(AppContext.BaseDirectory, "PublicSurface.txt");
        File.WriteAllText(now, surface);
        Assert.True(File.ReadAllText(Stored).ReplaceLineEndings("\n") == surface, $"{Stored} differs from {now}");
    }

    [Fact]
    public void No_public_type_lies_among_the_inner_workings() =>
        Assert.DoesNotContain(Public, type =>
            type.Namespace is "Efface.Reporting.Page" or "Efface.Data.Files" or "Efface.Data.Labels" or "Efface.Runs.Experiments"
        );

    [Fact]
    public void What_a_user_may_extend_is_open()
    {
        string[] open = ["IAttacker", "IAuditPart", "Recipe", "Detacher", "BlockMaker", "ITrainingObserver", "IImages"];
        Assert.Equal(
            open,
            open.Where(name => Public.Any(type => type.Name == name && (type.IsInterface || type is { IsAbstract: true, IsSealed: false })))
        );
    }
}

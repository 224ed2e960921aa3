using Efface.Auditing;
using Efface.Runs.Reproductions;
using Xunit;

namespace Efface.Tests.Runs;

public sealed class PaperSetsTests
{
    [Fact]
    public void Sets_are_named_with_their_folders() =>
        Assert.Equal([("cifar10", "/data/a=b"), ("faces", null)], PaperSets.Parse("cifar10=/data/a=b, faces"));

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var problems = Assert
            .Throws<InvalidInputException>(() => PaperSets.Parse("imagenet=/x,celeba,cifar10=/a,cifar10=/b"))
            .Problems.Select(problem => problem.ToString())
            .ToList();

        Assert.Equal(3, problems.Count);
        Assert.Contains("imagenet", problems[0], StringComparison.Ordinal);
        Assert.Contains("says no folder", problems[1], StringComparison.Ordinal);
        Assert.Contains("named twice", problems[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Utkface_stands_beside_the_papers_numbers_for_fairface()
    {
        Assert.Equal(PaperNumbers.Find("fairface", "race", "resnet18", "paper"), PaperNumbers.Find("utkface", "race", "resnet18", "paper"));
        Assert.Null(PaperNumbers.Find("faces", "glasses", "resnet18", "paper"));
    }

    [Theory]
    [InlineData("fairface", "race")]
    [InlineData("celeba", "Male")]
    [InlineData("cifar10", "class")]
    public void The_papers_aum_follows_from_its_attack_and_fidelity(string data, string attribute)
    {
        foreach (var model in new[] { "resnet18", "resnet34", "resnet50" })
        foreach (var method in new[] { "before", "paper", "attention-removal" })
        {
            var row = PaperNumbers.Find(data, attribute, model, method)!;
            // One printed AUM is off by more than rounding: .5144 stands for .5010.
            var tolerance = (data, model, method) == ("celeba", "resnet18", "attention-removal") ? 0.014 : 0.002;
            Assert.Equal(row.Aum!.Value, AuditResult.AttributeUnlearningMetric(row.Attack, row.Fidelity), tolerance);
        }
    }
}

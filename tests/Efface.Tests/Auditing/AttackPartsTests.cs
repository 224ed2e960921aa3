using Efface.Auditing;
using Efface.Auditing.Attacks;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;

namespace Efface.Tests.Auditing;

[Collection(SharedTorch.Name)]
public sealed class AttackPartsTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void On_unseen_images_each_half_of_validation_is_judged_by_what_was_fitted_on_the_other()
    {
        var (parts, spy) = (Numbered(), new Spy());
        var attack = parts.OnUnseen(spy, 3);

        Assert.Equal(2, spy.Fits.Count);
        Assert.Equal(Rows(parts.Validation), spy.Fits.SelectMany(fit => fit.Fit).Order());
        Assert.All(spy.Fits, fit => Assert.Equal(Rows(parts.Validation), fit.Fit.Concat(fit.Choose).Order()));
        Assert.Equal(spy.Fits[0].Fit.Order(), spy.Fits[1].Choose.Order());
        // The spy says the number of the image that it reads, less the smallest it was fitted on.
        for (var i = 0; i < parts.Validation.Count; i++)
        {
            var number = Rows(parts.Validation)[i];
            Assert.Equal(number - spy.Fits.Single(fit => !fit.Fit.Contains(number)).Fit.Min(), attack.Validation.Balanced[i, 0]);
        }
        for (var i = 0; i < parts.Test.Count; i++)
            Assert.Equal(Math.Log(spy.Fits.Average(fit => Math.Exp(Rows(parts.Test)[i] - fit.Fit.Min()))), attack.Test.Balanced[i, 0], 9);
    }

    [Fact]
    public void On_training_images_validation_only_chooses_and_test_is_only_read()
    {
        var (parts, spy) = (Numbered(), new Spy());
        parts.OnTraining(spy, 3);

        var (fit, choose) = Assert.Single(spy.Fits);
        Assert.Equal(Rows(parts.Training), fit);
        Assert.Equal(Rows(parts.Validation), choose);
    }

    [Fact]
    public void The_prior_is_that_of_the_images_the_attacker_was_fitted_on()
    {
        var parts = Numbered().WithAttribute(set => [.. Enumerable.Range(0, set.Count).Select(i => i < (set.Count == 12 ? 3 : 1) ? 1 : 0)]);
        Assert.Equal([0.75, 0.25], parts.OnTraining(new Spy(), 0).Test.Prior.Select(share => Math.Round(share, 9)));
        Assert.Equal([0.8571, 0.1429], parts.OnUnseen(new Spy(), 0).Test.Prior.Select(share => Math.Round(share, 4)));
    }

    [Fact]
    public void A_selection_keeps_what_belongs_together()
    {
        var set = Numbered().Training.Select([6, 1, 6]);
        Assert.Equal([6, 1, 6], Rows(set));
        Assert.Equal([0, 1, 0], set.Task);
        Assert.Equal([1, 0, 1], set.Prediction);
        Assert.Equal([1, 0, 1], set.Attribute);
    }

    // Images that carry their own number: 12 of training, 7 of validation, 5 of test.
    private static AttackParts Numbered()
    {
        AttackSet Set(int first, int count)
        {
            int[] rows = [.. Enumerable.Range(first, count)];
            return new AttackSet(
                torch.tensor(rows.Select(row => (float)row).ToArray(), [count, 1]),
                [.. rows.Select(row => row % 2)],
                [.. rows.Select(row => row / 2 % 2)],
                [.. rows.Select(row => row / 4 % 2)]
            );
        }
        return new AttackParts(new AttackProblem([1], 0, 0, 2), Set(0, 12), Set(12, 7), Set(19, 5));
    }

    private static int[] Rows(AttackSet set)
    {
        using var data = set.Values.data<float>();
        return [.. data.Select(value => (int)value)];
    }

    /// <summary>Writes down what it is given.</summary>
    private sealed class Spy : IAttacker
    {
        public List<(int[] Fit, int[] Choose)> Fits { get; } = [];

        public string Name => "spy";

        public bool Reads(AttackProblem problem) => true;

        public IFittedAttacker Fit(AttackProblem problem, AttackSet fit, AttackSet choose, int seed, CancellationToken cancel = default)
        {
            Fits.Add((Rows(fit), Rows(choose)));
            return new Fitted(Rows(fit).Min());
        }

        private sealed class Fitted(int smallest) : IFittedAttacker
        {
            public double[,] Read(AttackSet set)
            {
                var read = new double[set.Count, 2];
                for (var i = 0; i < set.Count; i++)
                    read[i, 0] = Rows(set)[i] - smallest;
                return read;
            }

            public void Dispose() { }
        }
    }
}

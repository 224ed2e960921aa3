using Efface.Auditing;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;

namespace Efface.Tests.Auditing;

[Collection(SharedTorch.Name)]
public class LanesTests
{
    [Fact]
    public void All_work_is_done_and_each_piece_once()
    {
        var done = new int[100];

        new Lanes(4).Run([.. Enumerable.Range(0, 100).Select(i => (Action)(() => Interlocked.Increment(ref done[i])))]);

        Assert.All(done, times => Assert.Equal(1, times));
    }

    [Fact]
    public void A_fault_ends_what_has_not_begun_and_is_thrown_as_it_was()
    {
        var begun = 0;
        void Work(int i)
        {
            Interlocked.Increment(ref begun);
            if (i == 3)
                throw new InvalidDataException("the fourth");
            Thread.Sleep(5);
        }

        var fault = Assert.Throws<InvalidDataException>(() =>
            new Lanes(2).Run([.. Enumerable.Range(0, 1000).Select(i => (Action)(() => Work(i)))])
        );

        Assert.Equal("the fourth", fault.Message);
        Assert.InRange(begun, 4, 100);
    }

    [Fact]
    public void Nothing_begins_after_a_user_has_stopped_it()
    {
        using var stop = new CancellationTokenSource();
        var begun = 0;
        void Work()
        {
            if (Interlocked.Increment(ref begun) == 5)
                stop.Cancel();
        }

        Assert.Throws<OperationCanceledException>(() => new Lanes(1).Run([.. Enumerable.Repeat((Action)Work, 100)], stop.Token));
        Assert.Equal(5, begun);
    }

    [Fact]
    public void A_lane_has_threads_of_its_own_and_the_callers_stay_as_they_were()
    {
        var before = torch.get_num_threads();
        var seen = 0;

        new Lanes(1, threads: 3).Run([() => seen = torch.get_num_threads()]);

        Assert.Equal(3, seen);
        Assert.Equal(before, torch.get_num_threads());
    }

    [Fact]
    public async Task Two_audits_side_by_side_say_what_each_says_alone_and_leave_the_callers_random_numbers_alone()
    {
        torch.manual_seed(5);
        using var state = torch.random.get_rng_state();
        var (one, other) = (Audit(1), Audit(2));
        using var after = torch.random.get_rng_state();

        var cancel = TestContext.Current.CancellationToken;
        var both = await Task.WhenAll(Task.Run(() => Audit(1), cancel), Task.Run(() => Audit(2), cancel));

        Assert.Equal(one, both[0]);
        Assert.Equal(other, both[1]);
        Assert.NotEqual(one, other);
        Assert.True(after.equal(state).all().ToBoolean());
    }

    // Every number that attackers reached.
    private static double[] Audit(int seed)
    {
        using var subject = VectorSubjects.Of((h, _, z, _, _) => h[0] += 0.5f * z, images: 900, seed: seed);
        var settings = new AuditSettings { Attackers = ["linear", "mlp", "moments", "trees"], Parts = [] };
        return
        [
            .. new Auditor(settings).Audit(subject, ["z"]).All.Single().Attackers.Select(attacker => attacker.Test.BalancedAccuracy.Value),
        ];
    }
}

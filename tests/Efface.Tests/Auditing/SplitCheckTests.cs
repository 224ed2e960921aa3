using Efface.Auditing;
using Xunit;

namespace Efface.Tests.Auditing;

public sealed class SplitCheckTests
{
    [Fact]
    public void Parts_that_share_nothing_pass() =>
        Assert.Equal(new SplitControl(true, 0, 0), Check([1, 2, 3, 4, 5, 6], [0, 0, 1, 1, 2, 2]));

    [Fact]
    public void An_image_that_validates_or_tests_and_stands_before_is_counted() =>
        Assert.Equal(new SplitControl(false, 3, null), Check([1, 2, 1, 4, 4, 2], null));

    [Fact]
    public void A_group_on_two_sides_is_counted_once() => Assert.Equal(new SplitControl(false, null, 1), Check(null, [0, 0, 1, 1, 0, 2]));

    [Fact]
    public void What_cannot_be_checked_is_not_said_to_be_checked() => Assert.Equal(new SplitControl(true, null, null), Check(null, null));

    // Two images each for training, validation and test.
    private static SplitControl Check(int[]? identities, int[]? groups)
    {
        Captured Part(int first) => new(new Dictionary<string, TorchSharp.torch.Tensor>(), [0, 0], [first, first + 1]);
        using var subject = new AuditSubject
        {
            Places = [],
            Parts = new CapturedParts(Part(0), Part(2), Part(4)),
            Task = null,
            Columns = [],
            Groups = groups,
            Identities = identities is null ? null : [.. identities.Select(identity => (UInt128)identity)],
        };
        return SplitCheck.Of(subject);
    }
}

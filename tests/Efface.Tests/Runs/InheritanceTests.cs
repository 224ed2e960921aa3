using Efface.Records;
using Efface.Runs;
using Efface.Tests.Reporting;
using Xunit;

namespace Efface.Tests.Runs;

public sealed class InheritanceTests : IDisposable
{
    private readonly FakeRuns _runs = new();

    public static TheoryData<string> Properties => [.. Settings.Of<RunConfig>().Select(setting => setting.Property)];

    public void Dispose() => _runs.Dispose();

    [Theory]
    [MemberData(nameof(Properties))]
    public void Data_and_network_are_taken_over_and_how_to_train_is_not(string property)
    {
        var setting = Settings.Of<RunConfig>().Single(setting => setting.Property == property);
        var trained = Others.Than(new RunConfig(), setting);
        var inherited = Inheritance.ForUnlearning(Trained(trained));

        if (setting.IsInherited)
            Assert.Equal(Setting.Text(setting.In(trained)), Setting.Text(setting.In(inherited)));
        else if (property != "ModelSettings.From")
            Assert.Equal(Setting.Text(setting.In(new RunConfig())), Setting.Text(setting.In(inherited)));
    }

    [Fact]
    public void What_is_taken_over_is_what_was_taken_over_before_there_was_a_table() =>
        Assert.Equal(
            "batch correlation data fill forget fraction limit model remove-attention root size stem task threads width",
            string.Join(
                ' ',
                Settings
                    .Of<RunConfig>()
                    .Where(setting => setting.IsInherited && setting.Property.Split('.')[0] is not ("ReadingOptions" or "LabelRules"))
                    .Select(setting => setting.Name)
                    .Order(StringComparer.Ordinal)
            )
        );

    [Fact]
    public void It_starts_from_the_trained_run_and_nothing_comes_into_being_that_was_not_there()
    {
        var path = Trained(new RunConfig());
        var inherited = Inheritance.ForUnlearning(path);
        Assert.Equal(path, inherited.Model.From);
        Assert.Null(inherited.AttentionRemoval);
    }

    private string Trained(RunConfig config)
    {
        var folder = _runs.Before();
        folder.Run = folder.Run with { Config = config };
        return folder.Path;
    }
}

using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Efface.Auditing;
using Efface.Baselines;
using Efface.Data.Sheets;
using Efface.Data.Sources;
using Efface.Data.Vectors;
using Efface.Erasing;
using Efface.Interchange;
using Efface.Records;
using Efface.Runs;
using Efface.Runs.Bench;
using Efface.Runs.Encodings;
using Efface.Runs.Experiments;
using Efface.Runs.Exports;
using Efface.Runs.Sweeps;
using Xunit;

namespace Efface.Tests;

public sealed partial class SettingsTests
{
    // Records of settings, with the properties that nobody sets by a flag.
    private static readonly Dictionary<Type, string[]> Records = new()
    {
        [typeof(RunConfig)] = [nameof(RunConfig.Vectors), nameof(RunConfig.Extractor), nameof(RunConfig.Erasing)],
        [typeof(DataOptions)] = [nameof(DataOptions.Attributes), nameof(DataOptions.Seed)],
        [typeof(ReadingOptions)] = [],
        [typeof(LabelRules)] = [],
        [typeof(ModelSettings)] = [],
        [typeof(RecipeSettings)] = [],
        [typeof(TrainingSettings)] = [],
        [typeof(AttentionRemovalSettings)] = [],
        [typeof(VectorOptions)] = [],
        // --seeds says how many; attackers and parts of one's own come by With.
        [typeof(AuditSettings)] = [nameof(AuditSettings.Seeds), nameof(AuditSettings.OwnAttackers), nameof(AuditSettings.OwnParts)],
        [typeof(BenchSettings)] = [nameof(BenchSettings.MeasuresMemory)],
        [typeof(ExperimentScale)] = [],
        // The run's own.
        [typeof(EraserOptions)] = [nameof(EraserOptions.Seed), nameof(EraserOptions.Salt)],
        [typeof(ApplyOptions)] = [],
        [typeof(ExtractorOptions)] = [nameof(ExtractorOptions.ExtractorHash)],
        [typeof(ExportOptions)] = [],
        [typeof(EncodeOptions)] = [nameof(EncodeOptions.Extractor), nameof(EncodeOptions.Data)],
    };

    public static TheoryData<Type> Types => [.. Records.Keys];

    public static TheoryData<string> OfRuns => [.. Settings.Of<RunConfig>().Select(setting => setting.Property)];

    private static IEnumerable<Setting> All =>
        [
            .. Settings.Of<RunConfig>(),
            .. Settings.Of<VectorOptions>(),
            .. Settings.Of<AuditSettings>(),
            .. Settings.Of<BenchSettings>(),
            .. Settings.Of<ExperimentScale>(),
            .. Settings.Of<EraserOptions>(),
            .. Settings.Of<ApplyOptions>(),
            .. Settings.Of<ExtractorOptions>(),
            .. Settings.Of<ExportOptions>(),
            .. Settings.Of<EncodeOptions>(),
        ];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_property_that_can_be_set_is_in_the_table_or_known_to_have_no_flag(Type type)
    {
        string[] unsaid =
        [
            .. type.GetProperties()
                .Where(property => property.SetMethod is not null && property.GetCustomAttribute<SettingTraitsAttribute>() is null)
                .Select(property => property.Name),
        ];
        Assert.Equal(Records[type].Order(), unsaid.Order());
    }

    [Fact]
    public void Every_setting_has_a_flag_a_description_a_value_unless_it_is_a_switch_and_a_range_where_it_is_a_count()
    {
        string[] unbounded = ["seed", "split-seed", "correlation", "limit", "size", "batch", "threads", "width", "max-file-mb"];
        foreach (var setting in All)
        {
            Assert.Matches("^--[a-z]+(-[a-z]+)*$", setting.Flag);
            Assert.Matches(@"^\S.*[.]$", setting.Description);
            Assert.Equal(setting.Type == typeof(bool), setting.Value is null);
            if ((Nullable.GetUnderlyingType(setting.Type) ?? setting.Type).IsPrimitive && setting.Value is not null)
                Assert.True(setting.Range is not null || unbounded.Contains(setting.Name), $"{setting} has no range");
        }
    }

    [Fact]
    public void No_two_settings_of_a_record_share_a_flag_or_a_name_in_messages()
    {
        Assert.Distinct(Settings.Of<RunConfig>().Select(setting => setting.Flag));
        Assert.Distinct(Settings.Of<RunConfig>().Select(setting => setting.Property));
        Assert.Distinct(Settings.Of<VectorOptions>().Concat(Settings.Of<AuditSettings>()).Select(setting => setting.Flag));
    }

    [Theory]
    [MemberData(nameof(OfRuns))]
    public void Each_value_survives_run_json_and_lies_there_under_one_name(string property)
    {
        var (usual, setting) = (new RunConfig(), OfRun(property));
        var other = Others.Than(usual, setting);
        var json = JsonSerializer.SerializeToNode(other, RunFolder.Json)!;

        Assert.Equal(
            JsonSerializer.Serialize(setting.In(other), RunFolder.Json),
            JsonSerializer.Serialize(setting.In(json.Deserialize<RunConfig>(RunFolder.Json)!), RunFolder.Json)
        );
        var before = JsonSerializer.SerializeToNode(usual, RunFolder.Json)!.AsObject();
        var changed = json.AsObject().Where(entry => !JsonNode.DeepEquals(before[entry.Key], entry.Value)).Select(entry => entry.Key);
        Assert.Single(changed);
    }

    [Fact]
    public void Run_json_is_as_flat_as_ever() =>
        Assert.Equal(
            """
            {"data":"faces","reading":{},"model":"resnet18","width":1,"pickle":false,"recipe":"paper","forget":["hat"],"retain":[],
            "lambda":[1,2,0.5],"objective":"entropy","schedule":"end-to-end","devices":[],"precision":"bf16","recompute":false,
            "checkpointSeconds":300,"batch":128,"steer":false,"seed":0}
            """.ReplaceLineEndings(""),
            Json(
                Configs.Of("--recipe paper --forget hat --lambda 1,2,0.5 --objective entropy --schedule end-to-end --precision bf16"),
                without: "reading"
            )
        );

    [Fact]
    public void A_run_json_of_before_is_read_whatever_its_case_and_whatever_else_it_holds()
    {
        var config = JsonSerializer.Deserialize<RunConfig>(
            """
            {"model":"resnet50","recipe":"paper","objective":"Reversal","schedule":"end-to-end","precision":"BF16","checkpointSeconds":7,
            "reading":{"resize":"FIT","onBad":"skip","bin":["age=0,10"]},"attentionRemoval":{"attributes":["hat"],"fill":"Noise"},
            "unknown":1,"from":"before","root":"/there","lambda":[1,2,3]}
            """,
            RunFolder.Json
        )!;
        var asked = Configs.Of(
            "--model resnet50 --recipe paper --objective reversal --schedule end-to-end --precision bf16 --checkpoint 7 --resize fit "
                + "--on-bad skip --bin age=0,10 --remove-attention hat --fill noise --from before --root /there --lambda 1,2,3"
        );
        Assert.Equivalent(asked, config, strict: true);
    }

    [Theory]
    [MemberData(nameof(OfRuns))]
    public void What_a_user_writes_is_what_is_told(string property)
    {
        var setting = OfRun(property);
        var other = Others.Than(new RunConfig(), setting);
        string[] texts = setting switch
        {
            { Repeats: true } => [.. ((IEnumerable)setting.In(other)!).Cast<string>()],
            { Value: null } => [],
            _ => [Setting.Text(setting.In(other))],
        };
        Assert.Equal(Setting.Text(setting.In(other)), Setting.Text(setting.In(setting.Read(new RunConfig(), texts))));
    }

    [Theory]
    [MemberData(nameof(OfRuns))]
    public void Only_what_can_differ_between_points_is_swept(string property)
    {
        var setting = OfRun(property);
        Assert.NotEqual(setting.IsFixed, SweepAxis.Names.Contains(setting.Name));
    }

    [Fact]
    public void What_is_swept_is_what_was_swept_before_there_was_a_table() =>
        Assert.Equal(
            "lambda1 lambda2 lambda3 batch bits blocks correlation distil epochs learning-rate limit model normalise objective patience "
                + "precision probe recipe recompute retention schedule size split steer stem threads width",
            string.Join(' ', SweepAxis.Names)
        );

    [Theory]
    [InlineData("[1, 12]", 1, null)]
    [InlineData("[1, 12]", 13, "above 12")]
    [InlineData("[1, 12]", 0, "below 1")]
    [InlineData("(0, 1)", 0, "not a number above 0 and below 1")]
    [InlineData("(0, 1)", 1, "not a number above 0 and below 1")]
    [InlineData("[0.5, 1)", 0.4, "below 0.5")]
    [InlineData("[3, ∞)", double.PositiveInfinity, "not 3 or more")]
    [InlineData("(0, ∞]", double.PositiveInfinity, null)]
    [InlineData("(0, ∞)", double.NaN, "not a number above 0")]
    public void Numbers_outside_their_range_are_told(string range, double number, string? fault) =>
        Assert.Equal(fault, Interval.Parse(range).Fault(number));

    [Fact]
    public void Whatever_property_a_message_names_has_a_flag()
    {
        var flags = Settings.FlagsIn(typeof(Settings).Assembly);
        // Parameters, and records without flags of their own: the tool knows what it calls them.
        string[] others =
        [
            "path",
            "resume",
            "file",
            "attributes",
            "before",
            "bits",
            "codebook",
            "AuditSettings.Seeds",
            "ReproductionSettings.Data",
            "SweepSettings.Axes",
            "SweepSettings.Seeds",
        ];
        var named = (
            from file in Repository.Sources(Path.Combine("src", "Efface"))
            from line in File.ReadLines(file)
            where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
            from Match match in Code().Matches(line)
            select match.Groups[1].Value
        ).ToList();

        Assert.True(named.Count > 100, $"{named.Count} names");
        Assert.Empty(named.Except(flags.Keys).Except(others));
    }

    private static Setting OfRun(string property) => Settings.Of<RunConfig>().Single(setting => setting.Property == property);

    private static string Json(RunConfig config, string without)
    {
        var json = JsonSerializer.SerializeToNode(config, RunFolder.Json)!.AsObject();
        json[without] = new JsonObject();
        return json.ToJsonString();
    }

    [GeneratedRegex("`([A-Za-z]+(?:\\.[A-Za-z]+)?)`")]
    private static partial Regex Code();
}

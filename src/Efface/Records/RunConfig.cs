using System.Text.Json;
using System.Text.Json.Serialization;
using Efface.Baselines;
using Efface.Data.Sources;
using Efface.Data.Vectors;
using Efface.Erasing;
using Efface.Interchange;

namespace Efface.Records;

/// <summary>Everything that decides a run. In run.json all groups share one flat level.</summary>
[JsonConverter(typeof(FlatJson))]
public sealed record RunConfig
{
    /// <summary>The data to learn from, and the task.</summary>
    [SettingGroup(IsInherited = true)]
    public DataOptions Data { get; init; } = new();

    /// <summary>The network, and its initial weights.</summary>
    [SettingGroup]
    public ModelSettings Model { get; init; } = new();

    /// <summary>What is forgotten, and how.</summary>
    [SettingGroup]
    public RecipeSettings Recipe { get; init; } = new();

    /// <summary>How it is trained.</summary>
    [SettingGroup]
    public TrainingSettings Training { get; init; } = new();

    /// <summary>What is removed from the images before training; null for nothing.</summary>
    [SettingGroup(IsInherited = true, IsFoundOut = true, IsFixed = true)]
    public AttentionRemovalSettings? AttentionRemoval { get; init; }

    /// <summary>The files of representations that another program computed; null for runs on images.</summary>
    public VectorOptions? Vectors { get; init; }

    /// <summary>The model from elsewhere whose vectors are looked at; null for Efface's own networks, and for files of vectors.</summary>
    public ExtractorOptions? Extractor { get; init; }

    /// <summary>Whether vectors are looked at that no network of Efface's own made.</summary>
    internal bool IsOfVectors => Vectors is not null || Extractor is not null;

    /// <summary>How an eraser of such vectors is fitted; null for an audit, and for runs on images.</summary>
    public EraserOptions? Erasing { get; init; }

    /// <summary>What is wrong with each of its settings alone, each with its remedy.</summary>
    public IEnumerable<Problem> Check() =>
        [.. Model.Check(), .. Training.Check(), .. Recipe.Check(), .. AttentionRemoval?.Check() ?? [], .. Data.Check()];

    // Each group reads its own properties from the whole, and writes them into the whole.
    private sealed class FlatJson : JsonConverter<RunConfig>
    {
        public override RunConfig Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            var json = JsonElement.ParseValue(ref reader);
            var others = json.Deserialize<Others>(options)!;
            return new RunConfig
            {
                Data = json.Deserialize<DataOptions>(options)!,
                Model = json.Deserialize<ModelSettings>(options)!,
                Recipe = json.Deserialize<RecipeSettings>(options)!,
                Training = json.Deserialize<TrainingSettings>(options)!,
                AttentionRemoval = others.AttentionRemoval,
                Vectors = others.Vectors,
                Extractor = others.Extractor,
                Erasing = others.Erasing,
            };
        }

        public override void Write(Utf8JsonWriter writer, RunConfig config, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            object[] groups =
            [
                config.Data,
                config.Model,
                config.Recipe,
                config.Training,
                new Others(config.AttentionRemoval, config.Vectors, config.Extractor, config.Erasing),
            ];
            foreach (var group in groups)
            foreach (var property in JsonSerializer.SerializeToElement(group, group.GetType(), options).EnumerateObject())
                property.WriteTo(writer);
            writer.WriteEndObject();
        }

        private sealed record Others(
            AttentionRemovalSettings? AttentionRemoval,
            VectorOptions? Vectors,
            ExtractorOptions? Extractor,
            EraserOptions? Erasing
        );
    }
}

using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Efface;

/// <summary>The settings in a record: every property with a <see cref="SettingAttribute"/>, including those in its groups.</summary>
internal static class Settings
{
    /// <summary>In the order of the properties.</summary>
    public static IReadOnlyList<Setting> Of<T>() => Table<T>.Settings;

    /// <summary>Every value of a record that is out of range; its groups check themselves.</summary>
    internal static IEnumerable<Problem> Check<T>(T settings)
        where T : notnull => Table<T>.Own.SelectMany(setting => setting.Check(settings));

    /// <summary>The flag of each property, by its name in messages.</summary>
    public static IReadOnlyDictionary<string, string> FlagsIn(Assembly assembly) =>
        assembly
            .GetTypes()
            .SelectMany(type => type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(property => property.IsDefined(typeof(SettingAttribute)))
            .Select(property => new Setting([property]))
            .ToDictionary(setting => setting.Property, setting => setting.Flag);

    private static IEnumerable<Setting> Below(Type type, IReadOnlyList<PropertyInfo> path) =>
        type.GetProperties()
            .SelectMany(property =>
                property.IsDefined(typeof(SettingAttribute)) ? [new Setting([.. path, property])]
                : property.IsDefined(typeof(SettingGroupAttribute)) ? Below(property.PropertyType, [.. path, property])
                : []
            );

    private static class Table<T>
    {
        public static readonly Setting[] Settings = [.. Below(typeof(T), [])];

        public static readonly Setting[] Own = [.. Settings.Where(setting => setting.IsOwn)];
    }
}

/// <summary>The values of an enumeration in JSON as users write them: <c>end-to-end</c>, in any case.</summary>
internal sealed class Words<T> : JsonConverter<T>
    where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        var text = reader.GetString();
        foreach (var value in Enum.GetValues<T>())
            if (Setting.Text(value).Equals(text, StringComparison.OrdinalIgnoreCase))
                return value;
        throw new JsonException($"'{text}' is none of {string.Join(", ", Enum.GetValues<T>().Select(value => Setting.Text(value)))}");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Setting.Text(value));
}

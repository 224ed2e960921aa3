using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Efface;

/// <summary>A property that users set, at any depth within a record of settings.</summary>
internal sealed class Setting
{
    private readonly IReadOnlyList<PropertyInfo> _path;
    private readonly SettingAttribute _attribute;
    private readonly SettingTraitsAttribute[] _traits;

    internal Setting(IReadOnlyList<PropertyInfo> path)
    {
        _path = path;
        _attribute = path[^1].GetCustomAttribute<SettingAttribute>()!;
        _traits = [.. path.Select(step => step.GetCustomAttribute<SettingTraitsAttribute>()!)];
    }

    /// <summary>Its flag, with dashes.</summary>
    public string Flag => _attribute.Flag;

    /// <summary>Its flag, without dashes.</summary>
    public string Name => Flag[2..];

    /// <summary>The record that declares it, and its name there, as used in messages: <c>RecipeSettings.Bits</c>.</summary>
    public string Property => $"{_path[^1].DeclaringType!.Name}.{_path[^1].Name}";

    /// <inheritdoc cref="SettingAttribute.Value"/>
    public string? Value => _attribute.Value;

    /// <inheritdoc cref="SettingAttribute.Description"/>
    public string Description => _attribute.Description;

    /// <inheritdoc cref="SettingAttribute.Range"/>
    public string? Range => _attribute.Range;

    /// <inheritdoc cref="SettingAttribute.Repeats"/>
    public bool Repeats => _attribute.Repeats;

    /// <inheritdoc cref="SettingAttribute.Command"/>
    public string? Command => _traits.OfType<SettingAttribute>().Single().Command;

    /// <inheritdoc cref="SettingTraitsAttribute.IsInherited"/>
    public bool IsInherited => _traits.Any(traits => traits.IsInherited);

    /// <inheritdoc cref="SettingTraitsAttribute.IsHarmless"/>
    public bool IsHarmless => _traits.Any(traits => traits.IsHarmless);

    /// <inheritdoc cref="SettingTraitsAttribute.IsFoundOut"/>
    public bool IsFoundOut => _traits.Any(traits => traits.IsFoundOut);

    /// <inheritdoc cref="SettingTraitsAttribute.IsFixed"/>
    public bool IsFixed => _traits.Any(traits => traits.IsFixed);

    /// <summary>Its type; nullable only if null means something different from every value.</summary>
    public Type Type => _path[^1].PropertyType;

    // Whether it is in no group.
    internal bool IsOwn => _path.Count == 1;

    /// <summary>Its value; null if it has none, or its group is missing.</summary>
    public object? In(object settings)
    {
        object? value = settings;
        foreach (var step in _path)
            value = value is null ? null : step.GetValue(value);
        return value;
    }

    /// <summary>Its default value.</summary>
    public object? Default => _path[^1].GetValue(Activator.CreateInstance(_path[^1].ReflectedType!));

    /// <summary>The settings with another value; a missing group is created with its defaults.</summary>
    public T With<T>(T settings, object? value)
        where T : notnull => (T)Changed(settings, 0, value);

    private object Changed(object record, int depth, object? value)
    {
        var (copy, step) = (Copy(record), _path[depth]);
        step.SetValue(
            copy,
            depth == _path.Count - 1
                ? value
                : Changed(step.GetValue(record) ?? Activator.CreateInstance(step.PropertyType)!, depth + 1, value)
        );
        return copy;
    }

    // What `with { }` calls.
    private static object Copy(object record) => record.GetType().GetMethod("<Clone>$")!.Invoke(record, null)!;

    /// <summary>The settings with a value as users write it; no text switches it on.</summary>
    /// <exception cref="InvalidInputException">The text is not a value of its type.</exception>
    public T Read<T>(T settings, params IReadOnlyList<string> texts)
        where T : notnull
    {
        var whole = string.Join(',', texts);
        if (ElementType is not { } element)
            return With(settings, texts is [] ? true : One(Nullable.GetUnderlyingType(Type) ?? Type, texts[^1], whole));
        string[] parts = Repeats ? [.. texts] : whole.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        // An unset variable in a script must not mean the default.
        if (parts is [])
            throw Refused($"\"{whole}\"", "names nothing", "Give names, with commas between them, or leave it out");
        var values = Array.CreateInstance(element, parts.Length);
        for (var i = 0; i < parts.Length; i++)
            values.SetValue(One(element, parts[i], whole), i);
        return With(settings, values);
    }

    private Type? ElementType =>
        Type.IsGenericType && Type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? Type.GetGenericArguments()[0] : null;

    private object One(Type type, string text, string whole)
    {
        if (type == typeof(string))
            return text;
        var culture = CultureInfo.InvariantCulture;
        var words =
            type.IsEnum ? Enum.GetValues(type).Cast<object>()
            : type == typeof(bool) ? [true, false]
            : [];
        object? value =
            type == typeof(int) && int.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var count) ? count
            : type == typeof(long) && long.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var many) ? many
            : type == typeof(double) && double.TryParse(text, NumberStyles.Float, culture, out var number) ? number
            : words.FirstOrDefault(word => Text(word).Equals(text, StringComparison.OrdinalIgnoreCase));
        if (value is not null)
            return value;
        if (words.Any())
            throw Refused(whole, $"no such {Name}", _attribute.Remedy ?? $"Choose one of {string.Join(", ", words.Select(Text))}");
        throw Refused(
            whole,
            $"'{text}' is not a {(type == typeof(double) ? "number" : "whole number")}",
            Remedy ?? "Give it in digits, with a point before decimals"
        );
    }

    private InvalidInputException Refused(string text, string fault, string remedy) => new($"`{Property}` {text}", fault, remedy);

    private string? Remedy => _attribute.Remedy ?? (Range is null ? null : $"Give {Interval.Parse(Range)}");

    /// <summary>A value as users write it.</summary>
    public static string Text(object? value) =>
        value switch
        {
            null => "nothing",
            string text => text,
            bool isOn => isOn ? "true" : "false",
            Enum word => JsonNamingPolicy.KebabCaseLower.ConvertName(word.ToString()),
            IEnumerable list => string.Join(',', list.Cast<object>().Select(Text)),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };

    /// <summary>A problem if its value is out of range.</summary>
    public IEnumerable<Problem> Check(object settings)
    {
        if (Range is null || In(settings) is not { } value)
            yield break;
        var range = Interval.Parse(Range);
        foreach (var number in value is IEnumerable list ? list.Cast<object>() : [value])
            if (range.Fault(Convert.ToDouble(number, CultureInfo.InvariantCulture)) is { } fault)
            {
                yield return new Problem($"`{Property}` {Text(value)}", fault, Remedy!);
                yield break;
            }
    }

    /// <inheritdoc/>
    public override string ToString() => Property;
}

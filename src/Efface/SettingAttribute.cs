namespace Efface;

/// <summary>How runs treat a property that users set, or a whole group of such properties.</summary>
internal abstract class SettingTraitsAttribute : Attribute
{
    /// <summary>A run that starts from another takes it over.</summary>
    public bool IsInherited { get; init; }

    /// <summary>It changes no weight, so a run may be resumed with another value.</summary>
    public bool IsHarmless { get; init; }

    /// <summary>A run determines it if it is not given, so a finished run may have a value that was not requested.</summary>
    public bool IsFoundOut { get; init; }

    /// <summary>It is the same for all points of a sweep.</summary>
    public bool IsFixed { get; init; }
}

/// <summary>
/// Everything about a property that users set. The flag, its help, the parsing of text, the check of its range, inheritance, resumption and
/// sweeps follow from here and from the property's type; its name in JSON is the property's.
/// </summary>
/// <param name="flag">Its flag, with dashes.</param>
/// <param name="value">The placeholder for the value in the help, such as N; null for a switch.</param>
/// <param name="description">What it does, in a sentence that ends with the default in brackets.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingAttribute(string flag, string? value, string description) : SettingTraitsAttribute
{
    /// <summary>With dashes.</summary>
    public string Flag { get; } = flag;

    /// <summary>The placeholder for the value in the help; null for a switch.</summary>
    public string? Value { get; } = value;

    /// <summary>What it does.</summary>
    public string Description { get; } = description;

    /// <summary>The range of its numbers, as an interval: <c>[1, 12]</c>, <c>(0, 1)</c> or, without an end, <c>[1, ∞)</c>.</summary>
    public string? Range { get; init; }

    /// <summary>What to give instead of a wrong value; null derives it from the range or the type.</summary>
    public string? Remedy { get; init; }

    /// <summary>Whether the flag is given once for each element of a list; else commas separate them.</summary>
    public bool Repeats { get; init; }

    /// <summary>The only command that has the flag, of those with this table; null for all.</summary>
    public string? Command { get; init; }
}

/// <summary>A record of settings within another.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingGroupAttribute : SettingTraitsAttribute;

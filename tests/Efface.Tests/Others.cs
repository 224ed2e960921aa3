using System.Collections;

namespace Efface.Tests;

/// <summary>Values that a setting does not have.</summary>
internal static class Others
{
    /// <summary>The settings with another value of one of them, of its own type; it need not make sense.</summary>
    public static T Than<T>(T settings, Setting setting)
        where T : notnull => setting.With(settings, Of(setting.Type, setting.In(settings) ?? setting.Default));

    private static object Of(Type type, object? value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
            return Enum.GetValues(type).Cast<object>().First(other => !other.Equals(value));
        return value switch
        {
            string text => text + "x",
            bool isOn => !isOn,
            int number => number + 1,
            long number => number + 1,
            double number => number + 0.125,
            IEnumerable => Listed(type),
            _ => type == typeof(string) ? "x"
            : type == typeof(int) ? 3
            : type == typeof(double) ? 0.375
            : Listed(type),
        };
    }

    private static object Listed(Type type) => type.GetGenericArguments()[0] == typeof(string) ? new[] { "x", "y" } : new[] { 0.5, 1, 2 };
}

using Efface.Erasing;
using Efface.Unlearning;

namespace Efface.Tests.Erasing;

/// <summary>An eraser of each recipe, fitted once for all tests and saved.</summary>
public sealed class FittedErasers : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("efface-").FullName;
    private readonly Dictionary<string, Lazy<Eraser>> _erasers;

    public FittedErasers() => _erasers = Names.ToDictionary(name => name, name => new Lazy<Eraser>(() => Fit(name)));

    /// <summary>The recipes that fit vectors.</summary>
    public static IEnumerable<string> Names => Recipes.All.Where(recipe => recipe.IsForVectors).Select(recipe => recipe.Name);

    /// <summary>As it was fitted.</summary>
    public Eraser this[string recipe] => _erasers[recipe].Value;

    /// <summary>The folder in which it is saved.</summary>
    public string FolderOf(string recipe)
    {
        _ = this[recipe];
        return Path.Combine(_folder, recipe);
    }

    /// <summary>A copy of the folder that a test may damage.</summary>
    public string CopyOf(string recipe)
    {
        var copy = Directory.CreateDirectory(Path.Combine(_folder, Guid.NewGuid().ToString("N"))).FullName;
        foreach (var file in Directory.EnumerateFiles(FolderOf(recipe)))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    public void Dispose()
    {
        foreach (var eraser in _erasers.Values.Where(eraser => eraser.IsValueCreated))
            eraser.Value.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Eraser Fit(string name)
    {
        using var table = ToyRows.Of(900, 1).Table(600, 150);
        var eraser = Recipes.Named(name).Erase(new ErasingWork(table, table["y"], [table["z"]], new EraserOptions { Noise = 0.4 }));
        eraser.Save(Path.Combine(_folder, name));
        return eraser;
    }
}

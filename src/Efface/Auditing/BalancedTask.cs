namespace Efface.Auditing;

/// <summary>
/// What y reveals about z on some images, with classes of z taken as equally frequent: else a rare class would never be worth guessing.
/// </summary>
/// <param name="task">y, [N]; constant without a task.</param>
/// <param name="attribute">z, [N].</param>
internal sealed class BalancedTask(int[] task, int[] attribute)
{
    private readonly Dictionary<int, int> _ofClass = attribute.CountBy(z => z).ToDictionary();

    // By y: p(z|y) of each class that occurs with it.
    private readonly Dictionary<int, Dictionary<int, double>> _chances = Chances(task, attribute);

    /// <summary>The weight of an image: all classes of z have the same total weight.</summary>
    public double Weight(int image) => 1.0 / _ofClass[attribute[image]];

    /// <summary>p(z|y) of a class at an image's y.</summary>
    public double Chance(int image, int z) => _chances[task[image]].GetValueOrDefault(z);

    /// <summary>How often the best guess from an image's y is right.</summary>
    public double Best(int image) => _chances[task[image]].Values.Max();

    private static Dictionary<int, Dictionary<int, double>> Chances(int[] task, int[] attribute)
    {
        var ofClass = attribute.CountBy(z => z).ToDictionary();
        return task.Zip(attribute)
            .CountBy(pair => pair)
            .GroupBy(pair => pair.Key.First)
            .ToDictionary(
                of => of.Key,
                of =>
                {
                    var shares = of.ToDictionary(pair => pair.Key.Second, pair => (double)pair.Value / ofClass[pair.Key.Second]);
                    var sum = shares.Values.Sum();
                    return shares.ToDictionary(share => share.Key, share => share.Value / sum);
                }
            );
    }
}

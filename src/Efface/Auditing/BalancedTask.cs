namespace Efface.Auditing;

/// <summary>What y tells of z on some images, classes of z taken as equally frequent: else a rare class would never be worth guessing.</summary>
/// <param name="task">y, [N]; the same for all without a task.</param>
/// <param name="attribute">z, [N].</param>
internal sealed class BalancedTask(int[] task, int[] attribute)
{
    private readonly Dictionary<int, int> _ofClass = attribute.CountBy(z => z).ToDictionary();

    // By y: the largest p(z|y).
    private readonly Dictionary<int, double> _told = Largest(task, attribute);

    /// <summary>What an image counts: all classes of z together count alike.</summary>
    public double Weight(int image) => 1.0 / _ofClass[attribute[image]];

    /// <summary>How often the best guess from an image's y is right.</summary>
    public double Told(int image) => _told[task[image]];

    private static Dictionary<int, double> Largest(int[] task, int[] attribute)
    {
        var ofClass = attribute.CountBy(z => z).ToDictionary();
        return task.Zip(attribute).CountBy(pair => pair).GroupBy(pair => pair.Key.First).ToDictionary(of => of.Key, of =>
        {
            double[] shares = [.. of.Select(pair => (double)pair.Value / ofClass[pair.Key.Second])];
            return shares.Max() / shares.Sum();
        });
    }
}

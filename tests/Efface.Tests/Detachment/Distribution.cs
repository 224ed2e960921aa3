namespace Efface.Tests.Detachment;

/// <summary>What a few variables, each named by a letter, are in one of their cases.</summary>
internal readonly record struct Outcome(string Names, string Values)
{
    public int this[char name] => Values[Names.IndexOf(name, StringComparison.Ordinal)];

    /// <summary>Equal exactly where all <paramref name="names"/> are.</summary>
    public string Key(string names)
    {
        var outcome = this;
        return string.Concat(names.Select(name => (char)outcome[name]));
    }
}

/// <summary>A joint distribution of a few variables, and its entropies in bits; built one variable after the other.</summary>
internal sealed class Distribution
{
    private readonly string _names;
    private readonly (Outcome Outcome, double Probability)[] _cases;

    private Distribution(string names, (Outcome, double)[] cases) => (_names, _cases) = (names, cases);

    public static Distribution Empty { get; } = new("", [(new("", ""), 1)]);

    /// <summary>The same with a variable that is drawn, given those before it.</summary>
    public Distribution Drawn(char name, Func<Outcome, double[]> channel) =>
        new(
            _names + name,
            [
                .. from one in _cases
                from symbol in channel(one.Outcome).Index()
                where symbol.Item > 0
                select (new Outcome(_names + name, one.Outcome.Values + (char)symbol.Index), one.Probability * symbol.Item),
            ]
        );

    /// <summary>
    /// The same with a variable that is drawn from the row that <paramref name="parents"/> pick: of one value, or of several below four.
    /// </summary>
    public Distribution Drawn(char name, string parents, double[][] rows) =>
        Drawn(name, outcome => rows[parents.Aggregate(0, (row, parent) => row * 4 + outcome[parent])]);

    /// <summary>The same with a variable that is a function of those before it.</summary>
    public Distribution Computed(char name, Func<Outcome, int> function) =>
        new(
            _names + name,
            [.. _cases.Select(one => (new Outcome(_names + name, one.Outcome.Values + (char)function(one.Outcome)), one.Probability))]
        );

    /// <summary>
    /// The same with a part of <paramref name="of"/> that is independent of <paramref name="given"/> and tells it to whoever knows
    /// <paramref name="given"/>: the
    /// functional representation of El Gamal and Kim, Network Information Theory, 2011, appendix B.
    /// </summary>
    public Distribution Represented(char name, char of, string given)
    {
        (double From, double To) Piece(Outcome outcome)
        {
            var all = Probability(other => other.Key(given) == outcome.Key(given));
            var below = Probability(other => other.Key(given) == outcome.Key(given) && other[of] < outcome[of]);
            return (below / all, (below + Probability(other => other.Key(given + of) == outcome.Key(given + of))) / all);
        }

        var ends = _cases
            .Select(one => Piece(one.Outcome))
            .SelectMany(piece => new[] { piece.From, piece.To })
            .Distinct()
            .Order()
            .ToArray();
        return Drawn(name, outcome =>
        {
            var piece = Piece(outcome);
            return
            [
                .. ends.Zip(ends.Skip(1), (low, high) =>
                    low >= piece.From && high <= piece.To ? (high - low) / (piece.To - piece.From) : 0
                ),
            ];
        });
    }

    public double Probability(Func<Outcome, bool> where) => Mean(outcome => where(outcome) ? 1 : 0);

    public double Mean(Func<Outcome, double> value) => _cases.Sum(one => one.Probability * value(one.Outcome));

    /// <summary>p(of | given) in this case.</summary>
    public double Conditional(Outcome outcome, string of, string given) =>
        Probability(other => other.Key(of + given) == outcome.Key(of + given))
        / Probability(other => other.Key(given) == outcome.Key(given));

    public double Entropy(string of, string given = "") => Joint(of + given) - Joint(given);

    public double Information(string one, string other, string given = "") =>
        Joint(one + given) + Joint(other + given) - Joint(one + other + given) - Joint(given);

    /// <summary>How often the best guess is right.</summary>
    public double Accuracy(char guessed, string known) =>
        Marginal(known + guessed).GroupBy(cell => cell.Key[..^1], cell => cell.Value).Sum(cells => cells.Max());

    private double Joint(string of) => Marginal(of).Values.Sum(probability => -probability * Math.Log2(probability));

    private Dictionary<string, double> Marginal(string of) =>
        _cases.GroupBy(one => one.Outcome.Key(of), one => one.Probability).ToDictionary(cell => cell.Key, cell => cell.Sum());
}

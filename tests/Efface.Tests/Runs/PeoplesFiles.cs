using System.Globalization;
using System.Text;
using Efface.Data.Vectors;

namespace Efface.Tests.Runs;

/// <summary>
/// Vectors that plainly tell sex, with labels, as tables of cells; and what people do to such tables on the way. The same seed does the
/// same.
/// </summary>
internal sealed class PeoplesFiles
{
    private const int Images = 1_500;

    private readonly Random _random;
    private readonly List<(string Name, Action Do)> _ways;
    private List<string[]> _labels,
        _vectors;
    private string[] _labelHeader = ["id", "sex", "smile", "age", "note"],
        _vectorHeader = ["id", "h0", "h1", "h2", "h3", "h4", "h5"];
    private string _separator = ",",
        _line = "\n",
        _attribute = "sex";
    private bool _commas,
        _headless,
        _utf16;

    public PeoplesFiles(int seed)
    {
        _random = new Random(seed);
        (_labels, _vectors) = ([], []);
        for (var i = 0; i < Images; i++)
        {
            var (sex, smile) = (_random.Next(2), _random.Next(2));
            double Noise() => Enumerable.Range(0, 6).Sum(_ => _random.NextDouble()) - 3;
            _labels.Add([
                $"p{i:D4}",
                sex == 1 ? "male" : "female",
                smile == 1 ? "yes" : "no",
                $"{18 + _random.Next(30) + 8 * sex}",
                $"n{_random.Next(9)}",
            ]);
            _vectors.Add([
                $"p{i:D4}",
                .. new[] { Noise() + 0.3 * smile, Noise() + 1.4 * sex, Noise(), Noise() - 1.4 * sex, Noise(), Noise() }.Select(number =>
                    number.ToString("F4", CultureInfo.InvariantCulture)
                ),
            ]);
        }
        _ways = [.. OfLabels(), .. OfVectors(), .. OfBoth(), .. OfFormats()];
    }

    /// <summary>How many ways there are.</summary>
    public int Ways => _ways.Count;

    /// <summary>What was done, in words.</summary>
    public string Done { get; private set; } = "";

    /// <summary>Does one thing, or several.</summary>
    public void Mutate(params int[] ways)
    {
        foreach (var way in ways)
        {
            Done += (Done.Length > 0 ? "; " : "") + _ways[way].Name;
            _ways[way].Do();
        }
    }

    /// <summary>Writes both files into a folder; what a user would type about them.</summary>
    public VectorOptions Write(string folder)
    {
        string Cell(string cell) => cell.Contains(_separator, StringComparison.Ordinal) ? $"\"{cell}\"" : cell;
        string Save(string name, string[] header, List<string[]> rows, bool headless)
        {
            var path = Path.Combine(folder, name);
            var lines = rows.Select(row =>
                string.Join(
                    _separator,
                    row.Select(cell =>
                        Cell(
                            _commas && name == "h.csv" && cell.Length > 2 && double.TryParse(cell, CultureInfo.InvariantCulture, out _)
                                ? cell.Replace('.', ',')
                                : cell
                        )
                    )
                )
            );
            File.WriteAllText(
                path,
                string.Join(_line, headless ? lines : lines.Prepend(string.Join(_separator, header.Select(Cell)))) + _line,
                _utf16 ? Encoding.Unicode : new UTF8Encoding(false)
            );
            return path;
        }
        return new VectorOptions
        {
            Representations = Save("h.csv", _vectorHeader, _vectors, _headless),
            Labels = Save("labels.csv", _labelHeader, _labels, false),
            Task = "smile",
            Attributes = [_attribute],
        };
    }

    private void Labels(int column, double share, Func<string, string> write) =>
        _labels = [.. _labels.Select(row => _random.NextDouble() < share ? With(row, column, write(row[column])) : row)];

    private void Vectors(double share, Func<int, string, string> write) =>
        _vectors = [
            .. _vectors.Select(
                (row, i) =>
                    _random.NextDouble() < share && _random.Next(1, Math.Max(2, row.Length)) is var column && column < row.Length
                        ? With(row, column, write(i, row[column]))
                        : row
            ),
        ];

    // What was done before may have left fewer columns.
    private static string[] With(string[] row, int column, string cell) =>
        column >= row.Length ? row : [.. row[..column], cell, .. row[(column + 1)..]];

    private IEnumerable<(string, Action)> OfLabels()
    {
        yield return ("nothing", () => { });
        foreach (
            var (name, write) in new (string, Func<string, string>)[]
            {
                ("capitals", sex => char.ToUpperInvariant(sex[0]) + sex[1..]),
                ("shouted", sex => sex.ToUpperInvariant()),
                ("a blank behind", sex => sex + " "),
                ("blanks within", sex => string.Join(' ', sex.AsEnumerable())),
                ("initials", sex => sex[..1]),
                ("capital initials", sex => sex[..1].ToUpperInvariant()),
                ("quotes", sex => $"'{sex}'"),
                ("a full stop", sex => sex + "."),
                ("another word", sex => sex == "male" ? "man" : "woman"),
            }
        )
        foreach (var share in new[] { 0.05, 0.3, 0.5 })
            yield return ($"{name} in {share:P0} of sex", () => Labels(1, share, write));
        foreach (var word in new[] { "NaN", "NA", "None", "null", "?", "unknown", "-1", "", "-", "#N/A", "n/a", "missing" })
        foreach (var share in new[] { 0.02, 0.15, 0.4 })
            yield return ($"'{word}' in {share:P0} of sex", () => Labels(1, share, _ => word));
        yield return ("sex as 0 and 1", () => Labels(1, 1, sex => sex == "male" ? "1" : "0"));
        yield return ("sex as -1 and 1", () => Labels(1, 1, sex => sex == "male" ? "1" : "-1"));
        yield return ("sex as 1, 1.0 and 0", () => Labels(1, 1, sex => sex == "female" ? "0"
                : _random.Next(2) == 0 ? "1"
                : "1.0"));
        yield return ("sex as 0, 1 and -1", () => Labels(1, 1, sex => _random.Next(5) == 0 ? "-1"
                : sex == "male" ? "1"
                : "0"));
        yield return ("sex as 0, 1 and 99", () => Labels(1, 1, sex => _random.Next(5) == 0 ? "99"
                : sex == "male" ? "1"
                : "0"));
        yield return ("sex as True and False, and 1 and 0", () => Labels(1, 1, sex => _random.Next(2) == 0
                    ? (sex == "male" ? "True" : "False")
                : sex == "male" ? "1"
                : "0"));
        yield return ("years of age", () => _attribute = "age");
        yield return ("years of age with a decimal", () =>
        {
            _attribute = "age";
            Labels(3, 1, age => age + ".0");
        });
        yield return ("ages as groups that a spreadsheet opened", () =>
        {
            _attribute = "age";
            Labels(3, 1, age => int.Parse(age, CultureInfo.InvariantCulture) switch
                {
                    < 28 => "3-Sep",
                    < 38 => "Oct-19",
                    _ => "20-29",
                });
        });
        yield return ("ages as ISO dates", () =>
        {
            _attribute = "age";
            Labels(3, 1, age => int.Parse(age, CultureInfo.InvariantCulture) < 33 ? "2026-03-09" : "10-19");
        });
        yield return ("a class of three", () =>
        {
            for (var i = 0; i < 3; i++)
                _labels[i] = With(_labels[i], 1, "other");
        });
        yield return ("smile in two spellings", () => Labels(2, 0.3, smile => smile.ToUpperInvariant()));
        yield return ("smile missing now and then", () => Labels(2, 0.1, _ => "NA"));
    }

    private IEnumerable<(string, Action)> OfVectors()
    {
        foreach (var cell in new[] { "#DIV/0!", "", "NaN", "inf", "?", "-", "n/a", "1.234.567", "12,5", "1e400", "...", "-9999", "999" })
        foreach (var share in new[] { 0.001, 0.02, 0.3 })
            yield return ($"'{cell}' in {share:P1} of rows", () => Vectors(share, (_, _) => cell));
        foreach (var column in new[] { 2, 4 })
        {
            yield return ($"column {column} is gone", () => Without(column));
            yield return ($"column {column} is text", () => _vectors = [.. _vectors.Select((row, i) => With(row, column, $"w{i % 7}"))]);
        }
        yield return ("one list a row", () => Lists(", "));
        yield return ("one list a row, blanks between", () => Lists(" "));
        yield return ("one list a row beside width and height", () =>
        {
            Lists(", ");
            Beside("width", _ => "640");
            Beside("height", i => $"{480 + i % 3}");
        });
        yield return ("lists that were shortened", () =>
        {
            Lists(", ");
            _vectors = [.. _vectors.Select(row => With(row, 1, row[1].Length < 16 ? row[1] : row[1][..8] + ", ..., " + row[1][^8..]))];
        });
        yield return ("a column of row numbers", () => Beside("Unnamed: 0", i => $"{i}"));
        yield return ("width and height beside them", () =>
        {
            Beside("width", _ => "640");
            Beside("height", i => $"{480 + i % 3}");
        });
        yield return ("columns of other names", () => _vectorHeader = ["id", "a", "b", "c", "d", "e", "f"]);
        yield return ("numbers with exponents", () =>
            _vectors = [
                .. _vectors.Select(row =>
                    row.Select(
                            (cell, i) =>
                                i == 0
                                    ? cell
                                    : double.Parse(cell, CultureInfo.InvariantCulture).ToString("E3", CultureInfo.InvariantCulture)
                        )
                        .ToArray()
                ),
            ]
        );
        yield return ("large numbers", () =>
            _vectors = [.. _vectors.Select(row => row.Select((cell, i) => i == 0 ? cell : cell + "e6").ToArray())]
        );
        yield return ("all the same", () => _vectors = [.. _vectors.Select(row => new[] { row[0], "0", "0", "0", "0", "0", "0" })]);
        yield return ("the same where nothing was found", () =>
            _vectors = [.. _vectors.Select(row => _random.Next(4) == 0 ? new[] { row[0], "0", "0", "0", "0", "0", "0" } : row)]
        );
        yield return ("the id alone", () =>
        {
            _vectorHeader = ["id"];
            _vectors = [.. _vectors.Select((row, i) => new[] { $"{i}" })];
        });
    }

    private IEnumerable<(string, Action)> OfBoth()
    {
        yield return ("another order of the vectors", () =>
        {
            var rows = _vectors.ToArray();
            _random.Shuffle(rows);
            _vectors = [.. rows];
        });
        yield return ("another order of the labels", () =>
        {
            var rows = _labels.ToArray();
            _random.Shuffle(rows);
            _labels = [.. rows];
        });
        yield return ("another order, and the ids under another name", () =>
        {
            var rows = _vectors.ToArray();
            _random.Shuffle(rows);
            (_vectors, _vectorHeader[0]) = ([.. rows], "image");
        });
        yield return ("sorted by id, backwards", () => _vectors.Reverse());
        yield return ("one row missing in the vectors", () => _vectors.RemoveAt(_vectors.Count / 2));
        yield return ("one row missing in each", () =>
        {
            _vectors.RemoveAt(700);
            _labels.RemoveAt(200);
        });
        yield return ("a row twice in the vectors, the last one gone", () =>
        {
            _vectors.Insert(300, _vectors[300]);
            _vectors.RemoveAt(_vectors.Count - 1);
        });
        yield return ("every row twice", () =>
        {
            (_labels, _vectors) = ([.. _labels, .. _labels], [.. _vectors, .. _vectors]);
        });
        yield return ("a third of the rows twice", () =>
        {
            (_labels, _vectors) = ([.. _labels, .. _labels[..500]], [.. _vectors, .. _vectors[..500]]);
        });
        yield return ("sorted by sex", () =>
        {
            var order = Enumerable
                .Range(0, Math.Min(_labels.Count, _vectors.Count))
                .OrderBy(i => _labels[i][1], StringComparer.Ordinal)
                .ToArray();
            (_labels, _vectors) = ([.. order.Select(i => _labels[i])], [.. order.Select(i => _vectors[i])]);
        });
        yield return ("the label copied beside the vectors", () => Beside("sex", i => _labels[Math.Min(i, _labels.Count - 1)][1]));
        yield return ("the label of the row above beside the vectors", () =>
            Beside("sex", i => _labels[Math.Clamp(i - 1, 0, _labels.Count - 1)][1])
        );
        yield return ("columns of the labels in another order", () =>
        {
            _labelHeader = [.. _labelHeader.Reverse()];
            _labels = [.. _labels.Select(row => row.Reverse().ToArray())];
        });
        yield return ("no ids in the vectors", () => Without(0));
        yield return ("an empty row between", () => _labels.Insert(400, ["", "", "", "", ""]));
        yield return ("a total below the labels", () => _labels.Add(["total", "1500", "", "", ""]));
    }

    private IEnumerable<(string, Action)> OfFormats()
    {
        yield return ("semicolons", () => _separator = ";");
        yield return ("tabs", () => _separator = "\t");
        yield return ("semicolons and decimal commas", () => (_separator, _commas) = (";", true));
        yield return ("tabs and decimal commas", () => (_separator, _commas) = ("\t", true));
        yield return ("decimal commas in quotes", () => _commas = true);
        yield return ("line ends of Windows", () => _line = "\r\n");
        yield return ("UTF-16", () => _utf16 = true);
        yield return ("no header of the vectors", () =>
        {
            Without(0);
            _headless = true;
        });
        yield return ("no header of the vectors, ids and all", () => _headless = true);
        yield return ("blanks in the header", () => _labelHeader = [.. _labelHeader.Select(name => $" {name} ")]);
    }

    private void Without(int column)
    {
        if (column >= _vectorHeader.Length)
            return;
        _vectorHeader = [.. _vectorHeader[..column], .. _vectorHeader[(column + 1)..]];
        _vectors = [.. _vectors.Select(row => new[] { row[..column], row[(column + 1)..] }.SelectMany(cells => cells).ToArray())];
    }

    private void Beside(string name, Func<int, string> cell)
    {
        _vectorHeader = [_vectorHeader[0], name, .. _vectorHeader[1..]];
        _vectors = [.. _vectors.Select((row, i) => new[] { row[0], cell(i) }.Concat(row[1..]).ToArray())];
    }

    private void Lists(string separator)
    {
        _vectorHeader = ["id", "embedding"];
        _vectors = [.. _vectors.Select(row => new[] { row[0], $"[{string.Join(separator, row[1..])}]" })];
    }
}

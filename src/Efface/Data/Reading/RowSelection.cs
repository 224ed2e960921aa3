using Efface.Data.Pixels;
using Efface.Data.Sheets;
using Efface.Data.Sources;

namespace Efface.Data.Reading;

/// <summary>Which rows of a sheet are used, in which part, and why the others are not.</summary>
internal sealed class RowSelection
{
    private readonly LabelSheet _sheet;
    private readonly List<RowFault> _faults;
    private readonly List<Finding> _findings;
    private readonly int _labelFaults;
    private readonly Part[] _parts;
    private readonly SheetColumn? _groups;
    private int[] _rows;
    private int[] _slots = [];
    private int _decodedRows;

    public RowSelection(LabelSheet sheet, DataOptions options)
    {
        _sheet = sheet;
        (_faults, _findings) = ([.. sheet.Faults], [.. sheet.Findings]);
        string[] needed = [.. options.Attributes.Append(options.Task).Append(options.Reading.GroupColumn).OfType<string>().Distinct()];
        Chosen = [.. sheet.Columns.Where(column => options.Attributes.Contains(column.Name) || column.Name == options.Task)];
        var task = Chosen.FirstOrDefault(column => column.Name == options.Task);
        _groups = sheet.Columns.FirstOrDefault(column => column.Name == options.Reading.GroupColumn);
        _rows = Complete([.. sheet.Columns.Where(column => needed.Contains(column.Name))]);
        // A picture that several rows name must not be in both training and test.
        var draw = new PartDraw(
            sheet.Count,
            row => task?.Codes[row] ?? 0,
            row => _groups?.Codes[row] ?? sheet.ImageOfRow[row],
            options.Seed
        )
        {
            Given = sheet.Parts,
        };
        _parts = draw.Parts(_rows);
        if (_groups is not null)
            _rows = draw.WithoutSharedGroups(_rows, _parts, _groups, Refuse);
        _labelFaults = _faults.Count;
        _rows = draw.Limit(_rows, _parts, options.Limit);
    }

    /// <summary>The columns of task and attributes.</summary>
    public IReadOnlyList<SheetColumn> Chosen { get; }

    /// <summary>The rows that are used so far.</summary>
    public IReadOnlyList<int> Rows => _rows;

    /// <summary>For each row of <see cref="Rows"/>, once decoded, the hash of its pixels.</summary>
    public UInt128[] Hashes { get; private set; } = [];

    /// <summary>The part of a row.</summary>
    public Part PartOf(int row) => _parts[row];

    /// <summary>The name of a row's picture for the user.</summary>
    public string NameOf(int row) => _sheet.Images.Name(_sheet.ImageOfRow[row]);

    /// <summary>Adds a finding that does not stop the run.</summary>
    public void Note(Finding finding) => _findings.Add(finding);

    /// <summary>Takes rows out, each with its fault.</summary>
    public void Remove(IReadOnlyDictionary<int, (string? Column, string? Value, string Fault, string Remedy)> faults)
    {
        if (faults.Count == 0)
            return;
        foreach (var row in _rows.Where(faults.ContainsKey))
        {
            var (column, value, fault, remedy) = faults[row];
            Refuse(row, column, value, fault, remedy);
        }
        Keep(row => !faults.ContainsKey(row));
    }

    /// <summary>Pixels of the rows; those whose picture cannot be read are removed.</summary>
    public TorchSharp.torch.Tensor Decode(DecodingOptions options)
    {
        _decodedRows = _rows.Length;
        int[] images = [.. _rows.Select(row => _sheet.ImageOfRow[row]).Distinct()];
        var place = images.Select((image, i) => (image, i)).ToDictionary(pair => pair.image, pair => pair.i);
        var decoded = _sheet.Images.Decode(images, options);
        int[] placeOf = [.. _rows.Select(row => place[_sheet.ImageOfRow[row]])];
        _slots = [.. placeOf.Select(i => decoded.Slots[i])];
        Hashes = [.. placeOf.Select(i => decoded.Hashes[i])];
        var faults = new Dictionary<int, (string?, string?, string, string)>();
        for (var i = 0; i < _rows.Length; i++)
            if (decoded.Faults.TryGetValue(placeOf[i], out var fault))
                faults[_rows[i]] = (
                    null,
                    fault.Value is null ? NameOf(_rows[i]) : $"{NameOf(_rows[i])}, {fault.Value}",
                    fault.Fault,
                    fault.Remedy
                );
        Remove(faults);
        return decoded.Pixels;
    }

    /// <summary>Refuses the data set if more of it is bad than may be skipped.</summary>
    /// <exception cref="InvalidInputException">Every kind of fault, with its count.</exception>
    public void Judge(OnBad? onBad)
    {
        var problems = FaultGroup.Of(_faults).Select(group => group.ToProblem()).ToList();
        var share = Math.Max(Share(_labelFaults, _sheet.Count + _sheet.Faults.Count), Share(_faults.Count - _labelFaults, _decodedRows));
        var tolerated = onBad switch
        {
            OnBad.Skip => 1,
            OnBad.Fail => 0,
            _ => DataReader.TolerableShare,
        };
        if (_faults.Count > 0 && share > tolerated)
            throw new InvalidInputException([
                .. problems,
                new Problem(
                    "`ReadingOptions.OnBad`",
                    $"{_faults.Count:N0} rows cannot be used, which is more than {tolerated:P0} of what was read",
                    "Mend them, or give `ReadingOptions.OnBad` skip to go on without them"
                ),
            ]);
        if (_rows.Length == 0)
            throw new InvalidInputException([
                .. problems,
                new Problem(
                    $"data set {_sheet.Name}",
                    "has no row that can be used",
                    "Look at what was skipped, and at `LabelRules.Only` and `LabelRules.Drop`"
                ),
            ]);

        static double Share(int some, int all) => all == 0 ? (some > 0 ? 1 : 0) : (double)some / all;
    }

    /// <summary>The remaining images and labels.</summary>
    public ImageTable Table(TorchSharp.torch.Tensor pixels) =>
        new(
            _sheet.Name,
            pixels,
            [.. _sheet.Columns.Where(column => !column.IsOpen).Select(column => column.OfRows(_rows))],
            [.. _rows.Select(row => _parts[row])],
            _sheet.Flips,
            _slots,
            Hashes
        )
        {
            Groups = _groups is null ? null : [.. _rows.Select(row => _groups.Codes[row])],
        };

    /// <summary>What was found.</summary>
    public DataReport Report()
    {
        var read = _sheet.Count + _sheet.Faults.Count + _sheet.LeftOut;
        return new DataReport(read, read - _faults.Count - _rows.Length, _faults, _findings);
    }

    private int[] Complete(SheetColumn[] needed)
    {
        var rows = new List<int>(_sheet.Count);
        for (var row = 0; row < _sheet.Count; row++)
        {
            var empty = Array.Find(needed, column => column.Codes[row] < 0);
            if (empty is null)
                rows.Add(row);
            else
                Refuse(row, empty.Name, null, "has no value", "Fill it in, or take the row out");
        }
        return [.. rows];
    }

    private void Refuse(int row, string? column, string? value, string fault, string remedy)
    {
        var (file, line) = _sheet.Place(row);
        _faults.Add(new RowFault(file, line, column, value, fault, remedy));
    }

    private void Keep(Func<int, bool> stays)
    {
        int[] kept = [.. Enumerable.Range(0, _rows.Length).Where(i => stays(_rows[i]))];
        (_rows, _slots, Hashes) = ([.. kept.Select(i => _rows[i])], [.. kept.Select(i => _slots[i])], [.. kept.Select(i => Hashes[i])]);
    }
}

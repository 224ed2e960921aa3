using Efface.Data.Sheets;
using Efface.Data.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Data.Rewriting;

/// <summary>Applies the function to the rows that can be used, and keeps account of the others.</summary>
/// <param name="map">The function.</param>
/// <param name="request">Whether it gives codes, and what rows are unusable.</param>
/// <param name="own">Remembers what goes wrong in the function.</param>
internal sealed class RowMap(Func<Tensor, Tensor> map, RewriteRequest request, OwnFaults own)
{
    /// <summary>The code of a row without a usable vector.</summary>
    public const long NoCode = -1;

    private const int MostRows = 1 << 14;
    private const long ChunkBytes = 1 << 23;

    private readonly List<RowFault> _faults = [];

    /// <summary>Rows so far.</summary>
    public long Count { get; private set; }

    /// <summary>Rows without a usable vector so far.</summary>
    public IReadOnlyList<RowFault> Faults => _faults;

    /// <summary>Whether a row becomes a code.</summary>
    public bool GivesCodes => request.GivesCodes;

    /// <summary>How many rows of a width are mapped at a time.</summary>
    public static int RowsAtATime(long width) => (int)Math.Clamp(ChunkBytes / (sizeof(float) * Math.Max(1, width)), 1, MostRows);

    /// <summary>The rows as they are written: of <paramref name="type"/> [B, D] with NaN in rows that cannot be used, or i64 [B].</summary>
    /// <param name="values">f32 [B, D].</param>
    /// <param name="rows">Their positions; rows already refused may hold anything.</param>
    /// <param name="type">The type of a number in the file; unused for codes.</param>
    public Tensor Apply(Tensor values, SheetDraft rows, ScalarType type = ScalarType.Float32)
    {
        using var scope = NewDisposeScope();
        VectorNumbers.RefuseNotFinite(values, rows);
        foreach (var row in request.FarOut?.Invoke(values).Where(row => !rows.IsRefused(row)) ?? [])
            rows.Refuse(row, null, null, VectorNumbers.IsFarOut, VectorNumbers.ForFarOut);
        var kept = rows.Kept;
        var written = kept.Length == 0 ? Nothing(values, type) : Usable(values, rows, kept, type);
        _faults.AddRange(rows.Faults.OrderBy(fault => fault.Line));
        Count += rows.Count;
        return written.MoveToOuterDisposeScope();
    }

    private Tensor Usable(Tensor values, SheetDraft rows, int[] kept, ScalarType type)
    {
        var areAll = kept.Length == rows.Count;
        var mapped = Map(areAll ? values.alias() : values.index_select(0, torch.tensor(kept.Select(row => (long)row).ToArray())));
        if (!GivesCodes)
        {
            mapped = mapped.to_type(type);
            if (RefuseUnwritable(mapped, rows, kept))
            {
                var still = Enumerable.Range(0, kept.Length).Where(i => !rows.IsRefused(kept[i])).ToArray();
                mapped = mapped.index_select(0, torch.tensor(still.Select(i => (long)i).ToArray()));
                (kept, areAll) = ([.. still.Select(i => kept[i])], false);
            }
        }
        if (areAll)
            return mapped.contiguous();
        var all = Nothing(values, type);
        return all.index_copy_(0, torch.tensor(kept.Select(row => (long)row).ToArray()), mapped);
    }

    private Tensor Map(Tensor usable)
    {
        long[] wanted = GivesCodes ? [usable.shape[0]] : usable.shape;
        var type = GivesCodes ? ScalarType.Int64 : ScalarType.Float32;
        try
        {
            var mapped = map(usable).cpu();
            return mapped.dtype == type && mapped.shape.SequenceEqual(wanted)
                ? mapped
                : throw new ArgumentException(
                    $"The function gave {mapped.dtype} [{string.Join(", ", mapped.shape)}], not {type} [{string.Join(", ", wanted)}]"
                );
        }
        catch (Exception fault) when (own.Note(fault))
        {
            throw;
        }
    }

    // 70,000 is more than 16 bits hold.
    private static bool RefuseUnwritable(Tensor mapped, SheetDraft rows, int[] kept)
    {
        var counts = RowTensor.CountNotFinite(mapped.to_type(ScalarType.Float32));
        for (var i = 0; i < kept.Length; i++)
            if (counts[i] > 0)
                rows.Refuse(
                    kept[i],
                    null,
                    $"{counts[i]:N0} of {mapped.shape[1]:N0} numbers",
                    "becomes numbers that are NaN, infinite, or too large for the file's type",
                    "Take the row out, or write the vectors as float32"
                );
        return counts.Any(count => count > 0);
    }

    private Tensor Nothing(Tensor values, ScalarType type) =>
        GivesCodes ? full([values.shape[0]], NoCode, ScalarType.Int64) : full(values.shape, double.NaN, type);
}

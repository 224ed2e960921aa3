using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Efface.Models.Weights.Pickles;

/// <summary>
/// Reads a pickle as data. Python's own reader calls whatever a pickle names, which is how one runs code; this one knows the instructions
/// that torch.save writes and the few names of <see cref="PickledNames"/>, builds inert values, and calls nothing.
/// </summary>
/// <param name="file">The file's name, for messages.</param>
/// <param name="stream">Stands behind the pickle when it has been read.</param>
internal sealed class PickleReader(string file, Stream stream)
{
    // A tensor takes some fifty instructions, of a few hundred bytes.
    private const int MostInstructions = 2_000_000,
        MostBytes = 1 << 26,
        LongestName = 1_000;

    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private readonly Dictionary<string, PickledStorage> _storages = [];
    private int _bytes;

    /// <summary>Every storage that was named, by its key.</summary>
    public IReadOnlyDictionary<string, PickledStorage> Storages => _storages;

    /// <summary>Reads one pickle to its end; several may follow each other.</summary>
    /// <exception cref="InvalidInputException">It names something that could run code.</exception>
    /// <exception cref="InvalidDataException">torch.save did not write it, or it is too large.</exception>
    /// <exception cref="EndOfStreamException">It has no end.</exception>
    public object? Read()
    {
        _stack.Clear();
        _marks.Clear();
        _memo.Clear();
        _bytes = 0;
        for (var instructions = 0; instructions < MostInstructions; instructions++)
        {
            var opcode = (Opcode)Byte();
            if (opcode == Opcode.Stop)
                return Pop();
            Follow(opcode);
        }
        throw new InvalidDataException($"its pickle has more than {MostInstructions:N0} instructions");
    }

    private void Follow(Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.Protocol:
                Byte();
                break;
            case Opcode.Frame:
                Bytes(sizeof(ulong));
                break;
            case Opcode.Mark:
                _marks.Push(_stack.Count);
                break;
            case Opcode.Put:
                _memo[Byte()] = Top;
                break;
            case Opcode.LongPut:
                _memo[Place()] = Top;
                break;
            case Opcode.Memoize:
                _memo[(uint)_memo.Count] = Top;
                break;
            case Opcode.Append or Opcode.Appends or Opcode.AddItems:
                var items = opcode == Opcode.Append ? [Pop()] : PopToMark();
                As<List<object?>>(Top).AddRange(items);
                break;
            case Opcode.SetItem or Opcode.SetItems:
                Set(opcode == Opcode.SetItem ? PopLast(2) : PopToMark());
                break;
            case Opcode.Build:
                Build(Pop());
                break;
            default:
                _stack.Add(Value(opcode));
                break;
        }
    }

    // What an instruction puts on the stack, in place of what it takes from there.
    private object? Value(Opcode opcode) =>
        opcode switch
        {
            Opcode.None => null,
            Opcode.True => true,
            Opcode.False => false,
            Opcode.Integer => (long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(sizeof(int))),
            Opcode.Integer1 => (long)Byte(),
            Opcode.Integer2 => (long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(sizeof(ushort))),
            Opcode.Long1 => Long(new BigInteger(Bytes(Byte()))),
            Opcode.Float => BinaryPrimitives.ReadDoubleBigEndian(Bytes(sizeof(double))),
            Opcode.Unicode or Opcode.String => Text(Length()),
            Opcode.ShortUnicode or Opcode.ShortString => Text(Byte()),
            Opcode.Bytes => Bytes(Length()),
            Opcode.ShortBytes => Bytes(Byte()),
            Opcode.EmptyTuple => Array.Empty<object?>(),
            Opcode.Tuple => PopToMark(),
            Opcode.Tuple1 => PopLast(1),
            Opcode.Tuple2 => PopLast(2),
            Opcode.Tuple3 => PopLast(3),
            Opcode.EmptyList or Opcode.EmptySet => new List<object?>(),
            Opcode.FrozenSet => PopToMark().ToList(),
            Opcode.EmptyDictionary => new PickledDictionary(),
            Opcode.Get => Remembered(Byte()),
            Opcode.LongGet => Remembered(Place()),
            Opcode.Global => Named([Line(), Line()]),
            Opcode.StackGlobal => Named(PopLast(2)),
            Opcode.Reduce or Opcode.NewObject => Call(PopLast(2)),
            Opcode.PersistentId => Storage(As<object?[]>(Pop())),
            _ => throw new InvalidDataException($"its pickle has an instruction 0x{(byte)opcode:x2}, which torch.save does not write"),
        };

    private PickledName Named(object?[] parts)
    {
        var name = new PickledName(As<string>(parts[0]), As<string>(parts[1]));
        return PickledNames.Allows(name)
            ? name
            : throw new InvalidInputException(
                file,
                $"its pickle names {name}, which is no tensor and could run code; nothing of it was run",
                "Where you trust the file, save in Python only its tensors: safetensors.torch.save_file(model.state_dict(), "
                    + "\"weights.safetensors\")"
            );
    }

    private static object? Call(object?[] call) => PickledNames.Call(As<PickledName>(call[0]), As<object?[]>(call[1]));

    private PickledStorage Storage(object?[] id)
    {
        if (id is not ["storage", PickledName kind, string key, _, long count, ..] || !PickledNames.IsStorage(kind))
            throw new InvalidDataException("its pickle refers to something else than tensors");
        if (id is [_, _, _, _, _, not null])
            throw new InvalidDataException("it was saved by a PyTorch before 0.4: load and save it with a newer one");
        var storage = new PickledStorage(key, StorageKind.All[kind.Name], count);
        return _storages.TryAdd(key, storage) || _storages[key] == storage
            ? storage
            : throw new InvalidDataException($"its pickle describes storage {key} in two ways");
    }

    private void Set(object?[] pairs)
    {
        if (pairs.Length % 2 != 0)
            throw new InvalidDataException("its pickle has a key without a value");
        // A counter or an object that keeps its own: without meaning here.
        if (Top is PickledObject)
            return;
        var dictionary = As<PickledDictionary>(Top);
        for (var i = 0; i < pairs.Length; i += 2)
            dictionary.Entries.Add((pairs[i], pairs[i + 1]));
    }

    // Attributes of a dictionary (the versions of modules) or of an object without meaning are dropped.
    private void Build(object? state)
    {
        if (Top is not (PickledDictionary or PickledObject))
            throw new InvalidDataException($"its pickle gives a state ({state?.GetType().Name}) to something that has none");
    }

    private object? Top => _stack.Count > 0 ? _stack[^1] : throw Damaged();

    private object? Pop() => PopLast(1)[0];

    private object?[] PopToMark() => _marks.TryPop(out var mark) && mark <= _stack.Count ? PopLast(_stack.Count - mark) : throw Damaged();

    private object?[] PopLast(int count)
    {
        if (_stack.Count < count)
            throw Damaged();
        object?[] last = [.. _stack[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return last;
    }

    private object? Remembered(uint place) => _memo.TryGetValue(place, out var value) ? value : throw Damaged();

    private static object Long(BigInteger number) => number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number;

    private static T As<T>(object? value) => value is T expected ? expected : throw Damaged();

    private static InvalidDataException Damaged() => new("its pickle is damaged");

    private byte Byte()
    {
        Count(1);
        return stream.ReadByte() is >= 0 and var value ? (byte)value : throw new EndOfStreamException();
    }

    private uint Place() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(sizeof(uint)));

    private int Length() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(sizeof(int)));

    private string Text(int length) => Encoding.UTF8.GetString(Bytes(length));

    private string Line()
    {
        var line = new List<byte>();
        for (var letter = Byte(); letter != '\n'; letter = Byte())
            if (line.Count < LongestName)
                line.Add(letter);
            else
                throw Damaged();
        return Encoding.UTF8.GetString([.. line]);
    }

    private byte[] Bytes(int count)
    {
        Count(count);
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private void Count(int bytes)
    {
        if (bytes < 0 || bytes > MostBytes - _bytes)
            throw new InvalidDataException($"its pickle is larger than {MostBytes:N0} bytes");
        _bytes += bytes;
    }
}

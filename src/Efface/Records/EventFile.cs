using System.Buffers.Binary;
using System.Numerics;
using Efface.Training;
using Google.Protobuf;
using Tensorboard;

namespace Efface.Records;

/// <summary>
/// Training curves and pictures for TensorBoard, in its own format: records of a length, its checksum, an event and its checksum
/// (TensorFlow's).
/// </summary>
internal static class EventFile
{
    /// <summary>TensorBoard looks for <c>tfevents</c> in a file's name.</summary>
    public const string Name = "events.out.tfevents.efface";

    private const string Version = "brain.Event:2";
    private const int Rgb = 3; // the number of its channels
    private const int HeadBytes = sizeof(ulong) + sizeof(uint);

    /// <summary>Adds an epoch.</summary>
    public static void Append(string path, EpochMetrics metrics) =>
        Append(
            path,
            metrics.Epoch,
            Scalars(metrics).Select(scalar => new Summary.Types.Value { Tag = scalar.Tag, SimpleValue = (float)scalar.Value })
        );

    /// <summary>Adds an epoch's picture (PNG, RGB) of validation images above their reconstructions.</summary>
    public static void AppendReconstructions(string path, int epoch, byte[] png, int height, int width)
    {
        var image = new Summary.Types.Image
        {
            Height = height,
            Width = width,
            Colorspace = Rgb,
            EncodedImageString = ByteString.CopyFrom(png),
        };
        Append(path, epoch, [new Summary.Types.Value { Tag = "reconstructions/validation", Image = image }]);
    }

    /// <summary>Keeps only earlier epochs, up to the first damaged record.</summary>
    public static void KeepBefore(string path, int epoch)
    {
        if (!File.Exists(path))
            return;
        using var file = File.Open(path, FileMode.Open);
        var kept = 0L;
        while (Read(file) is { } happened && happened.Step < epoch)
            kept = file.Position;
        file.SetLength(kept);
    }

    private static void Append(string path, int epoch, IEnumerable<Summary.Types.Value> values)
    {
        using var file = new FileStream(path, FileMode.Append);
        if (file.Position == 0)
            Write(file, new Event { FileVersion = Version });
        var summary = new Summary();
        summary.Value.AddRange(values);
        Write(file, new Event { Step = epoch, Summary = summary });
    }

    private static IEnumerable<(string Tag, double Value)> Scalars(EpochMetrics metrics)
    {
        yield return ("fidelity/validation", metrics.Fidelity);
        yield return ("fidelity/training", metrics.TrainingFidelity);
        yield return ("loss/task", metrics.TaskLoss);
        if (metrics.DetachmentLoss is { } detachment)
            yield return ("loss/detachment", detachment);
        foreach (var (name, value) in metrics.Information)
            yield return ($"information/{name}", value);
        foreach (var (attribute, leak) in metrics.ProbedLeaks ?? new Dictionary<string, double>())
            yield return ($"leak/{attribute}", leak);
        if (metrics.Pull is { } pull)
            yield return ("pull", pull);
        yield return ("cost/images per second", metrics.ImagesPerSecond);
        yield return ("cost/peak memory", metrics.PeakMemory);
    }

    private static void Write(Stream file, Event happened)
    {
        happened.WallTime = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        var body = happened.ToByteArray();
        Span<byte> record = new byte[HeadBytes + body.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record[sizeof(ulong)..], Checksum(record[..sizeof(ulong)]));
        body.CopyTo(record[HeadBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(record[(HeadBytes + body.Length)..], Checksum(body));
        // In one piece: whoever reads along sees whole records.
        file.Write(record);
    }

    // Null at the end, and where a record is cut off or damaged.
    private static Event? Read(Stream file)
    {
        var head = new byte[HeadBytes];
        if (file.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false) < HeadBytes || !IsWhole(head, sizeof(ulong)))
            return null;
        var length = BinaryPrimitives.ReadUInt64LittleEndian(head);
        if (length > (ulong)(file.Length - file.Position))
            return null;
        var body = new byte[(int)length + sizeof(uint)];
        return file.ReadAtLeast(body, body.Length, throwOnEndOfStream: false) == body.Length && IsWhole(body, (int)length)
            ? Event.Parser.ParseFrom(body, 0, (int)length)
            : null;
    }

    private static bool IsWhole(ReadOnlySpan<byte> bytes, int length) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[length..]) == Checksum(bytes[..length]);

    // CRC-32C, rotated and shifted: a checksum of bytes that hold checksums would be weak.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
            crc = BitOperations.Crc32C(crc, one);
        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }
}

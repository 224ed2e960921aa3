using System.Buffers.Binary;
using Efface.Records;
using Efface.Reporting;
using Efface.Training;
using SkiaSharp;
using Tensorboard;
using TorchSharp;
using Xunit;

namespace Efface.Tests.Records;

public sealed class EventFileTests : IDisposable
{
    private const int Height = 6,
        Width = 10;

    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("efface-").FullName, EventFile.Name);

    [Fact]
    public void Every_record_has_the_checksums_of_its_length_and_its_event_and_says_what_the_epoch_measured()
    {
        for (var epoch = 1; epoch <= 3; epoch++)
            EventFile.Append(_path, Epoch(epoch));

        var events = Events();
        Assert.Equal("brain.Event:2", events[0].FileVersion);
        Assert.Equal([1L, 2, 3], events[1..].Select(happened => happened.Step));
        Assert.All(events, happened => Assert.InRange(happened.WallTime, 1.7e9, 5e9));
        var second = events[2].Summary.Value.ToDictionary(value => value.Tag, value => value.SimpleValue);
        Assert.Equal(0.5f, second["fidelity/validation"]);
        Assert.Equal(0.25f, second["information/conditionalInformation.z"]);
        Assert.Equal(0.125f, second["leak/z"]);
        Assert.Equal(3f, second["loss/detachment"]);
    }

    [Fact]
    public void Epochs_without_detachment_say_nothing_of_it()
    {
        EventFile.Append(_path, Epoch(1) with { DetachmentLoss = null, ProbedLeaks = null });
        Assert.DoesNotContain(Events()[1].Summary.Value, value => value.Tag is "loss/detachment" or "leak/z");
    }

    [Fact]
    public void A_run_that_goes_on_keeps_the_epochs_before_and_loses_what_was_cut_off()
    {
        for (var epoch = 1; epoch <= 3; epoch++)
            EventFile.Append(_path, Epoch(epoch));
        var whole = File.ReadAllBytes(_path);
        for (var length = 0; length <= whole.Length; length += 7)
        {
            File.WriteAllBytes(_path, whole[..length]);
            EventFile.KeepBefore(_path, 3);
            EventFile.Append(_path, Epoch(3));
            var steps = Events().Skip(1).Select(happened => happened.Step).ToArray();
            Assert.Equal(steps.Distinct().Order(), steps);
            Assert.Equal(3, steps[^1]);
        }
        Assert.Equal(whole.Length, new FileInfo(_path).Length);
    }

    [Fact]
    public void A_picture_is_read_back_as_it_was_drawn_in_the_record_behind_its_epochs_numbers()
    {
        var png = Picture(red: 200);
        EventFile.Append(_path, Epoch(1));
        EventFile.AppendReconstructions(_path, 1, png, Height, Width);

        var events = Events();
        Assert.Equal([0L, 1, 1], events.Select(happened => happened.Step));
        var drawn = Assert.Single(events[2].Summary.Value);
        Assert.Equal("reconstructions/validation", drawn.Tag);
        Assert.Equal((Height, Width, 3), (drawn.Image.Height, drawn.Image.Width, drawn.Image.Colorspace));
        using var decoded = SKBitmap.Decode(drawn.Image.EncodedImageString.ToByteArray());
        Assert.Equal((Height, Width), (decoded.Height, decoded.Width));
        Assert.Equal(new SKColor(200, 7, 7), decoded.GetPixel(Width - 1, Height - 1));
    }

    [Fact]
    public void A_run_that_goes_on_draws_no_epoch_twice_wherever_its_file_was_cut()
    {
        void Append(int epoch)
        {
            EventFile.Append(_path, Epoch(epoch));
            EventFile.AppendReconstructions(_path, epoch, Picture(red: epoch), Height, Width);
        }
        for (var epoch = 1; epoch <= 3; epoch++)
            Append(epoch);
        var whole = File.ReadAllBytes(_path);
        for (var length = 0; length <= whole.Length; length += 11)
        {
            File.WriteAllBytes(_path, whole[..length]);
            EventFile.KeepBefore(_path, 2);
            Append(2);
            var drawn = Events().Where(happened => happened.Summary?.Value.Any(value => value.Image is not null) == true).ToArray();
            Assert.Equal(2, drawn[^1].Step);
            Assert.Equal(drawn.Select(happened => happened.Step).Distinct(), drawn.Select(happened => happened.Step));
        }
    }

    [Fact]
    public void Where_there_is_no_file_nothing_is_kept()
    {
        EventFile.KeepBefore(_path, 2);
        Assert.False(File.Exists(_path));
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    private static byte[] Picture(int red)
    {
        using var scope = torch.NewDisposeScope();
        var pixels = torch.full([3, Height, Width], 7, dtype: torch.ScalarType.Byte);
        pixels[0].fill_(red);
        return Png.Encode(pixels);
    }

    private static EpochMetrics Epoch(int epoch) =>
        new()
        {
            Epoch = epoch,
            Epochs = 3,
            TaskLoss = 1.0 / epoch,
            DetachmentLoss = 3,
            Information = new Dictionary<string, double> { ["conditionalInformation.z"] = 0.25 },
            ProbedLeaks = new Dictionary<string, double> { ["z"] = 0.125 },
            TrainingFidelity = 0.75,
            Fidelity = 0.5,
            Seconds = 1,
            ImagesPerSecond = 100,
            PeakMemory = 1 << 20,
        };

    // As TensorFlow describes its records, and with a checksum computed bit by bit.
    private Event[] Events()
    {
        var (bytes, events) = (File.ReadAllBytes(_path), new List<Event>());
        for (var at = 0; at < bytes.Length; )
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
            Assert.Equal(Masked(bytes.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)));
            Assert.Equal(Masked(bytes.AsSpan(at + 12, length)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)));
            events.Add(Event.Parser.ParseFrom(bytes, at + 12, length));
            at += 16 + length;
        }
        return [.. events];
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? crc >> 1 ^ 0x82F63B78 : crc >> 1;
        }
        crc = ~crc;
        return (crc >> 15 | crc << 17) + 0xA282EAD8;
    }
}

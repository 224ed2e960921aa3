using Efface.Auditing;
using Efface.Baselines;
using Efface.Data;
using Efface.Data.Drawn;
using Efface.Tests.Models;
using Efface.Tests.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Baselines;

/// <summary>
/// Faces that look straight ahead, with and without glasses, from which the classifier's area was removed once for all of these tests.
/// </summary>
public sealed class GlassesOnFaces : IDisposable
{
    internal const int Size = 32,
        Train = 500,
        Validation = 100,
        Test = 200;

    internal static readonly ClassifierOptions Options = new()
    {
        Stem = "fast",
        Width = 0.125,
        FewestSteps = 300,
    };

    private readonly int _threads = get_num_threads();

    public GlassesOnFaces()
    {
        set_num_threads(1);
        Cache = Directory.CreateTempSubdirectory("efface-").FullName;
        var count = Train + Validation + Test;
        int[] glasses = [.. Enumerable.Range(0, count).Select(i => i % 2)];
        Table = new ImageTable(
            "faces",
            stack([.. glasses.Select((label, seed) => Face(seed, label))]),
            [new Column("glasses", ["no", "yes"], glasses)],
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(i =>
                        i < Train ? Part.Train
                        : i < Train + Validation ? Part.Validation
                        : Part.Test
                    ),
            ]
        );
        Removal = Remove(new AttentionRemovalSettings { Attributes = ["glasses"] });
    }

    internal string Cache { get; }

    internal ImageTable Table { get; }

    internal AttentionRemoval Removal { get; }

    internal AttentionRemoval Remove(AttentionRemovalSettings settings, ToyObserver? observer = null) =>
        AttentionRemoval.Of(Table, settings, Options, Cache, training: observer, cancel: TestContext.Current.CancellationToken);

    internal static Tensor Face(int seed, int glasses)
    {
        var pixels = new byte[3 * Size * Size];
        DrawnPortrait.Draw(
            new DrawnLook(false, glasses == 1, false, HairColour.Brown, SkinTone.Light, false, Pose.Front, LightSide.Left, Backdrop.Plain),
            seed,
            Size,
            pixels
        );
        return tensor(pixels, [3, Size, Size]);
    }

    public void Dispose()
    {
        Removal.Dispose();
        Table.Dispose();
        Directory.Delete(Cache, recursive: true);
        set_num_threads(_threads);
    }
}

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class AttentionRemovalTests(GlassesOnFaces faces) : IClassFixture<GlassesOnFaces>
{
    private static readonly AttentionRemovalSettings Settings = new() { Attributes = ["glasses"] };

    [Fact]
    public void The_classifier_reads_glasses_before_and_hardly_after()
    {
        var read = Assert.Single(faces.Removal.Result.Attributes);
        Assert.Equal(("glasses", GlassesOnFaces.Test), (read.Attribute, read.OnReal.N));
        Assert.True(read.OnReal.Low > 0.8, $"{read}");
        Assert.True(read.OnRemoved.High < read.OnReal.Low - 0.1, $"{read}");
    }

    [Fact]
    public void The_removed_area_holds_more_of_the_glasses_than_chance_would()
    {
        using var scope = NewDisposeScope();
        using var classifier = AttributeClassifier.TrainOnce(
            faces.Cache,
            faces.Table,
            faces.Table["glasses"],
            GlassesOnFaces.Options,
            cancel: TestContext.Current.CancellationToken
        );
        var (shares, areas) = (new List<double>(), new List<double>());
        for (var seed = 0; seed < 60; seed++)
        {
            // The same face with and without glasses: where they differ, the glasses are.
            var (with, without) = (GlassesOnFaces.Face(5000 + seed, glasses: 1), GlassesOnFaces.Face(5000 + seed, glasses: 0));
            var glasses = with.to_type(ScalarType.Int32).sub(without.to_type(ScalarType.Int32)).abs().amax([0]).gt(25);
            using var maps = classifier.Attention(with.unsqueeze(0));
            if (maps.IsEmpty[0])
                continue;
            var area = KeyArea.Of(maps.Maps, 0.3)[0];
            shares.Add(area.logical_and(glasses).sum().ToDouble() / glasses.sum().ToDouble());
            areas.Add(area.to_type(ScalarType.Float32).mean().ToDouble());
        }
        Assert.True(shares.Count > 50);
        Assert.True(shares.Average() > 1.5 * areas.Average(), $"{shares.Average():F3} of the glasses in {areas.Average():F3} of the image");
    }

    [Fact]
    public void Labels_and_parts_stay_and_the_pixels_are_others()
    {
        var removed = faces.Removal.Table;
        Assert.Equal(faces.Table.Parts, removed.Parts);
        Assert.Equal(faces.Table.Columns, removed.Columns);
        Assert.Equal(faces.Table.Shape, removed.Shape);
        Assert.Equal(faces.Removal.Result.Fingerprint, removed.Fingerprint);
        Assert.NotEqual(faces.Table.Fingerprint, removed.Fingerprint);
        Assert.Equal(faces.Table.Count, faces.Removal.Result.Images);
        Assert.Equal(faces.Removal.Result.WithoutMap, faces.Table.Hashes.Zip(removed.Hashes).Count(pair => pair.First == pair.Second));
    }

    [Fact]
    public void What_was_removed_once_is_found_again_and_made_again_alike_when_it_is_gone_or_damaged()
    {
        var fingerprint = faces.Removal.Result.Fingerprint;
        var pixels = Assert.Single(Directory.EnumerateFiles(faces.Cache, "pixels.u8", SearchOption.AllDirectories));
        var written = File.GetLastWriteTimeUtc(pixels);
        var observer = new ToyObserver();
        using (var again = faces.Remove(Settings, observer))
            Assert.Equal(fingerprint, again.Table.Fingerprint);
        Assert.Equal(written, File.GetLastWriteTimeUtc(pixels));

        File.Delete(pixels);
        File.WriteAllBytes(pixels, new byte[faces.Table.Count * 3 * GlassesOnFaces.Size * GlassesOnFaces.Size]);
        using (var again = faces.Remove(Settings, observer))
            Assert.Equal(fingerprint, again.Table.Fingerprint);
        Assert.Empty(observer.Epochs);

        Directory.Delete(faces.Cache, recursive: true);
        using (var again = faces.Remove(Settings, observer))
            Assert.Equal(fingerprint, again.Table.Fingerprint);
        Assert.NotEmpty(observer.Epochs);
    }

    [Fact]
    public void Pictures_show_the_image_the_heat_and_what_is_left()
    {
        using var scope = NewDisposeScope();
        using var pictures = faces.Removal.Draw(7);
        Assert.All(new[] { pictures.Originals, pictures.Heat, pictures.Removed }, images =>
            Assert.Equal([7, 3, GlassesOnFaces.Size, GlassesOnFaces.Size], images.shape)
        );
        var changed = pictures.Originals.ne(pictures.Removed).any(1).to_type(ScalarType.Float32).mean([1, 2]).data<float>().ToArray();
        Assert.All(changed, share => Assert.InRange(share, 0.01, 0.301));
        using var first = faces.Table.Gather([faces.Table.Rows(Part.Test)[0]]);
        Assert.True(faces.Removal.Result.WithoutMap > 0 || pictures.Originals[0].eq(first[0]).all().ToBoolean());
    }

    [Fact]
    public void A_column_that_is_not_there_is_told() =>
        Assert.Throws<InvalidInputException>(() => faces.Remove(Settings with { Attributes = ["wig"] }));
}

using Efface.Auditing;
using Efface.Records;
using Efface.Runs;
using Efface.Runs.Experiments;
using Efface.Tests.Models;
using Efface.Training;
using Xunit;

namespace Efface.Tests.Runs;

/// <summary>
/// A recipe's maps were held against the embedding of the model before, so that what it took out looked like something put in.
/// </summary>
[Collection(SharedTorch.Name)]
public sealed class SamePlaceTests : IDisposable
{
    private static readonly RunConfig Small = Configs.Of(
        "--task smile --limit 60 --epochs 1 --batch 64 --width 0.125 --stem fast --size 16 --threads 1"
    );
    private static readonly AuditSettings Settings = new() { Attackers = ["linear"], Seeds = [0] };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("efface-places-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void An_audit_reads_the_model_before_at_the_place_that_is_released_after_and_a_copy_cut_there_is_taken_as_it_is()
    {
        var (folder, cancel) = (new ExperimentFolder(_folder.FullName), TestContext.Current.CancellationToken);
        string before = folder.PathOf("before"),
            after = folder.PathOf("after");
        TrainingRun.Train(Small, before, cancel: cancel);
        TrainingRun.Unlearn(Small.With($"--recipe paper --forget glasses --from {before}"), after, cancel: cancel);
        var split = RunFolder.Open(after).Run.Config.Model.Split;
        Assert.NotEqual("embedding", split);

        var anew = AuditRun.Run(after, ["glasses"], Settings, cancel: cancel);
        Assert.Equal(["h", "embedding", "logits"], anew.Representations.Select(place => place.Before!.Name));
        Assert.Equal(("h", "h"), (anew.Reconstruction!.Place, anew.ReconstructionBefore!.Place));

        var copy = new ExperimentCell
        {
            Name = "copy",
            Config = Small,
            Forgets = false,
            CopyOf = "before",
            CutAs = Configs.Of("--recipe paper"),
            Attributes = ["glasses"],
            Audit = Settings,
        };
        var cut = folder.Run(copy, ExperimentTests.Silent.Observer, cancel);
        Assert.Equal((split, split), (cut.Run.Config.Model.Split, TrainedModel.Describe(cut.Path).Split));
        Assert.NotNull(folder.Finished(copy));
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(before, "model.safetensors")),
            File.ReadAllBytes(Path.Combine(cut.Path, "model.safetensors"))
        );
        var h = cut.Audit!.Representations.Single(place => place.Name == "h");
        Assert.True(h.Released);
        Assert.Equal(anew.Representations[0].Before!.Leak, h.Leak);

        // What stands there is read, not made again: with another number in it, that is what is told.
        var marked = h with { Verdict = Verdict.Leaks, Leak = h.Leak with { GivenTask = h.Leak.GivenTask with { Value = 0.9 } } };
        cut.Audit = cut.Audit with { Representations = [marked, .. cut.Audit.Representations.Skip(1)] };
        Assert.Equal($"h ({split})", MethodRow.Of("before", [cut]).Place);
        Assert.Equal(
            0.9,
            AuditRun.Run(after, ["glasses"], Settings, before: cut.Path, cancel: cancel).Representations[0].Before!.Leak.GivenTask.Value
        );
    }
}

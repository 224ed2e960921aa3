using Efface.Auditing;
using Efface.Data;
using Efface.Interchange;
using Efface.Models;
using Efface.Models.Balance;
using Efface.Records;
using Efface.Training;
using static TorchSharp.torch;

namespace Efface.Runs.Exports;

/// <summary>A network of Efface's own.</summary>
internal sealed class ExportedNetwork : Exported
{
    private const int AtOnce = 64;

    private readonly LoadedRun _run;
    private readonly ExportPart _part;
    private readonly ExportInput _input;

    private ExportedNetwork(LoadedRun run, ExportPart part, ExportInput input) => (_run, _part, _input) = (run, part, input);

    /// <inheritdoc/>
    public override RunFolder Folder => _run.Folder;

    private TrainedModel Model => _run.Model;

    private string ReleasedName => OnnxExport.Released(Model.Description).Name;

    /// <summary>Loads the model, and reads the images that it was trained on.</summary>
    /// <exception cref="InvalidInputException">Something is missing or has changed, or the part is empty.</exception>
    public static ExportedNetwork Open(RunFolder folder, ExportOptions options, IReadingObserver? observer, CancellationToken cancel)
    {
        var run = LoadedRun.Open(folder.Path, [.. folder.Audit?.Sought ?? []], null, observer, cancel);
        var isDecision = run.Model.Split == run.Model.Network.Stages.Count - 1;
        if (isDecision && options.Part is ExportPart.Classifier)
        {
            run.Dispose();
            throw new InvalidInputException(
                "`ExportOptions.Part` classifier",
                "is empty: the run releases its decision, and nothing follows",
                "Leave it out"
            );
        }
        return new ExportedNetwork(
            run,
            isDecision ? ExportPart.Extractor : options.Part ?? ExportPart.Whole,
            options.Input ?? ExportInput.Pixels
        );
    }

    /// <inheritdoc/>
    public override OnnxDraft Write()
    {
        var draft = OnnxExport.Of(Model, _part, _input == ExportInput.Pixels);
        draft.Tell("efface.task", Model.Description.Task);
        draft.Tell(OnnxExport.ClassesKey, string.Join(',', Model.Description.Classes));
        if (_part == ExportPart.Classifier)
            return draft;
        var (mean, deviation) = (Model.Description.Normalisation.Mean, Model.Description.Normalisation.Deviation);
        var how = new Preprocessing
        {
            Scale = byte.MaxValue,
            Mean = mean,
            Deviation = deviation,
        };
        draft.Tell(OnnxExtractor.PreprocessKey, _input == ExportInput.Pixels ? "raw" : how.ToString());
        return draft;
    }

    /// <inheritdoc/>
    public override Comparing Compare(OnnxDraft draft, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var compared = new Comparing();
        Model.Network.eval();
        using var session = new OnnxSession(draft.BeforeErasure is null ? draft.ToBytes() : draft.ToBytesWithBefore());
        foreach (var rows in _run.Table.Rows(Part.Test).Take(Comparing.MostRows).Chunk(AtOnce))
        {
            cancel.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            compared.Add(rows.Length);
            Compare(compared, session, rows);
        }
        return compared;
    }

    private void Compare(Comparing compared, OnnxSession session, int[] rows)
    {
        var network = Model.Network;
        var pixels = _run.Table.Gather(rows);
        var input = Model.Description.Normalisation.Apply(pixels);
        var normalised = input.to(network.Device);
        var released = network.Run(normalised, ..(Model.Split + 1)).cpu();
        var isCode = OnnxExport.Released(Model.Description).IsCode;
        if (_part == ExportPart.Classifier)
            input = isCode ? released.argmax(1) : released;
        else if (_input == ExportInput.Pixels)
            input = pixels;
        var outputs = session.Outputs.Zip(session.Run(input)).ToDictionary(output => output.First, output => output.Second);
        if (outputs.FirstOrDefault(output => output.Key != ReleasedName && output.Key != OnnxExport.Logits).Value is { } entered)
        {
            // Fold and noise hang on the last bit: the erasure is compared on what really enters it.
            compared.Numbers(network.Run(normalised, ..Model.Split).cpu(), entered);
            released = ((BalanceErasure)network.Stages[Model.Split].Modules[0].Module).call(entered.to(network.Device)).cpu();
        }
        if (outputs.TryGetValue(ReleasedName, out var there) && isCode)
            compared.Choices(released, there);
        else if (there is not null)
            compared.Numbers(released, there);
        if (!outputs.TryGetValue(OnnxExport.Logits, out var logits))
            return;
        var own = network.Run(released.to(network.Device), (Model.Split + 1)..).cpu();
        compared.Numbers(own, logits);
        compared.Choices(own, logits.argmax(1));
    }

    /// <inheritdoc/>
    public override AuditSubject Subject(OnnxDraft draft, AuditSettings settings, CancellationToken cancel)
    {
        var table = _run.Table;
        var places = Place.Of(Model).Where(place => place.Released && (place.Stage == Model.Split || place.IsDecision)).ToArray();
        using var session = new OnnxSession(OnnxExport.Of(Model, ExportPart.Whole, takesPixels: true).ToBytes());
        var training = CapturedParts.Drawn(table.Rows(Part.Train), table[Model.Description.Task], settings.Budget);
        return new AuditSubject
        {
            Places = places,
            Parts = new CapturedParts(Of(training), Of(table.Rows(Part.Validation)), Of(table.Rows(Part.Test))),
            Task = table[Model.Description.Task],
            Columns = table.Columns,
            Groups = table.Groups,
            Identities = table.Identities,
        };

        Captured Of(int[] rows)
        {
            var outputs = session.Outputs.ToDictionary(name => name, _ => new List<Tensor>());
            foreach (var some in rows.Chunk(AtOnce))
            {
                using var pixels = table.Gather(some);
                foreach (var (name, value) in session.Outputs.Zip(session.Run(pixels, cancel)))
                    outputs[name].Add(value);
            }
            var whole = outputs.ToDictionary(output => output.Key, output => cat([.. output.Value]));
            using var scope = NewDisposeScope();
            using var decisions = (
                whole.TryGetValue(OnnxExport.Logits, out var logits) ? logits.argmax(1) : whole[ReleasedName]
            ).data<long>();
            return new Captured(
                places.ToDictionary(
                    place => place.Name,
                    place =>
                        place.IsDecision ? logits!
                        : place.Symbols > 0 ? whole[ReleasedName]
                        : Layout.View(whole[ReleasedName])
                ),
                [.. decisions.Select(label => (int)label)],
                rows
            );
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _run.Dispose();
}

using Efface.Data;
using Efface.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Detachment;

/// <summary>
/// What a code keeps beside the task: the image, as a decoder reconstructs it from the code; the embedding of the model before unlearning;
/// and attributes that must stay readable. Releasing only the decision would forget as well, but keep nothing. The decoder and the heads
/// here also see y and z (as in the fair autoencoder of Louizos et al., ICLR 2016): a code is rewarded only for what these do not reveal,
/// so that keeping a beard readable does not pull the sex into the code.
/// </summary>
internal sealed class CodeContents : IDisposable
{
    private readonly CodeSettings _settings;
    private readonly IReadOnlyList<Column> _retained;
    private readonly int[] _told;
    private readonly Decoder? _decoder;
    private readonly EmbeddingTarget? _embedding;
    private readonly Linear? _centroids;
    private readonly Linear[] _heads;
    private readonly Optimiser? _optimiser;

    /// <param name="settings">λ1, and the weights of the embedding and of the retained attributes.</param>
    /// <param name="labels">The attributes to forget, and those to keep readable.</param>
    /// <param name="input">The shape of one example: [C, H, W] or [D].</param>
    /// <param name="device">The device of the assignments.</param>
    /// <param name="random">Initialises the weights of decoder and heads.</param>
    /// <param name="embedding">The untouched model's embedding, to be reconstructed from the code; owned from now on. Null without such a
    /// model.</param>
    public CodeContents(
        CodeSettings settings,
        TaskAndAttributes labels,
        long[] input,
        Device device,
        Generator random,
        EmbeddingTarget? embedding = null
    )
    {
        (_settings, _retained, _embedding) = (settings, labels.Retained, embedding);
        _told = [labels.Task.Classes.Count, .. labels.Attributes.Select(attribute => attribute.Classes.Count)];
        var size = DiscreteBottleneck.Rests(settings.Codes, _told[0]) + _told.Sum();
        _decoder = settings.Weights.Reconstruction > 0 ? new Decoder([size], input, random).to(device) : null;
        _centroids = embedding is null ? null : Layers.Linear(size, embedding.Size, random).to(device);
        _heads = [.. _retained.Select(column => Layers.Linear(size, column.Classes.Count, random).to(device))];
        Parameter[] parameters =
        [
            .. _decoder?.parameters() ?? [],
            .. _centroids?.parameters() ?? [],
            .. _heads.SelectMany(head => head.parameters()),
        ];
        _optimiser = parameters.Length > 0 ? new Models.Adam(parameters, settings.Rate) : null;
    }

    /// <summary>The weighted errors of decoder, embedding and retained attributes; null if nothing is kept.</summary>
    /// <param name="assignment">p(c|x), f32 [B, M], with its graph.</param>
    /// <param name="input">The images, and the labels: those of retained attributes come after those to forget.</param>
    /// <param name="measure">Receives each term.</param>
    public Tensor? Loss(Tensor assignment, DetachmentInput input, Action<string, Tensor> measure)
    {
        if (_optimiser is null)
            return null;
        var code = Told(assignment, input);
        Tensor? loss = null;
        void Add(Tensor term) => loss = loss is null ? term : loss + term;
        if (_decoder is not null)
        {
            var error = _decoder.Error(code, input.Originals);
            measure("reconstructionError", error);
            Add(_settings.Weights.Reconstruction * error);
        }
        if (_embedding is not null)
        {
            var error = functional.mse_loss(_centroids!.call(code), _embedding.Of(input.Normalised));
            measure("embeddingError", error);
            Add(_settings.Distillation * error);
        }
        var first = input.Batch.Attributes.Count - _retained.Count;
        for (var k = 0; k < _retained.Count; k++)
        {
            var error = functional.cross_entropy(_heads[k].call(code), input.Batch.Attributes[first + k]);
            measure($"retainedLoss.{_retained[k].Name}", error);
            Add(_settings.Retention * error);
        }
        return loss;
    }

    /// <summary>The images as the decoder draws them from the code, y and z, f32 [B, C, H, W]; null without a decoder of images.</summary>
    public Tensor? Reconstruct(Tensor assignment, DetachmentInput input) => _decoder?.Draw(Told(assignment, input));

    // The code, and beside it what decoder and heads are told: y and z.
    private Tensor Told(Tensor assignment, DetachmentInput input) =>
        torch.cat(
            [
                DiscreteBottleneck.StraightThrough(DiscreteBottleneck.Rest(assignment, _told[0])),
                .. _told.Select(
                    (classes, k) =>
                        functional.one_hot(k == 0 ? input.Batch.Task : input.Batch.Attributes[k - 1], classes).to_type(assignment.dtype)
                ),
            ],
            1
        );

    /// <summary>Decoder and heads learn from the gradient that the extractor's loss left in them.</summary>
    public void Step() => _optimiser?.Step();

    /// <summary>The state of decoder, centroids and heads.</summary>
    public void Exchange(Snapshot snapshot)
    {
        if (_decoder is not null)
            snapshot.Exchange("decoder", _decoder);
        if (_centroids is not null)
            snapshot.Exchange("centroids", _centroids);
        foreach (var (k, head) in _heads.Index())
            snapshot.Exchange($"head{k}", head);
        _optimiser?.Exchange(snapshot.Of("optimiser"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimiser?.Dispose();
        _decoder?.Dispose();
        _embedding?.Dispose();
        _centroids?.Dispose();
        foreach (var head in _heads)
            head.Dispose();
    }
}

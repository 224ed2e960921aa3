using Efface.Data;
using Efface.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Detachment;

/// <summary>
/// What a code is to keep beside the task: the image, as well as a decoder draws it from the code, and attributes that are to stay
/// readable. Releasing the bare decision would forget as well, and keep nothing.
/// </summary>
public sealed class CodeContents : IDisposable
{
    private readonly Recipe _recipe;
    private readonly IReadOnlyList<Column> _retained;
    private readonly Decoder? _decoder;
    private readonly Linear[] _heads;
    private readonly Optimiser? _optimiser;

    /// <param name="recipe">λ1 and the weight of what is retained.</param>
    /// <param name="retained">Attributes that are to stay readable.</param>
    /// <param name="codes">M.</param>
    /// <param name="image">[C, H, W].</param>
    /// <param name="device">Where the assignments live.</param>
    public CodeContents(Recipe recipe, IReadOnlyList<Column> retained, long codes, long[] image, Device device)
    {
        (_recipe, _retained) = (recipe, retained);
        _decoder = recipe.Reconstruction > 0 ? new Decoder([codes], image).to(device) : null;
        _heads = [.. retained.Select(column => Linear(codes, column.Classes.Count).to(device))];
        Parameter[] parameters = [.. _decoder?.parameters() ?? [], .. _heads.SelectMany(head => head.parameters())];
        _optimiser = parameters.Length > 0 ? new Models.Adam(parameters, recipe.BottleneckRate) : null;
    }

    /// <summary>λ1 times the decoder's error and the weighted cross-entropy of what is retained; null where nothing is kept.</summary>
    /// <param name="assignment">p(c|x), f32 [B, M], with its graph.</param>
    /// <param name="input">The images, and the labels: those of what is retained stand behind those of what is forgotten.</param>
    /// <param name="measure">Told each term.</param>
    public Tensor? Loss(Tensor assignment, DetachmentInput input, Action<string, Tensor> measure)
    {
        if (_optimiser is null) return null;
        var code = DiscreteBottleneck.StraightThrough(assignment);
        Tensor? loss = null;
        void Add(Tensor term) => loss = loss is null ? term : loss + term;
        if (_decoder is not null)
        {
            var error = functional.binary_cross_entropy_with_logits(_decoder.call(code), input.Images);
            measure("reconstructionError", error);
            Add(_recipe.Reconstruction * error);
        }
        var first = input.Batch.Attributes.Count - _retained.Count;
        for (var k = 0; k < _retained.Count; k++)
        {
            var error = functional.cross_entropy(_heads[k].call(code), input.Batch.Attributes[first + k]);
            measure($"retainedLoss.{_retained[k].Name}", error);
            Add(_recipe.Retention * error);
        }
        return loss;
    }

    /// <summary>Decoder and heads learn from the gradient that the extractor's loss left in them.</summary>
    public void Step() => _optimiser?.Step();

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimiser?.Dispose();
        _decoder?.Dispose();
        foreach (var head in _heads) head.Dispose();
    }
}

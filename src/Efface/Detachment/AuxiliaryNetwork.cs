using Efface.Data;
using Efface.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Detachment;

/// <summary>
/// The auxiliary network of Guo et al. (section 3.2): decoder, task head and one attribute head (or several) for each attribute beside a
/// split. Its loss λ1·R + λ2·L_task + λ3·Σ D_k trains the extractor; decoder and task head learn with it; the attribute heads learn to read
/// z on detached h, several steps per batch.
/// </summary>
internal sealed class AuxiliaryNetwork : Detacher
{
    private readonly AuxiliarySettings _settings;
    private readonly TaskAndAttributes _labels;
    private readonly Decoder? _decoder;
    private readonly Head _taskHead;
    private readonly Head[][] _attributeHeads;
    private readonly Tensor[] _attributeGivenTask;
    private readonly Optimiser _readers,
        _attackers;

    /// <summary>Builds the heads for a representation.</summary>
    /// <param name="settings">λ, objective, width and steps of the heads.</param>
    /// <param name="labels">The training split's joint tables.</param>
    /// <param name="shape">The shape of h for one image: [D], [T, D] or [C, H, W].</param>
    /// <param name="input">The shape of one example: [C, H, W] or [D].</param>
    /// <param name="device">The device of h.</param>
    /// <param name="random">Initialises the heads' weights.</param>
    public AuxiliaryNetwork(
        AuxiliarySettings settings,
        TaskAndAttributes labels,
        long[] shape,
        long[] input,
        Device device,
        Generator random
    )
    {
        (_settings, _labels) = (settings, labels);
        _decoder = settings.Weights.Reconstruction > 0 ? new Decoder(shape, input, random).to(device) : null;
        _taskHead = new Head(shape, labels.Task.Classes.Count, settings.HeadWidth, random).to(device);
        _attributeHeads =
        [
            .. labels.Attributes.Select(attribute =>
                Enumerable
                    .Range(0, settings.Heads)
                    .Select(_ => new Head(shape, attribute.Classes.Count, settings.HeadWidth, random).to(device))
                    .ToArray()
            ),
        ];
        _attributeGivenTask =
        [
            .. labels.Joints.Select(joint =>
                torch.tensor(joint.AttributeGivenTask()).to_type(ScalarType.Float32).to(device).DetachFromDisposeScope()
            ),
        ];
        _readers = new Adam([.. _taskHead.parameters(), .. _decoder?.parameters() ?? []], settings.HeadRate);
        _attackers = new Adam(_attributeHeads.SelectMany(heads => heads).SelectMany(head => head.parameters()), settings.HeadRate);
    }

    /// <inheritdoc/>
    public override Tensor Loss(DetachmentInput input)
    {
        TrainAttributeHeads(input);
        using var scope = NewDisposeScope();
        var h = input.Representation;
        var loss = _settings.Weights.Task * TaskLoss(h, input.Batch.Task);
        if (_decoder is not null)
        {
            var error = _decoder.Error(h, input.Originals);
            Measure("reconstructionError", error);
            loss += _settings.Weights.Reconstruction * error;
        }
        for (var k = 0; k < _attributeHeads.Length; k++)
            foreach (var head in _attributeHeads[k])
                loss += _settings.Weights.Forgetting * input.Strength / _settings.Heads * Detach(head, k, input);
        CountStep();
        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>Decoder and task head learn from the gradient that the extractor's loss left in them.</summary>
    public override void Step() => _readers.Step();

    /// <inheritdoc/>
    internal override Tensor? Reconstruct(DetachmentInput input) => _decoder?.Draw(input.Representation);

    /// <inheritdoc/>
    protected override Device Device => _taskHead.parameters().First().device;

    /// <inheritdoc/>
    protected override void ExchangeOwn(Snapshot snapshot)
    {
        if (_decoder is not null)
            snapshot.Exchange("decoder", _decoder);
        snapshot.Exchange("task", _taskHead);
        foreach (var (k, heads) in _attributeHeads.Index())
        foreach (var (j, head) in heads.Index())
            snapshot.Exchange($"attribute{k}.{j}", head);
        _readers.Exchange(snapshot.Of("readers"));
        _attackers.Exchange(snapshot.Of("attackers"));
    }

    /// <inheritdoc/>
    protected override double Report(string name, double mean) =>
        name switch
        {
            "taskInformation" => Information.LowerBound(_labels.Joints[0].TaskEntropy, mean),
            _ when _labels.Joints.FirstOrDefault(joint => name == Measurement(joint.Attribute)) is { } joint => Information.LowerBound(
                joint.AttributeEntropy,
                mean
            ),
            _ => mean,
        };

    private static string Measurement(Column attribute) => $"attributeInformation.{attribute.Name}";

    private Tensor TaskLoss(Tensor h, Tensor task)
    {
        var features = _taskHead.Features(h);
        var contrastive = _settings.HeadLoss != HeadLoss.CrossEntropy ? ContrastiveLoss.Compute(features, task) : null;
        var read = _settings.HeadLoss == HeadLoss.Contrastive ? features.detach() : features;
        var crossEntropy = functional.cross_entropy(_taskHead.Logits(read), task);
        Measure("taskInformation", crossEntropy);
        return contrastive is null ? crossEntropy : contrastive + crossEntropy;
    }

    private Tensor Detach(Head head, int k, DetachmentInput input)
    {
        // The extractor must not train the head to look ignorant: the gradient passes through it but does not update it.
        var parameters = head.parameters().ToArray();
        foreach (var parameter in parameters)
            parameter.requires_grad = false;
        var logits = head.call(input.Representation);
        foreach (var parameter in parameters)
            parameter.requires_grad = true;
        return AttributeObjectives.Compute(
            _settings.Objective,
            logits,
            input.Batch.Attributes[k],
            _attributeGivenTask[k].index_select(0, input.Batch.Task),
            _labels.Joints[k].AttributeEntropy / Information.BitsPerNat
        );
    }

    private void TrainAttributeHeads(DetachmentInput input)
    {
        using var scope = NewDisposeScope();
        var h = input.Representation.detach();
        for (var step = 0; step < _settings.HeadSteps; step++)
        {
            Tensor? total = null;
            foreach (var (k, heads) in _attributeHeads.Index())
            foreach (var (j, head) in heads.Index())
            {
                var features = head.Features(h);
                var loss = functional.cross_entropy(head.Logits(features), input.Batch.Attributes[k]);
                if (step == 0 && j == 0)
                    Measure(Measurement(_labels.Attributes[k]), loss);
                if (_settings.HeadLoss != HeadLoss.CrossEntropy)
                    loss += ContrastiveLoss.Compute(features, input.Batch.Attributes[k]);
                total = total is null ? loss : total + loss;
            }
            total?.backward();
            _attackers.Step();
        }
    }

    /// <inheritdoc/>
    protected override void Release()
    {
        _readers.Dispose();
        _attackers.Dispose();
        _decoder?.Dispose();
        _taskHead.Dispose();
        foreach (var head in _attributeHeads.SelectMany(heads => heads))
            head.Dispose();
        foreach (var table in _attributeGivenTask)
            table.Dispose();
    }
}

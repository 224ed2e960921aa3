using Efface.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Detachment;

/// <summary>
/// Detachment in a discrete bottleneck: the joint tables p(c, y, z) are moving averages of soft counts, and I(c; z | y), computed from
/// them, is the loss. No head estimates anything, so nothing can be fooled. The same tables show what the code reveals about the task: so
/// it is trained without the classifier behind the bottleneck, too.
/// </summary>
internal sealed class CodeInformation : Detacher
{
    private const string TaskInformation = "taskInformation";

    private readonly CodeSettings _settings;
    private readonly TaskAndAttributes _labels;
    private readonly Tensor[] _joints;
    private readonly CodeContents? _contents;
    private double _weight;

    /// <summary>Starts with empty tables.</summary>
    /// <param name="settings">λ2, λ3, memory, sharpening and usage.</param>
    /// <param name="labels">The training split's joint tables.</param>
    /// <param name="device">The device of the assignments.</param>
    /// <param name="contents">What the code keeps; owned from now on.</param>
    public CodeInformation(CodeSettings settings, TaskAndAttributes labels, Device device, CodeContents? contents = null)
    {
        (_settings, _labels, _contents) = (settings, labels, contents);
        _joints =
        [
            .. labels.Attributes.Select(attribute =>
                torch.zeros(settings.Codes, labels.Task.Classes.Count, attribute.Classes.Count, device: device).DetachFromDisposeScope()
            ),
        ];
    }

    /// <inheritdoc/>
    /// <remarks>h is p(c|x), [B, M].</remarks>
    public override Tensor Loss(DetachmentInput input)
    {
        using var scope = NewDisposeScope();
        var assignment = input.Representation;
        _weight = _settings.Memory * _weight + 1 - _settings.Memory;

        var sharpness = Information.Entropy(assignment).mean();
        var usage = Information.Entropy(assignment.mean([0]));
        Measure("assignmentEntropy", sharpness * Information.BitsPerNat);
        Measure("codeEntropy", usage * Information.BitsPerNat);
        var loss = _settings.Sharpening * sharpness - _settings.Usage * usage;
        // Only this batch's share of a table has a gradient: dividing by the share charges for the whole table.
        var share = (1 - _settings.Memory) / _weight;
        for (var k = 0; k < _joints.Length; k++)
        {
            var joint = Update(k, assignment, input);
            if (k == 0)
                loss += _settings.Weights.Task * TaskLoss(assignment, joint.sum([2L]).detach(), input.Batch.Task);
            var information = Information.Conditional(joint);
            Measure($"conditionalInformation.{_labels.Attributes[k].Name}", information * Information.BitsPerNat);
            loss += _settings.Weights.Forgetting * input.Strength / share * information;
        }
        if (_contents?.Loss(assignment, input, Measure) is { } kept)
            loss += kept;
        CountStep();
        return loss.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override void Step() => _contents?.Step();

    /// <inheritdoc/>
    internal override Tensor? Reconstruct(DetachmentInput input) => _contents?.Reconstruct(input.Representation, input);

    /// <inheritdoc/>
    protected override Device Device => _joints[0].device;

    /// <inheritdoc/>
    protected override void ExchangeOwn(Snapshot snapshot)
    {
        _weight = snapshot.Exchange("weight", _weight);
        for (var k = 0; k < _joints.Length; k++)
            _joints[k] = snapshot.Exchange($"joint{k}", _joints[k], Device)!;
        _contents?.Exchange(snapshot.Of("contents"));
    }

    /// <inheritdoc/>
    protected override double Report(string name, double mean) =>
        name == TaskInformation ? Information.LowerBound(_labels.Joints[0].TaskEntropy, mean) : mean;

    // The loss of drawing the code and guessing y by the table: unlike the classifier's loss on the chosen code, it sees how close an image
    // is to another code.
    private Tensor TaskLoss(Tensor assignment, Tensor codeAndTask, Tensor task)
    {
        var taskGivenCode = codeAndTask / codeAndTask.sum(1, keepdim: true).clamp(min: 1e-9);
        var loss = functional.nll_loss(assignment.matmul(taskGivenCode).clamp(min: 1e-6).log(), task);
        Measure(TaskInformation, loss);
        return loss;
    }

    private Tensor Update(int k, Tensor assignment, DetachmentInput input)
    {
        var task = functional.one_hot(input.Batch.Task, _joints[k].shape[1]).to_type(assignment.dtype);
        var attribute = functional.one_hot(input.Batch.Attributes[k], _joints[k].shape[2]).to_type(assignment.dtype);
        var labels = (task.unsqueeze(2) * attribute.unsqueeze(1)).flatten(1);
        var counts = assignment.t().matmul(labels).view(_joints[k].shape) / input.Batch.Size;
        var joint = _settings.Memory * _joints[k] + (1 - _settings.Memory) * counts;
        using (no_grad())
            _joints[k].copy_(joint.detach());
        return joint / _weight;
    }

    /// <inheritdoc/>
    protected override void Release()
    {
        foreach (var joint in _joints)
            joint.Dispose();
        _contents?.Dispose();
    }
}

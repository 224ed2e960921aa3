using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>Two 3×3 convolutions around a shortcut (He et al., CVPR 2016), with torchvision's parameter names.</summary>
internal sealed class BasicBlock : Module<Tensor, Tensor>, IResidual
{
    private readonly Convolution conv1,
        conv2;
    private readonly BatchNorm2d bn1,
        bn2;
    private readonly Sequential? downsample;

    public const int Expansion = 1;

    public BasicBlock(long inputs, long width, long stride, Generator random)
        : base(nameof(BasicBlock))
    {
        conv1 = new Convolution(inputs, width, 3, random, stride);
        bn1 = BatchNorm2d(width);
        conv2 = new Convolution(width, width, 3, random);
        bn2 = BatchNorm2d(width);
        downsample = Shortcut.For(inputs, width, stride, random);
        RegisterComponents();
    }

    IReadOnlyList<Module<Tensor, Tensor>> IResidual.Body => [conv1, bn1, ReLU(), conv2, bn2];

    Module<Tensor, Tensor>? IResidual.Shortcut => downsample;

    Module<Tensor, Tensor> IResidual.After => ReLU();

    public override Tensor forward(Tensor x)
    {
        var y = functional.relu(bn1.call(conv1.call(x)), inplace: true);
        y = bn2.call(conv2.call(y));
        return functional.relu(y.add_(downsample?.call(x) ?? x), inplace: true);
    }
}

/// <summary>1×1, 3×3 and 1×1 convolutions around a shortcut; the stride is on the 3×3, as in torchvision.</summary>
internal sealed class BottleneckBlock : Module<Tensor, Tensor>, IResidual
{
    private readonly Convolution conv1,
        conv2,
        conv3;
    private readonly BatchNorm2d bn1,
        bn2,
        bn3;
    private readonly Sequential? downsample;

    public const int Expansion = 4;

    public BottleneckBlock(long inputs, long width, long stride, Generator random)
        : base(nameof(BottleneckBlock))
    {
        conv1 = new Convolution(inputs, width, 1, random);
        bn1 = BatchNorm2d(width);
        conv2 = new Convolution(width, width, 3, random, stride);
        bn2 = BatchNorm2d(width);
        conv3 = new Convolution(width, width * Expansion, 1, random);
        bn3 = BatchNorm2d(width * Expansion);
        downsample = Shortcut.For(inputs, width * Expansion, stride, random);
        RegisterComponents();
    }

    IReadOnlyList<Module<Tensor, Tensor>> IResidual.Body => [conv1, bn1, ReLU(), conv2, bn2, ReLU(), conv3, bn3];

    Module<Tensor, Tensor>? IResidual.Shortcut => downsample;

    Module<Tensor, Tensor> IResidual.After => ReLU();

    public override Tensor forward(Tensor x)
    {
        var y = functional.relu(bn1.call(conv1.call(x)), inplace: true);
        y = functional.relu(bn2.call(conv2.call(y)), inplace: true);
        y = bn3.call(conv3.call(y));
        return functional.relu(y.add_(downsample?.call(x) ?? x), inplace: true);
    }
}

internal static class Shortcut
{
    public static Sequential? For(long inputs, long outputs, long stride, Generator random) =>
        stride == 1 && inputs == outputs ? null : Sequential(new Convolution(inputs, outputs, 1, random, stride), BatchNorm2d(outputs));
}

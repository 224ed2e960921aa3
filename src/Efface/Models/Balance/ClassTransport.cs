using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models.Balance;

/// <summary>
/// Moves vectors from where their probable classes lie to where all lie. Given shares p of K classes and the decision ŷ, it subtracts the
/// mean Σ p_k (m_k + m_kŷ), whitens by Σ p_k A_k, and adds the mean of ŷ's vectors: afterwards mean and covariance no longer depend
/// on p, beyond what ŷ tells.
/// </summary>
internal sealed class ClassTransport : Module<Tensor, Tensor, Tensor, Tensor>
{
    private readonly Tensor scale,
        bias,
        means,
        taskMeans,
        maps,
        goals;

    /// <param name="directions">d.</param>
    /// <param name="classes">K.</param>
    /// <param name="taskClasses">Y, 1 without a task.</param>
    public ClassTransport(int directions, int classes, int taskClasses)
        : base(nameof(ClassTransport))
    {
        scale = Buffer(nameof(scale), 1);
        bias = Buffer(nameof(bias), classes);
        means = Buffer(nameof(means), classes, directions);
        taskMeans = Buffer(nameof(taskMeans), classes * taskClasses, directions);
        maps = Buffer(nameof(maps), classes, directions, directions);
        goals = Buffer(nameof(goals), taskClasses, directions);
    }

    /// <summary>The means at which the vectors of each decision end, f32 [Y, d].</summary>
    public Tensor Goals => goals;

    /// <summary>Sets how a reader's logits become shares: sparsemax of scale · logits + bias.</summary>
    public void SetShares(double newScale, Tensor newBias)
    {
        using var noGradient = no_grad();
        scale.fill_(newScale);
        bias.copy_(newBias);
    }

    /// <summary>Sets what is subtracted, and what is added.</summary>
    /// <param name="ofClasses">m_k, [K, d].</param>
    /// <param name="ofPairs">m_kŷ, [K · Y, d].</param>
    /// <param name="ofTask">The means to end at, [Y, d].</param>
    public void SetMeans(Tensor ofClasses, Tensor ofPairs, Tensor ofTask)
    {
        using var noGradient = no_grad();
        means.copy_(ofClasses);
        taskMeans.copy_(ofPairs);
        goals.copy_(ofTask);
    }

    /// <summary>Sets A_k, [K, d, d].</summary>
    public void SetMaps(Tensor ofClasses)
    {
        using var noGradient = no_grad();
        maps.copy_(ofClasses);
    }

    /// <summary>The shares of the classes, f32 [B, K].</summary>
    /// <param name="logits">Of the reader, f32 [B, K].</param>
    public Tensor Shares(Tensor logits)
    {
        using var scope = NewDisposeScope();
        return Sparsemax.Of(logits * scale + bias).MoveToOuterDisposeScope();
    }

    /// <summary>What is left of vectors after their means were subtracted, f32 [B, d].</summary>
    /// <param name="x">f32 [B, d].</param>
    /// <param name="shares">f32 [B, K].</param>
    /// <param name="task">One-hot ŷ, f32 [B, Y].</param>
    public Tensor Centred(Tensor x, Tensor shares, Tensor task)
    {
        using var scope = NewDisposeScope();
        return (x - shares.matmul(means) - Pairs(shares, task).matmul(taskMeans)).MoveToOuterDisposeScope();
    }

    /// <summary>p_k ŷ_y, f32 [B, K · Y].</summary>
    public static Tensor Pairs(Tensor shares, Tensor task) => (shares.unsqueeze(2) * task.unsqueeze(1)).flatten(1);

    /// <summary>The moved vectors, f32 [B, d].</summary>
    /// <param name="x">f32 [B, d].</param>
    /// <param name="shares">f32 [B, K].</param>
    /// <param name="task">One-hot ŷ, f32 [B, Y].</param>
    public override Tensor forward(Tensor x, Tensor shares, Tensor task)
    {
        using var scope = NewDisposeScope();
        var centred = Centred(x, shares, task);
        var moved = task.matmul(goals);
        for (var k = 0; k < shares.shape[1]; k++)
        {
            // Most shares are zero.
            var share = shares.select(1, k);
            var rows = share.nonzero().flatten();
            if (rows.shape[0] > 0)
                moved.index_add_(0, rows, centred.index_select(0, rows).matmul(maps[k]) * share.index_select(0, rows).unsqueeze(1), 1);
        }
        return moved.MoveToOuterDisposeScope();
    }

    private Tensor Buffer(string name, params long[] shape)
    {
        var buffer = torch.zeros(shape).DetachFromDisposeScope();
        register_buffer(name, buffer);
        return buffer;
    }
}

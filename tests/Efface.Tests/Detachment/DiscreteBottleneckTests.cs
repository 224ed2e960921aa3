using Efface.Detachment;
using Efface.Models;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Detachment;

[Collection(SharedTorch.Name)]
public sealed class DiscreteBottleneckTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(3, 8)]
    [InlineData(12, 4096)]
    public void B_bits_give_two_to_the_b_codes_of_the_embeddings_size(int bits, long codes)
    {
        using var network = DiscreteBottleneck.Insert(ToyNetworks.Small(), bits, new Generator(0));

        Assert.Equal<long[]>(
            [
                [16],
                [codes],
                [16],
                [2],
            ],
            network.OutputShapes([3, 16, 16]).Skip(2)
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(13)]
    public void Bits_out_of_range_are_refused(int bits)
    {
        using var network = ToyNetworks.Small();

        Assert.Equal(
            $"--bits {bits}",
            Assert
                .Single(Assert.Throws<InvalidInputException>(() => DiscreteBottleneck.Insert(network, bits, new Generator(0))).Problems)
                .Subject.InFlags()
        );
    }

    [Fact]
    public void The_stages_stand_between_embedding_and_head_and_the_others_keep_their_weights()
    {
        using var scope = NewDisposeScope();
        var before = ToyNetworks.Small();
        var weights = before.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        using var network = DiscreteBottleneck.Insert(before, 2, new Generator(0));

        Assert.Equal(["stem", "layer1", "embedding", "assignment", "code", "head"], network.Stages.Select(stage => stage.Name));
        var after = network.state_dict();
        Assert.All(weights, entry => Assert.True(after[entry.Key].equal(entry.Value).all().ToBoolean(), entry.Key));
        Assert.All(after.Keys.Except(weights.Keys), name => Assert.Matches("^(assignment|codebook)", name));
    }

    [Fact]
    public void An_assignment_is_a_distribution_over_codes()
    {
        using var scope = NewDisposeScope();
        using var network = DiscreteBottleneck.Insert(ToyNetworks.Small(), 3, new Generator(0));

        var assignment = network.Run(randn(20, 3, 16, 16), ..(network.IndexOf(DiscreteBottleneck.Assignment) + 1));
        Assert.True((assignment >= 0).all().ToBoolean());
        Assert.All(assignment.sum(1).data<float>(), sum => Assert.Equal(1, sum, 1e-5));
    }

    [Fact]
    public void What_goes_on_is_the_vector_of_the_likeliest_code_and_nothing_else()
    {
        using var scope = NewDisposeScope();
        var (network, codebook, assignment) = Bottleneck(randn(50, 8));

        var passed = network.Run(assignment, CodeStage(network));
        var chosen = DiscreteBottleneck.Decide(assignment);
        Assert.Equal(assignment.data<float>().ToArray().Chunk(8).Select(row => (long)Array.IndexOf(row, row.Max())), chosen.data<long>());
        Assert.True(passed.allclose(codebook.index_select(0, chosen), atol: 1e-5));
    }

    [Fact]
    public void The_gradient_of_an_assignment_is_that_of_the_mixture_of_all_codes()
    {
        using var scope = NewDisposeScope();
        var (network, codebook, assignment) = Bottleneck(randn(5, 8));
        var direction = randn(5, 16);

        (network.Run(assignment, CodeStage(network)) * direction).sum().backward();
        Assert.True(assignment.grad!.allclose(direction.matmul(codebook.t()), rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void The_heads_loss_reaches_the_assignments_the_codebooks_and_the_extractors_weights()
    {
        using var scope = NewDisposeScope();
        using var network = DiscreteBottleneck.Insert(ToyNetworks.Small(), 2, new Generator(0));

        network.call(randn(16, 3, 16, 16)).square().sum().backward();
        Assert.All(network.named_parameters(), entry =>
            Assert.True(entry.parameter.grad is { } gradient && gradient.abs().sum().ToSingle() > 0, entry.name)
        );
    }

    [Fact]
    public void Equal_codes_give_equal_logits()
    {
        using var scope = NewDisposeScope();
        using var network = DiscreteBottleneck.Insert(ToyNetworks.Small(), 1, new Generator(0));
        network.eval();

        var assignment = nn.functional.softmax(randn(100, 2), 1);
        var logits = network.Run(assignment, (network.IndexOf(DiscreteBottleneck.Assignment) + 1)..);
        var distinct = logits.data<float>().ToArray().Chunk(2).DistinctBy(row => (MathF.Round(row[0], 4), MathF.Round(row[1], 4)));
        Assert.Equal(2, distinct.Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Codes_that_start_from_the_decision_decide_as_the_trained_model_did(int bits)
    {
        manual_seed(3);
        using var scope = NewDisposeScope();
        var trained = ToyNetworks.Small();
        trained.eval();
        var images = randn(400, 3, 16, 16);
        var (decided, embeddings) = (
            trained.call(images).argmax(1),
            trained.Run(images, ..(trained.IndexOf(StagedNetwork.Embedding) + 1)).detach()
        );
        using var network = DiscreteBottleneck.Insert(trained, bits, new Generator(0));
        DiscreteBottleneck.StartFromDecision(network, embeddings, new Generator(0));
        network.eval();

        var codes = DiscreteBottleneck.Decide(network.Run(images, ..(network.IndexOf(DiscreteBottleneck.Assignment) + 1)));
        Assert.InRange(codes.remainder(2).eq(decided).to_type(ScalarType.Float32).mean().ToSingle(), 0.999f, 1);
        // The class's mean embedding stands for it.
        if (decided.unique().output.shape[0] > 1)
            Assert.InRange(network.call(images).argmax(1).eq(decided).to_type(ScalarType.Float32).mean().ToSingle(), 0.999f, 1);
        // Beyond the decision they say something else from the start.
        Assert.InRange(codes.unique().output.shape[0], bits == 1 ? 1 : 3, 1 << bits);
    }

    [Theory]
    [InlineData(6, 2)]
    [InlineData(8, 3)]
    [InlineData(4, 10)]
    public void The_rest_of_a_code_is_a_distribution_and_says_nothing_of_the_class_it_began_as(int codes, int classes)
    {
        using var scope = NewDisposeScope();
        var assignment = nn.functional.softmax(randn(20, codes), 1);
        var rest = DiscreteBottleneck.Rest(assignment, classes);
        Assert.Equal([20, DiscreteBottleneck.Rests(codes, classes)], rest.shape);
        var expected = zeros_like(rest);
        for (var code = 0; code < codes; code++)
            expected[.., code / classes] += assignment[.., code];
        Assert.True(rest.allclose(expected, atol: 1e-6));
    }

    [Fact]
    public void Fewer_codes_than_classes_start_as_they_are()
    {
        using var scope = NewDisposeScope();
        using var network = DiscreteBottleneck.Insert(ToyNetworks.Small(classes: 5), 2, new Generator(0));
        var before = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        DiscreteBottleneck.StartFromDecision(network, randn(10, 16), new Generator(0));
        Assert.All(network.state_dict(), entry => Assert.True(entry.Value.equal(before[entry.Key]).all().ToBoolean()));
    }

    private static Range CodeStage(StagedNetwork network)
    {
        var code = network.IndexOf(DiscreteBottleneck.Code);
        return code..(code + 1);
    }

    private static (StagedNetwork Network, Tensor Codebook, Tensor Assignment) Bottleneck(Tensor logits)
    {
        var network = DiscreteBottleneck.Insert(ToyNetworks.Small(), 3, new Generator(0));
        var codebook = Assert.Single(network.Parameters(CodeStage(network)));
        return (network, codebook.detach(), nn.functional.softmax(logits, 1).detach().requires_grad_());
    }
}

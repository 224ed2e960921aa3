using Efface.Detachment;
using Efface.Records;
using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Tests.Training;
using Efface.Unlearning;
using Xunit;

namespace Efface.Tests.Unlearning;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class RecipesTests
{
    public static TheoryData<string> Names => [.. Recipes.All.Select(recipe => recipe.Name)];

    [Fact]
    public void Each_recipe_has_a_name_of_its_own_and_is_found_by_it()
    {
        Assert.Equal(Recipes.All.Count, Recipes.All.Select(recipe => recipe.Name).Distinct().Count());
        Assert.All(Recipes.All, recipe => Assert.Same(recipe, Recipes.Named(recipe.Name)));
        Assert.Equal(new RunConfig().Recipe.Name, Recipes.All[0].Name);
        Assert.Null(Recipes.Find("magic"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_users_weights_become_those_of_a_recipe_that_has_them(string name)
    {
        var recipe = Recipes.Named(name);
        var config = Configs.Of($"--recipe {name} --lambda 0,1,7");

        Assert.Equal(recipe, recipe.With(new RecipeSettings()));
        if (recipe.Meaningless(config).Any(problem => problem.Subject.InFlags() == "--lambda 0,1,7"))
            Assert.IsAssignableFrom<PlainRecipe>(recipe);
        else
            Assert.Equal(new LossWeights(0, 1, 7), recipe.With(config.Recipe).Weights);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_only_a_code_has_is_refused_elsewhere(string name)
    {
        var config = Configs.Of($"--recipe {name} --bits 3 --retain hat --distil 2");
        string[] refused = [.. Recipes.Named(name).Meaningless(config).Select(problem => problem.Subject.InFlags())];
        Assert.Equal(
            name switch
            {
                "strict" => [],
                "balance" => ["--bits 3", "--distil 2"],
                _ => ["--retain hat", "--bits 3", "--distil 2"],
            },
            refused
        );
    }

    [Theory]
    [InlineData("strict", "--objective entropy", "--objective entropy")]
    [InlineData("hsic", "--objective entropy", "--objective entropy")]
    [InlineData("mmd", "--lambda 2,1,5", "--lambda 2,1,5")]
    [InlineData("hsic", "--lambda 0,2,5", "--lambda 0,2,5")]
    [InlineData("hsic", "--lambda 0,1,7", null)]
    [InlineData("paper", "--objective entropy --lambda 1,2,3", null)]
    [InlineData("leace", "--lambda 0,1,7", "--lambda 0,1,7")]
    [InlineData("paper", "--retention 2 --retain hat", "--retain hat;--retention 2")]
    public void What_means_nothing_to_a_recipe_is_refused_by_name(string recipe, string flags, string? refused) =>
        Assert.Equal(
            refused?.Split(';') ?? [],
            Recipes.Named(recipe).Meaningless(Configs.Of(flags)).Select(problem => problem.Subject.InFlags())
        );

    [Theory]
    [MemberData(nameof(Names))]
    public void A_recipe_learns_in_blocks_or_closes_the_model_or_changes_the_images(string name)
    {
        using var table = ToyTables.Visible(train: 24, validation: 8);
        var recipe = Recipes.Named(name);
        var split = recipe.OwnsSplit ? null : "layer1";
        using var random = new TorchSharp.torch.Generator(0);
        var model = recipe.Prepare(ToyTraining.Model(table), split, random);
        var learns =
            recipe.Blocks(new Efface.Training.BlockParts(model, ToyTraining.Labels(table), ToyTraining.Options, random)) is not null;
        var labels = TaskAndAttributes.Of(table, table[model.Description.Task], [table["z"]]);
        var closed = recipe.LearnsFromModel ? null : recipe.Close(model, table, labels);
        var changes = recipe.Complete(Configs.Of($"--recipe {name} --forget z")).AttentionRemoval is not null;
        using var owned = closed ?? model;

        Assert.Equal(1, new[] { learns, closed is not null, changes }.Count(does => does));
        if (split is not null)
            Assert.Equal(split, model.Description.Split);
        if (closed is not null)
            Assert.Equal(closed.Network.Stages.Count, model.Network.Stages.Count + 1);
    }
}

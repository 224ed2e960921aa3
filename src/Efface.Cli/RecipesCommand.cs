using Efface.Unlearning;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>efface recipes.</summary>
internal sealed class RecipesCommand : Command<OutputSettings>
{
    public override int Execute(CommandContext context, OutputSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Json)
            Shell.PrintJson(Recipes.All.Cast<object>()); // each with its own settings
        else
            foreach (var recipe in Recipes.All)
            {
                Console.Out.WriteLine($"{recipe.Name, -18}{recipe.Purpose}");
                Console.Out.WriteLine($"{"", -18}Promises: {recipe.Promise}");
            }
        return Shell.Done;
    }
}

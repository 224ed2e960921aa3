using Efface.Unlearning;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>efface recipes.</summary>
internal sealed class RecipesCommand(Shell shell) : Command<OutputSettings>
{
    public override int Execute(CommandContext context, OutputSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Json)
            shell.PrintJson(Recipes.All.Cast<object>()); // each with its own settings
        else
            foreach (var recipe in Recipes.All)
            {
                shell.Out.WriteLine($"{recipe.Name, -18}{recipe.Purpose}");
                shell.Out.WriteLine($"{"", -18}Promises: {recipe.Promise}");
            }
        return Shell.Done;
    }
}

using System.CommandLine;
using Efface.Unlearning;

namespace Efface.Cli;

/// <summary>efface recipes.</summary>
internal sealed class RecipesCommand(Shell shell)
    : ToolCommand(shell, "recipes", "The ways to forget, with what each is for and what it promises.", isNative: false)
{
    protected override int Execute(ParseResult asked)
    {
        if (IsJson(asked))
            Shell.PrintJson(Recipes.All.Cast<object>()); // each with its own settings
        else
            foreach (var recipe in Recipes.All)
            {
                Shell.Out.WriteLine($"{recipe.Name, -18}{recipe.Purpose}");
                Shell.Out.WriteLine($"{"", -18}Promises: {recipe.Promise}");
            }
        return Shell.Done;
    }
}

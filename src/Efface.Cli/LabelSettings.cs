using System.ComponentModel;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>The flags that say how labels are read: the same for images and for vectors.</summary>
internal class LabelSettings : OutputSettings
{
    [CommandOption("--missing <RULE>"), Description("Values that are no class: race=99+n/k. May be given again.")]
    public string[]? Missing { get; init; }

    [CommandOption("--bin <RULE>"), Description("Bins a numeric column: age=0,10,20,30. May be given again.")]
    public string[]? Bin { get; init; }

    [CommandOption("--map <RULE>"), Description("Merges classes: race=Indian+Asian:Asia. May be given again.")]
    public string[]? Map { get; init; }

    [CommandOption("--only <RULE>"), Description("Keeps rows of these classes: race=White+Black. May be given again.")]
    public string[]? Only { get; init; }

    [CommandOption("--drop <RULE>"), Description("Leaves out rows of these classes: race=Others. May be given again.")]
    public string[]? Drop { get; init; }
}

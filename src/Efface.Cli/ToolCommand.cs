using System.CommandLine;
using Efface.Records;
using Efface.Runs;

namespace Efface.Cli;

/// <summary>A command: its flags, and what it does.</summary>
internal abstract class ToolCommand : Command
{
    private readonly Option<bool> _json = new("--json") { Description = "Print one machine-readable object on stdout." };

    protected ToolCommand(Shell shell, string name, string description, bool isNative = true)
        : base(name, description)
    {
        Shell = shell;
        SetAction(asked =>
        {
            if (isNative && Doctor.BackendFault() is { } fault)
                throw new InvalidInputException([fault]);
            return Execute(asked);
        });
        Add(_json);
    }

    protected Shell Shell { get; }

    /// <returns>The exit code.</returns>
    protected abstract int Execute(ParseResult asked);

    /// <summary>Whether the result is for a machine.</summary>
    protected bool IsJson(ParseResult asked) => asked.GetValue(_json);

    /// <summary>Runs work with a progress display.</summary>
    protected T Show<T>(Func<ProgressDisplay, T> work) => ProgressDisplay.Show(Shell, work);
}

/// <summary>A command about a run that the flags describe.</summary>
internal abstract class RunCommand : ToolCommand
{
    private readonly Flags<RunConfig> _config;
    private readonly Option<string> _file = new("--config")
    {
        Description = "Repeat a run.json; other flags go before it.",
        HelpName = "FILE",
    };

    /// <param name="shell">Where output goes.</param>
    /// <param name="name">The command's name.</param>
    /// <param name="description">For the help text.</param>
    /// <param name="like">The command whose settings it shares; null for the settings of all commands.</param>
    protected RunCommand(Shell shell, string name, string description, string? like = null)
        : base(shell, name, description)
    {
        _config = new Flags<RunConfig>(this, setting => setting.Command is null || setting.Command == like);
        Add(_file);
    }

    /// <summary>The flags over the file of --config, over the run's record, over the model it starts from.</summary>
    protected RunConfig Config(ParseResult asked, RunConfig? usual = null)
    {
        var from = _config.Given(asked).FirstOrDefault(given => given.Setting.Flag == "--from").Texts?[^1];
        return _config.Read(asked, Filed(asked) ?? usual ?? (from is null ? new RunConfig() : Inheritance.ForUnlearning(from)), config =>
            config.Check()
        );
    }

    /// <summary>The settings in the file of --config; null without it.</summary>
    protected RunConfig? Filed(ParseResult asked) => asked.GetValue(_file) is { } file ? RunFolder.ReadConfig(file) : null;

    /// <summary>The settings whose flags were given.</summary>
    protected IEnumerable<Setting> Given(ParseResult asked) => _config.Given(asked).Select(given => given.Setting);
}

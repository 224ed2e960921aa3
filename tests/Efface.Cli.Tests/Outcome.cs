using System.Text;
using System.Text.Json.Nodes;

namespace Efface.Cli.Tests;

/// <summary>What a run of the tool left behind.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error)
{
    public JsonObject Json => JsonNode.Parse(Output)!.AsObject();

    public IEnumerable<string> ErrorLines => Error.Split('\n');
}

/// <summary>Keeps what is written, and tells of each line when it is whole.</summary>
internal sealed class Listener(Action<string>? heard = null) : TextWriter
{
    private readonly StringBuilder _all = new(),
        _line = new();
    private readonly Lock _lock = new();

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value)
    {
        string? line = null;
        lock (_lock)
        {
            _all.Append(value);
            if (value == '\n')
            {
                line = _line.ToString();
                _line.Clear();
            }
            else
                _line.Append(value);
        }
        if (line is not null)
            heard?.Invoke(line);
    }

    public override string ToString()
    {
        lock (_lock)
            return _all.ToString();
    }
}

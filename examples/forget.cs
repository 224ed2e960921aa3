#:project ../src/Efface/Efface.csproj
#:property PublishAot=false
// The library without the tool: a model for smile forgets glasses. dotnet run examples/forget.cs -- OUT
using Efface.Auditing;
using Efface.Reporting;
using Efface.Runs;

var output = args.FirstOrDefault() ?? Path.Combine("runs", "example");
var demo = DemoRun.Config;
var config = demo with
{
    Data = demo.Data with { Limit = 1000 },
    Model = demo.Model with { Width = 0.125 },
    Training = demo.Training with { Epochs = 2 },
};
var before = TrainingRun.Train(config, Path.Combine(output, "before"));
var after = TrainingRun.Unlearn(config with { Model = config.Model with { From = before.Path } }, Path.Combine(output, "after"));
var audit = AuditRun.Run(after.Path, config.Recipe.Forget, new AuditSettings());

Console.WriteLine($"{audit.Verdict}: {string.Join("; ", audit.Reasons)}");
File.WriteAllText(Path.Combine(output, "report.html"), HtmlReport.Render([before, after], DateTimeOffset.UtcNow));

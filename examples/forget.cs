#:project ../src/Efface/Efface.csproj
#:property PublishAot=false
// The library without the tool: a model for smile forgets glasses. dotnet run examples/forget.cs -- OUT
using Efface.Auditing;
using Efface.Reporting;
using Efface.Runs;

var output = args.FirstOrDefault() ?? Path.Combine("runs", "example");
var config = DemoRun.Config with { Limit = 1000, Width = 0.125, Epochs = 2 };
var before = ModelRun.Train(config, Path.Combine(output, "before"));
var after = ModelRun.Unlearn(config with { From = before.Path }, Path.Combine(output, "after"));
var audit = AuditRun.Run(after.Path, config.Forget, new AuditSettings());

Console.WriteLine($"{audit.Verdict}: {string.Join("; ", audit.Reasons)}");
File.WriteAllText(Path.Combine(output, "report.html"), HtmlReport.Render([before, after], DateTimeOffset.UtcNow));

using System.Runtime.InteropServices;
using Efface;
using Efface.Cli;

// A user who stops a command does not wait for a batch that takes minutes.
var longestStop = TimeSpan.FromSeconds(4.5);
NativeThreads.WaitPassively();
NativeHeap.ShareArenas();
using var stop = new CancellationTokenSource();
using var deadline = new Timer(_ => Leave());
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
return Tool.Run(args, Console.Out, Console.Error, stop.Token);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
    deadline.Change(longestStop, Timeout.InfiniteTimeSpan);
}

// Files are written under another name until they are whole, so no file is left half-written.
void Leave()
{
    Console.Error.WriteLine(
        "efface: interrupted in the middle of a long batch. A training goes on with --resume from its last saved state."
    );
    NativeExit.With(Shell.Interrupted);
}

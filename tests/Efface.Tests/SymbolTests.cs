using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Xunit;

namespace Efface.Tests;

/// <summary>What a debugger, or the trace of a fault, gets from the library as it is packed.</summary>
public sealed class SymbolTests
{
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE"); // of the portable PDB's format

    [Fact]
    public void Symbols_and_sources_lie_in_the_assembly_and_name_no_folder_of_the_machine_that_built_it()
    {
        using var assembly = new PEReader(File.OpenRead(typeof(InvalidInputException).Assembly.Location));
        var entries = assembly.ReadDebugDirectory();
        var code = entries.Single(entry => entry.Type == DebugDirectoryEntryType.CodeView);
        Assert.Equal("Efface.pdb", assembly.ReadCodeViewDebugDirectoryData(code).Path);
        Assert.Contains(entries, entry => entry.Type == DebugDirectoryEntryType.Reproducible);

        var embedded = entries.Single(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        using var symbols = assembly.ReadEmbeddedPortablePdbDebugDirectoryData(embedded);
        var reader = symbols.GetMetadataReader();
        var sourced = reader
            .CustomDebugInformation.Select(reader.GetCustomDebugInformation)
            .Where(information => reader.GetGuid(information.Kind) == EmbeddedSource)
            .Select(information => information.Parent)
            .ToHashSet();
        Assert.True(reader.Documents.Count > 200, $"{reader.Documents.Count} files");
        Assert.All(reader.Documents, document =>
        {
            Assert.StartsWith("/_/", reader.GetString(reader.GetDocument(document).Name), StringComparison.Ordinal);
            Assert.Contains((EntityHandle)document, sourced);
        });
    }
}

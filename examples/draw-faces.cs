#:project ../src/Efface/Efface.csproj
// Draws a sheet of the faces that Efface makes itself: dotnet run examples/draw-faces.cs -- faces.png
using Efface.Data.Drawn;
using Efface.Reporting;

const int Rows = 3,
    Columns = 8,
    Side = 96;
using var faces = DrawnFaces.Draw(
    new DrawnFacesOptions
    {
        Train = Rows * Columns,
        Validation = 0,
        Test = 0,
        Size = Side,
    }
);
using var sheet = faces
    .Gather([.. Enumerable.Range(0, faces.Count)])
    .view(Rows, Columns, 3, Side, Side)
    .permute(2, 0, 3, 1, 4)
    .reshape(3, Rows * Side, Columns * Side);
File.WriteAllBytes(args.FirstOrDefault() ?? "faces.png", Png.Encode(sheet));

using System.Runtime.InteropServices;
using ActionableModels.Compute;

namespace ActionableModels.Formats.Images;

/// <summary>The functions of libturbojpeg that decoding and encoding call (TurboJPEG API 2.x, turbojpeg.h), found when the library is loaded.</summary>
internal sealed unsafe class TurboJpegLibrary
{
    private static readonly string[] Names = OperatingSystem.IsWindows() ? ["turbojpeg.dll", "libturbojpeg.dll"]
        : OperatingSystem.IsMacOS() ? ["libturbojpeg.0.dylib", "libturbojpeg.dylib", "/opt/homebrew/opt/jpeg-turbo/lib/libturbojpeg.dylib"]
        : ["libturbojpeg.so.0", "libturbojpeg.so"];

    private const string Install = "install it (Debian and Ubuntu: apt-get install libturbojpeg0)";

    private static readonly Lazy<TurboJpegLibrary?> loaded = new(() =>
    {
        foreach (var name in Names)
            if (NativeLibrary.TryLoad(name, out var library)) return new TurboJpegLibrary(library);
        return null;
    });

    // `unsigned long` of C: 32 bits on Windows, a word elsewhere, as CULong.
    public readonly delegate* unmanaged<nint> InitDecompress;
    public readonly delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int> DecompressHeader;
    public readonly delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int> Decompress;
    public readonly delegate* unmanaged<nint, byte*, CULong, byte**, int, int*, int, int, int> DecompressToPlanes;
    public readonly delegate* unmanaged<nint> InitCompress;
    public readonly delegate* unmanaged<nint, byte*, int, int, int, int, byte**, CULong*, int, int, int, int> Compress;
    public readonly delegate* unmanaged<nint, byte*> ErrorText;
    public readonly delegate* unmanaged<nint, int> Destroy;
    public readonly delegate* unmanaged<byte*, void> Free;

    private TurboJpegLibrary(nint library)
    {
        nint Find(string name) => NativeLibrary.TryGetExport(library, name, out var address)
            ? address
            : throw new ActionableException($"libturbojpeg on this machine lacks {name}: install libjpeg-turbo 2.0 or later");
        InitDecompress = (delegate* unmanaged<nint>)Find("tjInitDecompress");
        DecompressHeader = (delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int>)Find("tjDecompressHeader3");
        Decompress = (delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int>)Find("tjDecompress2");
        DecompressToPlanes = (delegate* unmanaged<nint, byte*, CULong, byte**, int, int*, int, int, int>)Find("tjDecompressToYUVPlanes");
        InitCompress = (delegate* unmanaged<nint>)Find("tjInitCompress");
        Compress = (delegate* unmanaged<nint, byte*, int, int, int, int, byte**, CULong*, int, int, int, int>)Find("tjCompress2");
        ErrorText = (delegate* unmanaged<nint, byte*>)Find("tjGetErrorStr2");
        Destroy = (delegate* unmanaged<nint, int>)Find("tjDestroy");
        Free = (delegate* unmanaged<byte*, void>)Find("tjFree");
        // No function tells the version; this one came with 3.0.
        Version = NativeLibrary.TryGetExport(library, "tj3Init", out _) ? "3.0 or later" : "2.x";
    }

    /// <summary>The library, loaded once.</summary>
    /// <exception cref="ActionableException">The machine has none, or one that is too old.</exception>
    public static TurboJpegLibrary Loaded => loaded.Value ?? throw new ActionableException(
        $"JPEG images need libturbojpeg ({Names[0]}), which this machine lacks: {Install}");

    /// <summary>Version, as far as the library tells.</summary>
    public string Version { get; }

    /// <summary>Whether the machine has it.</summary>
    public static bool IsThere => loaded.Value is not null;

    /// <summary>What this machine has of it.</summary>
    public static FormatLibrary Look() => FormatLibrary.Look("libturbojpeg", "JPEG images", Install, () => loaded.Value?.Version);

    /// <summary>What a handle's last call had to complain of.</summary>
    public string Complaint(nint handle) => Marshal.PtrToStringUTF8((nint)ErrorText(handle)) ?? "no reason given";
}

using System.Runtime.InteropServices;
using ActionableModels.Compute;

namespace ActionableModels.Formats.Hdf5;

/// <summary>
/// The functions of libhdf5 (HDF5 reference manual, 1.10) that read and write datasets, found when the library is loaded. The library serves
/// one thread at a time: callers hold <see cref="Gate"/>. Identifiers are 64-bit numbers, negative where a call failed.
/// </summary>
internal sealed unsafe class Hdf5Library
{
    private static readonly string[] Names = OperatingSystem.IsWindows() ? ["hdf5.dll"]
        : OperatingSystem.IsMacOS() ? ["libhdf5.dylib", "/opt/homebrew/lib/libhdf5.dylib", "/usr/local/lib/libhdf5.dylib"]
        : ["libhdf5_serial.so.103", "libhdf5.so.103", "libhdf5_serial.so.310", "libhdf5.so.310", "libhdf5.so.200", "libhdf5_serial.so", "libhdf5.so"];

    private static readonly Lazy<Hdf5Library?> loaded = new(() =>
    {
        foreach (var name in Names)
            if (NativeLibrary.TryLoad(name, out var library)) return new Hdf5Library(library);
        return null;
    });

    /// <summary>Classes of datatypes (H5T_class_t).</summary>
    public const int Integer = 0, Float = 1, Text = 3, Enumeration = 8, VariableLength = 9;
    /// <summary>Kinds of objects (H5I_type_t).</summary>
    public const int GroupObject = 2, DatasetObject = 5;
    /// <summary>Kinds of links (H5L_type_t); all others lead outside.</summary>
    public const int HardLink = 0, SoftLink = 1;
    /// <summary>Ways of storing a dataset (H5D_layout_t).</summary>
    public const int Contiguous = 1, Chunked = 2, Virtual = 3;
    /// <summary>An address that does not exist.</summary>
    public const ulong Undefined = ulong.MaxValue;

    public readonly delegate* unmanaged<byte*, uint, long, long> FileOpen;
    public readonly delegate* unmanaged<byte*, uint, long, long, long> FileCreate;
    public readonly delegate* unmanaged<long, int> FileClose;
    public readonly delegate* unmanaged<long, int, int> FileFlush;
    public readonly delegate* unmanaged<long, byte*, long, long> ObjectOpen;
    public readonly delegate* unmanaged<long, int> ObjectClose;
    public readonly delegate* unmanaged<long, int> TypeOfIdentifier;
    public readonly delegate* unmanaged<long, byte*, uint, int> ObjectInfo;
    public readonly delegate* unmanaged<long, byte*, byte*, long, int> LinkInfo;
    public readonly delegate* unmanaged<long, byte*, byte*, nuint, long, int> LinkValue;
    public readonly delegate* unmanaged<long, int, int, ulong*, delegate* unmanaged<long, byte*, void*, void*, int>, void*, int> LinkIterate;
    public readonly delegate* unmanaged<long, byte*, long, long, long, long> GroupCreate;
    public readonly delegate* unmanaged<long, byte*, long, long, long, long, long, long> DatasetCreate;
    public readonly delegate* unmanaged<long, long> DatasetType;
    public readonly delegate* unmanaged<long, long> DatasetSpace;
    public readonly delegate* unmanaged<long, long> DatasetCreation;
    public readonly delegate* unmanaged<long, ulong> DatasetOffset;
    public readonly delegate* unmanaged<long, ulong> DatasetStorage;
    public readonly delegate* unmanaged<long, long, long, long, long, void*, int> DatasetRead;
    public readonly delegate* unmanaged<long, long, long, long, long, void*, int> DatasetWrite;
    public readonly delegate* unmanaged<long, long, long, void*, int> Reclaim;
    public readonly delegate* unmanaged<long, int> CreationLayout;
    public readonly delegate* unmanaged<long, int> ExternalFiles;
    public readonly delegate* unmanaged<long, int, ulong*, int> ChunkOf;
    public readonly delegate* unmanaged<long, int> FilterCount;
    public readonly delegate* unmanaged<long, uint, uint*, nuint*, uint*, nuint, byte*, uint*, int> FilterOf;
    public readonly delegate* unmanaged<long, int> TypeClass;
    public readonly delegate* unmanaged<long, nuint> TypeSize;
    public readonly delegate* unmanaged<long, int> TypeSign;
    public readonly delegate* unmanaged<long, int> IsVariableText;
    public readonly delegate* unmanaged<long, long> TypeSuper;
    public readonly delegate* unmanaged<long, long> TypeCopy;
    public readonly delegate* unmanaged<long, nuint, int> TypeSetSize;
    public readonly delegate* unmanaged<long, int, int> TypeSetCharacters;
    public readonly delegate* unmanaged<long, int> TypeCharacters;
    public readonly delegate* unmanaged<long, int, int> TypeSetPadding;
    public readonly delegate* unmanaged<long, long> TypeVariable;
    public readonly delegate* unmanaged<long, long> TypeEnumeration;
    public readonly delegate* unmanaged<long, byte*, void*, int> TypeInsert;
    public readonly delegate* unmanaged<long, int> TypeClose;
    public readonly delegate* unmanaged<int, ulong*, ulong*, long> SpaceSimple;
    public readonly delegate* unmanaged<int, long> SpaceCreate;
    public readonly delegate* unmanaged<long, int> SpaceRank;
    public readonly delegate* unmanaged<long, int> SpaceKind;
    public readonly delegate* unmanaged<long, ulong*, ulong*, int> SpaceSizes;
    public readonly delegate* unmanaged<long, int, ulong*, ulong*, ulong*, ulong*, int> SpaceSelect;
    public readonly delegate* unmanaged<long, int> SpaceClose;
    public readonly delegate* unmanaged<long, byte*, int> AttributeExists;
    public readonly delegate* unmanaged<long, byte*, long, long> AttributeOpen;
    public readonly delegate* unmanaged<long, long> AttributeType;
    public readonly delegate* unmanaged<long, long> AttributeSpace;
    public readonly delegate* unmanaged<long, long, void*, int> AttributeRead;
    public readonly delegate* unmanaged<long, byte*, long, long, long, long, long> AttributeCreate;
    public readonly delegate* unmanaged<long, long, void*, int> AttributeWrite;
    public readonly delegate* unmanaged<long, int, int, ulong*, delegate* unmanaged<long, byte*, void*, void*, int>, void*, int> AttributeIterate;
    public readonly delegate* unmanaged<long, int> AttributeClose;
    public readonly delegate* unmanaged<long, long> ListCreate;
    public readonly delegate* unmanaged<long, int> ListClose;
    public readonly delegate* unmanaged<long, byte, int> ListTrackTimes;
    public readonly delegate* unmanaged<long, int, int> ListCloseDegree;
    public readonly delegate* unmanaged<long, byte, byte, int> ListLocking;
    private readonly delegate* unmanaged<long, int, delegate* unmanaged<uint, byte*, void*, int>, void*, int> walkErrors;
    private readonly delegate* unmanaged<long, int> clearErrors;
    private readonly delegate* unmanaged<long, nint, void*, int> printErrors;

    [ThreadStatic] private static bool isSilent;

    public readonly long NativeFloat, NativeByte, FileFloat, FileSigned8, FileByte, FileInt64, NativeInt64, NativeDouble, TextType;
    public readonly long ForFiles, ForAccess, ForGroups, ForDatasets;

    private Hdf5Library(nint library)
    {
        nint Find(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
                if (NativeLibrary.TryGetExport(library, name, out var address)) return address;
            throw new ActionableException($"libhdf5 lacks {names[0]}: {Install}");
        }
        long Value(string name) => *(long*)Find(name);
        uint major = 0, minor = 0, release = 0;
        if (((delegate* unmanaged<uint*, uint*, uint*, int>)Find("H5get_libversion"))(&major, &minor, &release) < 0 || (major, minor).CompareTo((1, 10)) < 0)
            throw new ActionableException($"libhdf5 {major}.{minor}.{release} is too old, its identifiers have 32 bits: {Install}");
        if (((delegate* unmanaged<int>)Find("H5open"))() < 0) throw new ActionableException($"libhdf5 does not start: {Install}");
        Version = $"{major}.{minor}.{release}";
        printErrors = (delegate* unmanaged<long, nint, void*, int>)Find("H5Eset_auto2");
        ((delegate* unmanaged<uint, int>)Find("H5PLset_loading_state"))(0);

        FileOpen = (delegate* unmanaged<byte*, uint, long, long>)Find("H5Fopen");
        FileCreate = (delegate* unmanaged<byte*, uint, long, long, long>)Find("H5Fcreate");
        FileClose = (delegate* unmanaged<long, int>)Find("H5Fclose");
        FileFlush = (delegate* unmanaged<long, int, int>)Find("H5Fflush");
        ObjectOpen = (delegate* unmanaged<long, byte*, long, long>)Find("H5Oopen");
        ObjectClose = (delegate* unmanaged<long, int>)Find("H5Oclose");
        TypeOfIdentifier = (delegate* unmanaged<long, int>)Find("H5Iget_type");
        // Both forms of the description have the object's address in its file at byte 8.
        ObjectInfo = (delegate* unmanaged<long, byte*, uint, int>)Find("H5Oget_info2", "H5Oget_info3");
        // The kind comes first in both forms of the description of a link, and the length of its value at byte 24.
        LinkInfo = (delegate* unmanaged<long, byte*, byte*, long, int>)Find("H5Lget_info", "H5Lget_info1", "H5Lget_info2");
        LinkValue = (delegate* unmanaged<long, byte*, byte*, nuint, long, int>)Find("H5Lget_val");
        LinkIterate = (delegate* unmanaged<long, int, int, ulong*, delegate* unmanaged<long, byte*, void*, void*, int>, void*, int>)
            Find("H5Literate", "H5Literate1", "H5Literate2");
        GroupCreate = (delegate* unmanaged<long, byte*, long, long, long, long>)Find("H5Gcreate2");
        DatasetCreate = (delegate* unmanaged<long, byte*, long, long, long, long, long, long>)Find("H5Dcreate2");
        DatasetType = (delegate* unmanaged<long, long>)Find("H5Dget_type");
        DatasetSpace = (delegate* unmanaged<long, long>)Find("H5Dget_space");
        DatasetCreation = (delegate* unmanaged<long, long>)Find("H5Dget_create_plist");
        DatasetOffset = (delegate* unmanaged<long, ulong>)Find("H5Dget_offset");
        DatasetStorage = (delegate* unmanaged<long, ulong>)Find("H5Dget_storage_size");
        DatasetRead = (delegate* unmanaged<long, long, long, long, long, void*, int>)Find("H5Dread");
        DatasetWrite = (delegate* unmanaged<long, long, long, long, long, void*, int>)Find("H5Dwrite");
        Reclaim = (delegate* unmanaged<long, long, long, void*, int>)Find("H5Dvlen_reclaim");
        CreationLayout = (delegate* unmanaged<long, int>)Find("H5Pget_layout");
        ExternalFiles = (delegate* unmanaged<long, int>)Find("H5Pget_external_count");
        ChunkOf = (delegate* unmanaged<long, int, ulong*, int>)Find("H5Pget_chunk");
        FilterCount = (delegate* unmanaged<long, int>)Find("H5Pget_nfilters");
        FilterOf = (delegate* unmanaged<long, uint, uint*, nuint*, uint*, nuint, byte*, uint*, int>)Find("H5Pget_filter2");
        TypeClass = (delegate* unmanaged<long, int>)Find("H5Tget_class");
        TypeSize = (delegate* unmanaged<long, nuint>)Find("H5Tget_size");
        TypeSign = (delegate* unmanaged<long, int>)Find("H5Tget_sign");
        IsVariableText = (delegate* unmanaged<long, int>)Find("H5Tis_variable_str");
        TypeSuper = (delegate* unmanaged<long, long>)Find("H5Tget_super");
        TypeCopy = (delegate* unmanaged<long, long>)Find("H5Tcopy");
        TypeSetSize = (delegate* unmanaged<long, nuint, int>)Find("H5Tset_size");
        TypeSetCharacters = (delegate* unmanaged<long, int, int>)Find("H5Tset_cset");
        TypeCharacters = (delegate* unmanaged<long, int>)Find("H5Tget_cset");
        TypeSetPadding = (delegate* unmanaged<long, int, int>)Find("H5Tset_strpad");
        TypeVariable = (delegate* unmanaged<long, long>)Find("H5Tvlen_create");
        TypeEnumeration = (delegate* unmanaged<long, long>)Find("H5Tenum_create");
        TypeInsert = (delegate* unmanaged<long, byte*, void*, int>)Find("H5Tenum_insert");
        TypeClose = (delegate* unmanaged<long, int>)Find("H5Tclose");
        SpaceSimple = (delegate* unmanaged<int, ulong*, ulong*, long>)Find("H5Screate_simple");
        SpaceCreate = (delegate* unmanaged<int, long>)Find("H5Screate");
        SpaceRank = (delegate* unmanaged<long, int>)Find("H5Sget_simple_extent_ndims");
        SpaceKind = (delegate* unmanaged<long, int>)Find("H5Sget_simple_extent_type");
        SpaceSizes = (delegate* unmanaged<long, ulong*, ulong*, int>)Find("H5Sget_simple_extent_dims");
        SpaceSelect = (delegate* unmanaged<long, int, ulong*, ulong*, ulong*, ulong*, int>)Find("H5Sselect_hyperslab");
        SpaceClose = (delegate* unmanaged<long, int>)Find("H5Sclose");
        AttributeExists = (delegate* unmanaged<long, byte*, int>)Find("H5Aexists");
        AttributeOpen = (delegate* unmanaged<long, byte*, long, long>)Find("H5Aopen");
        AttributeType = (delegate* unmanaged<long, long>)Find("H5Aget_type");
        AttributeSpace = (delegate* unmanaged<long, long>)Find("H5Aget_space");
        AttributeRead = (delegate* unmanaged<long, long, void*, int>)Find("H5Aread");
        AttributeCreate = (delegate* unmanaged<long, byte*, long, long, long, long, long>)Find("H5Acreate2");
        AttributeWrite = (delegate* unmanaged<long, long, void*, int>)Find("H5Awrite");
        AttributeIterate = (delegate* unmanaged<long, int, int, ulong*, delegate* unmanaged<long, byte*, void*, void*, int>, void*, int>)
            Find("H5Aiterate2");
        AttributeClose = (delegate* unmanaged<long, int>)Find("H5Aclose");
        ListCreate = (delegate* unmanaged<long, long>)Find("H5Pcreate");
        ListClose = (delegate* unmanaged<long, int>)Find("H5Pclose");
        ListTrackTimes = (delegate* unmanaged<long, byte, int>)Find("H5Pset_obj_track_times");
        ListCloseDegree = (delegate* unmanaged<long, int, int>)Find("H5Pset_fclose_degree");
        ListLocking = (delegate* unmanaged<long, byte, byte, int>)(NativeLibrary.TryGetExport(library, "H5Pset_file_locking", out var locking) ? locking : 0);
        walkErrors = (delegate* unmanaged<long, int, delegate* unmanaged<uint, byte*, void*, int>, void*, int>)Find("H5Ewalk2");
        clearErrors = (delegate* unmanaged<long, int>)Find("H5Eclear2");

        (NativeFloat, NativeDouble, NativeByte) = (Value("H5T_NATIVE_FLOAT_g"), Value("H5T_NATIVE_DOUBLE_g"), Value("H5T_NATIVE_UINT8_g"));
        (FileFloat, FileSigned8, FileByte) = (Value("H5T_IEEE_F32LE_g"), Value("H5T_STD_I8LE_g"), Value("H5T_STD_U8LE_g"));
        (FileInt64, NativeInt64, TextType) = (Value("H5T_STD_I64LE_g"), Value("H5T_NATIVE_INT64_g"), Value("H5T_C_S1_g"));
        (ForFiles, ForAccess) = (Value("H5P_CLS_FILE_CREATE_ID_g"), Value("H5P_CLS_FILE_ACCESS_ID_g"));
        (ForGroups, ForDatasets) = (Value("H5P_CLS_GROUP_CREATE_ID_g"), Value("H5P_CLS_DATASET_CREATE_ID_g"));
    }

    private const string Install = "install one of HDF5 1.10.7 or later (Debian: libhdf5-103-1)";

    /// <summary>Held while the library is called.</summary>
    public static Lock Gate { get; } = new();

    /// <summary>Version of the library.</summary>
    public string Version { get; }

    /// <summary>What this machine has of it.</summary>
    public static FormatLibrary Look() => FormatLibrary.Look("libhdf5", "robomimic, Minari", Install, () => loaded.Value?.Version);

    /// <summary>Whether the machine has the library.</summary>
    public static bool IsThere => loaded.Value is not null;

    /// <summary>The library, loaded once, and silent on this thread.</summary>
    /// <exception cref="ActionableException">The machine has none, or it is too old.</exception>
    public static Hdf5Library Open()
    {
        var library = loaded.Value ?? throw new ActionableException($"HDF5 files take {Names[0]}, which this machine lacks: {Install}");
        // Where the library is built for threads, each has errors of its own, which it prints unless it is told not to.
        if (!isSilent) library.printErrors(0, 0, null);
        isSilent = true;
        return library;
    }

    /// <summary>What the library says of the call that failed last, the most exact of its messages.</summary>
    public string LastError()
    {
        var text = nint.Zero;
        walkErrors(0, 0, &First, &text);
        var message = Marshal.PtrToStringUTF8(text);
        clearErrors(0);
        return string.IsNullOrEmpty(message) ? "libhdf5 does not say why" : $"libhdf5: {message}";
    }

    // H5E_error2_t: class, major, minor, line, function, file, description.
    [UnmanagedCallersOnly]
    private static int First(uint place, byte* error, void* text)
    {
        if (place == 0) *(byte**)text = *(byte**)(error + 48);
        return 0;
    }
}

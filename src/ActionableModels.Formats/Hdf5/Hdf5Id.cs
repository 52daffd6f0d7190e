using ActionableModels.Compute;

namespace ActionableModels.Formats.Hdf5;

/// <summary>An identifier of libhdf5 that is closed at the end of its block.</summary>
internal readonly unsafe ref struct Hdf5Id(long id, delegate* unmanaged<long, int> close)
{
    private readonly long id = id;

    public static implicit operator long(Hdf5Id id) => id.id;

    /// <summary>Takes what a call returned.</summary>
    /// <param name="library">The library.</param>
    /// <param name="id">Identifier, or a negative number.</param>
    /// <param name="close">What closes it.</param>
    /// <param name="what">What could not be done, for the message.</param>
    /// <exception cref="ActionableException">The call failed.</exception>
    public static Hdf5Id Of(Hdf5Library library, long id, delegate* unmanaged<long, int> close, string what) =>
        id >= 0 ? new(id, close) : throw new ActionableException($"{what} ({library.LastError()})");

    public void Dispose()
    {
        if (id > 0) close(id);
    }
}

/// <summary>A link that leads out of its file, or is of a kind that this program does not follow.</summary>
internal sealed class Hdf5OutsideException(string what) : ActionableException(what)
{
    /// <summary>The fault of a dataset or link.</summary>
    public static Hdf5OutsideException Leading(string where) => new($"{where} leads to a path outside the folder, which is not followed: "
        + "copy the data into the file itself (h5repack, h5copy)");
}

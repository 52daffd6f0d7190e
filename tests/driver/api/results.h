// Results of the driver API that the stand-in returns, with the names and meanings of "CUDA Driver API", CUresult.
#ifndef RESULTS_H
#define RESULTS_H

#define RESULTS(X)                                                                                                                      \
    X(0, CUDA_SUCCESS, "no error")                                                                                                      \
    X(1, CUDA_ERROR_INVALID_VALUE, "invalid argument")                                                                                  \
    X(2, CUDA_ERROR_OUT_OF_MEMORY, "out of memory")                                                                                     \
    X(3, CUDA_ERROR_NOT_INITIALIZED, "initialization error")                                                                            \
    X(46, CUDA_ERROR_DEVICE_UNAVAILABLE, "CUDA-capable device(s) is/are busy or unavailable")                                           \
    X(100, CUDA_ERROR_NO_DEVICE, "no CUDA-capable device is detected")                                                                  \
    X(101, CUDA_ERROR_INVALID_DEVICE, "invalid device ordinal")                                                                         \
    X(200, CUDA_ERROR_INVALID_IMAGE, "device kernel image is invalid")                                                                  \
    X(201, CUDA_ERROR_INVALID_CONTEXT, "invalid device context")                                                                        \
    X(209, CUDA_ERROR_NO_BINARY_FOR_GPU, "no kernel image is available for execution on the device")                                    \
    X(218, CUDA_ERROR_INVALID_PTX, "a PTX JIT compilation failed")                                                                      \
    X(222, CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "the provided PTX was compiled with an unsupported toolchain.")                          \
    X(400, CUDA_ERROR_INVALID_HANDLE, "invalid resource handle")                                                                        \
    X(500, CUDA_ERROR_NOT_FOUND, "named symbol not found")                                                                              \
    X(600, CUDA_ERROR_NOT_READY, "device not ready")                                                                                    \
    X(700, CUDA_ERROR_ILLEGAL_ADDRESS, "an illegal memory access was encountered")                                                      \
    X(719, CUDA_ERROR_LAUNCH_FAILED, "unspecified launch failure")                                                                      \
    X(999, CUDA_ERROR_UNKNOWN, "unknown error")

enum Result : int {
#define ENUMERATOR(number, name, meaning) name = number,
    RESULTS(ENUMERATOR)
#undef ENUMERATOR
};

#endif

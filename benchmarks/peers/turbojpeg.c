// Frames per second, and per second of processor time, of libturbojpeg alone: tjDecompress2 of whole JPEG images in memory, with libjpeg's default DCT and smooth colour.
// usage: turbojpeg FILE.tfrecord SECONDS, where every record is a JPEG file
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <turbojpeg.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static unsigned char *file;
static size_t size;
static tjhandle handle;
static unsigned char *pixels;

static long run(double seconds, double *taken, double *processor) {
    double begin = now();
    clock_t work = clock();
    long frames = 0;
    while (now() - begin < seconds)
        for (size_t at = 0; at < size;) {
            uint64_t length;
            memcpy(&length, file + at, 8);
            int width, height, sampling, space;
            if (tjDecompressHeader3(handle, file + at + 12, length, &width, &height, &sampling, &space) != 0
                || tjDecompress2(handle, file + at + 12, length, pixels, width, 0, height, TJPF_RGB, TJFLAG_STOPONWARNING) != 0) {
                fprintf(stderr, "turbojpeg: %s\n", tjGetErrorStr2(handle));
                exit(1);
            }
            at += 12 + length + 4;
            frames++;
        }
    *taken = now() - begin;
    *processor = (double)(clock() - work) / CLOCKS_PER_SEC;
    return frames;
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    FILE *stream = fopen(arguments[1], "rb");
    if (!stream) return 1;
    fseek(stream, 0, SEEK_END);
    size = ftell(stream);
    rewind(stream);
    file = malloc(size);
    if (fread(file, 1, size, stream) != size) return 1;
    handle = tjInitDecompress();
    pixels = malloc(4096 * 4096 * 3);
    double seconds = atof(arguments[2]), taken, processor;
    run(seconds / 2, &taken, &processor);
    long frames = run(seconds, &taken, &processor);
    printf("%.1f %.1f\n", frames / taken, frames / processor);
    return 0;
}

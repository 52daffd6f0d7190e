/* Reads a P6 file: one or more RGB images of one size, one after another. */
#ifndef PPM_H
#define PPM_H

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct ppm {
  uint8_t *pixels; /* of all images; free it */
  int width, height;
  size_t count;
  size_t bytes; /* of one image: height * width * 3 */
} ppm;

/* The next number of a header, after white space and comments; -1 if there is none. */
static int ppm_number(const uint8_t *file, size_t size, size_t *at) {
  int value = -1;
  while (*at < size && (isspace(file[*at]) || file[*at] == '#')) {
    if (file[*at] == '#')
      while (*at < size && file[*at] != '\n') ++*at;
    else
      ++*at;
  }
  for (; *at < size && isdigit(file[*at]) && value < 65536; ++*at) value = (value < 0 ? 0 : value) * 10 + (file[*at] - '0');
  return value;
}

static const char *ppm_parse(const uint8_t *file, size_t size, ppm *images) {
  for (size_t at = 0; at < size;) {
    if (size - at < 2 || memcmp(file + at, "P6", 2) != 0) return "is not a P6 file";
    at += 2;
    int width = ppm_number(file, size, &at), height = ppm_number(file, size, &at), most = ppm_number(file, size, &at);
    if (width < 1 || height < 1 || width > 65535 || height > 65535 || most != 255) return "is not a P6 file of bytes";
    if (images->count > 0 && (width != images->width || height != images->height)) return "holds images of several sizes";
    size_t bytes = (size_t)width * (size_t)height * 3;
    if (size - at < bytes + 1) return "ends within an image";
    uint8_t *pixels = (uint8_t *)realloc(images->pixels, (images->count + 1) * bytes);
    if (pixels == NULL) return "needs more memory than there is";
    memcpy(pixels + images->count * bytes, file + at + 1, bytes);
    at += 1 + bytes;
    images->pixels = pixels;
    images->width = width;
    images->height = height;
    images->bytes = bytes;
    ++images->count;
  }
  return images->count > 0 ? NULL : "is empty";
}

/* Ends the program with one line when the file is not as it must be. */
static ppm ppm_read(const char *path) {
  ppm images = {NULL, 0, 0, 0, 0};
  const char *wrong = "cannot be read";
  uint8_t *file = NULL;
  FILE *stream = fopen(path, "rb");
  long size = -1;
  if (stream != NULL && fseek(stream, 0, SEEK_END) == 0) size = ftell(stream);
  if (size >= 0 && fseek(stream, 0, SEEK_SET) == 0) file = (uint8_t *)malloc((size_t)size + 1);
  if (file != NULL && fread(file, 1, (size_t)size, stream) == (size_t)size) wrong = ppm_parse(file, (size_t)size, &images);
  if (stream != NULL) fclose(stream);
  free(file);
  if (wrong != NULL) {
    fprintf(stderr, "%s: %s\n", path, wrong);
    exit(1);
  }
  return images;
}

#endif

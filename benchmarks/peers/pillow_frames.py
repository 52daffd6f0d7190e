"""Frames per second, and per second of processor time, of Python: records of a TFRecord file read by hand (no
checksum), Pillow, 472x472 from the middle to a numpy array.
usage: pillow_frames.py FILE.tfrecord SECONDS, where every record is a JPEG file
"""
import io
import struct
import sys
import time

import numpy
from PIL import Image

SIDE = 472


def frames(path):
    with open(path, "rb") as file:
        while head := file.read(12):
            data = file.read(struct.unpack("<Q", head[:8])[0])
            file.read(4)
            yield data


def run(path, seconds):
    begin, work, count = time.monotonic(), time.process_time(), 0
    while time.monotonic() - begin < seconds:
        for data in frames(path):
            image = numpy.asarray(Image.open(io.BytesIO(data)))
            top, left = (image.shape[0] - SIDE) // 2, (image.shape[1] - SIDE) // 2
            numpy.ascontiguousarray(image[top:top + SIDE, left:left + SIDE])
            count += 1
    return count / (time.monotonic() - begin), count / (time.process_time() - work)


path, seconds = sys.argv[1], float(sys.argv[2])
run(path, seconds / 2)
print("{:.1f} {:.1f}".format(*run(path, seconds)))

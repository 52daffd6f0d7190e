"""Reads the images of a P6 file: one or more, one after another."""
import re

def images(path):
    data, found = open(path, "rb").read(), []
    while header := re.match(rb"P6(?:\s|#.*\n)+(\d+)\s+(\d+)\s+255\s", data):
        end = header.end() + int(header[1]) * int(header[2]) * 3
        found, data = found + [data[header.end():end]], data[end:]
    return found

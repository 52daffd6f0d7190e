"""The loop of samples/c/loop.c through ctypes: python3 act.py LIBRARY MODEL GOAL.ppm IMAGES.ppm DECISIONS [--bits]"""
import ctypes as c, struct, sys, time
from ppm import images
class Observation(c.Structure):
    _fields_ = [("image", c.c_char_p), ("bytes", c.c_size_t), ("state", c.c_float * 2), ("captured_ns", c.c_int64)]
library, model, goal, seen, count, *bits = sys.argv[1:]
lib, (goal,), seen = c.CDLL(library), images(goal), images(seen)
policy, message, decision = c.c_void_p(), c.create_string_buffer(512), c.create_string_buffer(80)
if lib.actionable_open(model.encode(), None, c.byref(policy), message, c.c_size_t(512)): sys.exit(message.value.decode())
if lib.actionable_set_goal(policy, goal, c.c_size_t(len(goal))): sys.exit("the goal image is not of the camera's size")
for image in (seen[n % len(seen)] for n in range(int(count))):
    # Images of a file are taken when used; for a camera give its driver's time stamp, or a stale image passes for a new one.
    if lib.actionable_act(policy, c.byref(Observation(image, len(image), (0, 0.1), time.monotonic_ns())), decision) > 1:
        lib.actionable_message(policy, message, c.c_size_t(512))
        sys.exit(message.value.decode())
    *numbers, index, captured, started, finished, interventions, samples, swaps, status = struct.unpack("8fQ3qIiIi", decision)
    print(index, struct.pack(">8f", *numbers).hex(" ", 4) if bits else " ".join(f"{x:.4f}" for x in numbers), f"{interventions:x}", samples)
lib.actionable_close(policy)

"""actionable_open_memory through ctypes: python3 open_memory.py LIBRARY MODEL"""
import ctypes as c, sys

lib, path = c.CDLL(sys.argv[1]), sys.argv[2]
lib.actionable_now_ns.restype = c.c_int64
message = c.create_string_buffer(512)

class Observation(c.Structure):
    _fields_ = [("image", c.c_char_p), ("bytes", c.c_size_t), ("state", c.c_float * 2), ("captured_ns", c.c_int64)]

def decide(policy):
    size, decided = 32 * 32 * 3, []
    image = bytes(n * n % 251 for n in range(size))
    assert lib.actionable_set_goal(policy, image, c.c_size_t(size)) == 0
    for _ in range(10):
        decision = c.create_string_buffer(80)
        assert lib.actionable_act(policy, c.byref(Observation(image, size, (0, 0.1), lib.actionable_now_ns())), decision) == 0
        decided.append(decision.raw[:32])
    lib.actionable_close(policy)
    return decided

def open_memory(file):
    policy = c.c_void_p()
    held = (c.c_char * len(file)).from_buffer_copy(file)
    status = lib.actionable_open_memory(held, c.c_size_t(len(file)), None, c.byref(policy), message, c.c_size_t(512))
    c.memset(held, 0xFF, len(file))  # the bytes are the caller's: the model must not look at them again
    return status, policy

file = open(path, "rb").read()
policy = c.c_void_p()
assert lib.actionable_open(path.encode(), None, c.byref(policy), message, c.c_size_t(512)) == 0, message.value
expected = decide(policy)
status, policy = open_memory(file)
assert status == 0, message.value
assert decide(policy) == expected and len(set(expected)) == 10
for damaged in file[:-1], file[:100], file[:8], b"\x00", file[:20] + b"!" + file[21:]:
    status, policy = open_memory(damaged)
    assert status == 4 and policy.value is None and message.value, (len(damaged), status, message.value)
print("open_memory: the bits of the file, 5 damaged files refused")

#!/usr/bin/python3
"""A host in Python without the module: ctypes over libbylaw_c.so. Usage: host.py POLICY STORE [LIBRARY]"""
import ctypes
import json
import sys
from ctypes import CFUNCTYPE, POINTER, byref, c_char_p, c_int, c_int32, c_int64, c_size_t, c_uint32, c_uint8, c_void_p

lib = ctypes.CDLL(sys.argv[3] if len(sys.argv) > 3 else "libbylaw_c.so.1")


class Text(ctypes.Structure):
    _fields_ = [("bytes", c_char_p), ("capacity", c_size_t), ("needed", c_size_t)]


class Column(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("path", c_char_p), ("values", c_void_p), ("count", c_size_t), ("stride", c_size_t), ("valid", POINTER(c_uint8)), ("valid_offset", c_size_t),
                ("dictionary", POINTER(c_char_p)), ("dictionary_count", c_size_t), ("scale", c_int32), ("form", c_int32)]


class Columns(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("rows", c_size_t), ("columns", POINTER(Column)), ("column_count", c_size_t), ("lists", c_void_p), ("list_count", c_size_t), ("now_ms", c_int64),
                ("at_ms", POINTER(c_int64))]


class Hit(ctypes.Structure):
    _fields_ = [("rule", c_uint32), ("line", c_int32), ("state", c_uint32)]


class Holds(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("first", c_size_t), ("rows", c_size_t), ("ends", POINTER(c_size_t)), ("hits", POINTER(Hit)), ("error_count", c_size_t), ("errors", c_void_p)]


TakeHolds = CFUNCTYPE(c_int, c_void_p, POINTER(Holds))
U8, I64, BUFFER_TOO_SMALL = 1, 7, 2


class BylawError(Exception):
    """The JSON object of the error."""

    def __init__(self, error):
        super().__init__(error["rendered"])
        self.error = error


def call(name, *arguments):
    """A function whose last argument is the error."""
    error = ctypes.create_string_buffer(65536)
    text = Text(ctypes.cast(error, c_char_p), len(error), 0)
    if getattr(lib, name)(*arguments, byref(text)) != 0:
        raise BylawError(json.loads(error.value))


def ask(name, *arguments, room=65536):
    """The same with a JSON answer before the error; asked again with more room when it does not fit."""
    while True:
        out, error = ctypes.create_string_buffer(room), ctypes.create_string_buffer(65536)
        answer, text = Text(ctypes.cast(out, c_char_p), room, 0), Text(ctypes.cast(error, c_char_p), len(error), 0)
        status = getattr(lib, name)(*arguments, byref(answer), byref(text))
        if status == 0:
            return json.loads(out.value)
        if status != BUFFER_TOO_SMALL:
            raise BylawError(json.loads(error.value))
        room = answer.needed


policy, engine = c_void_p(), c_void_p()
call("bylaw_policy_load", (c_char_p * 1)(sys.argv[1].encode()), c_size_t(1), byref(policy))
now_ms = c_int64(1793527200000)  # 2026-11-01 10:00 UTC
facts = {"order": {"total": "1500.00 USD"}, "customer": {"trusted": False}}
decision = ask("bylaw_policy_decide", policy, json.dumps(facts).encode(), now_ms, c_int(0), room=4)
print("decided:", decision["holds"][0]["rule"])

cents, trusted = (c_int64 * 3)(99900, 150000, 150000), (c_uint8 * 3)(0, 0, 1)
fields = (Column * 2)(*(Column(ctypes.sizeof(Column), path, ctypes.addressof(values), 3, 0, None, 0, None, 0, 0, form)
                        for path, values, form in ((b"order.total", cents, I64), (b"order.customer.trusted", trusted, U8))))
orders = Columns(ctypes.sizeof(Columns), 3, fields, 2, None, 0, now_ms, None)
held = []


@TakeHolds
def take(_, holds):
    ends = [0, *holds.contents.ends[:holds.contents.rows]]
    held.extend("held" if ends[i + 1] > ends[i] else "free" for i in range(holds.contents.rows))
    return 0


call("bylaw_policy_decide_columns", policy, byref(orders), take, None)
print("columns:", *held)

commands = [
    {"command_id": "1", "command": "define_item", "at": "2026-11-01T10:00:00Z", "sku": "TEA"},
    {"command_id": "2", "command": "import_order", "at": "2026-11-01T10:00:00Z", "id": "A-1", "source": "shop", "channel": "web", "currency": "USD",
     "placed": "2026-11-01T10:00:00Z", "customer": {"id": "C-1", "trusted": False}, "lines": [{"item": "TEA", "quantity": 3, "unit_price": "500.00"}]},
    {"command_id": "3", "command": "release_hold", "at": "2026-11-01T11:00:00Z", "order": "A-1", "rule": "large_order",
     "by": {"user": "ann", "role": "order_desk"}}]
call("bylaw_engine_open", sys.argv[2].encode(), policy, None, byref(engine))
outcomes = [ask("bylaw_engine_submit", engine, json.dumps(command).encode()) for command in commands]
for outcome in outcomes[1:]:
    print("order A-1:", outcome["state"])
call("bylaw_engine_close", engine)
lib.bylaw_policy_free(policy)

try:
    call("bylaw_policy_compile", b"p.bylaw", b'policy p { currency XXX; time zone "UTC"; }', byref(policy))
except BylawError as wrong:
    print("bad policy:", wrong.error["diagnostics"][0]["code"])

"""What Tryton asks of Bylaw: one engine for each process, and commands whose ids are those of the sale, so that nothing happens twice."""
import datetime
import hashlib
import json
import os
import threading

import bylaw
from trytond.config import config

_lock = threading.Lock()
_engines = {}  # by process: an engine does not survive a fork


def engine():
    with _lock:
        if os.getpid() not in _engines:
            policy = bylaw.Policy.load(config.get("bylaw", "policy"))
            _engines[os.getpid()] = bylaw.Engine(policy, config.get("bylaw", "store"), simulated=False)
        return _engines[os.getpid()]


def close():
    with _lock:
        for one in _engines.values():
            one.close()
        _engines.clear()


def _now():
    return datetime.datetime.now(datetime.timezone.utc)


class Refused(Exception):
    """Bylaw refused a command; the message says why and what to do."""


def _submit(command):
    outcome = engine().submit(command)
    if outcome["status"] != "accepted":
        remedy = f" ({outcome['remedy']})" if outcome.get("remedy") else ""
        raise Refused(outcome["message"] + remedy)
    return outcome


def import_sale(order):
    """Sends a sale as it is now; says its state in Bylaw. The same content is known already, another one is the next revision."""
    for line in order["lines"]:
        _submit({"command_id": f"tryton:item:{line['item']}", "command": "define_item", "at": "2000-01-01T00:00:00Z", "sku": line["item"]})
    content = hashlib.sha256(json.dumps(order, sort_keys=True, default=str).encode()).hexdigest()[:16]
    for revision in range(1, 1000):
        outcome = engine().submit({"command_id": f"tryton:{order['id']}:{revision}:{content}", "command": "import_order", "at": order["placed"], "revision": revision, **order})
        if outcome["status"] == "accepted":
            return state_of(order["id"])
        if outcome["code"] not in ("revision_conflict", "stale_revision"):
            raise Refused(outcome["message"])
    raise Refused("the sale was changed too often")


def state_of(order):
    """`on_hold`, `released` ..."""
    return engine().store.state(order)


def holds_of(order):
    """Open holds: rule, reason and queue."""
    holds = engine().store.report("holds")
    return [dict(row) for _, row in holds[holds["order_id"] == order].iterrows()]


def release(order, hold, user):
    """A person answers for one hold of `holds_of`: once, however often the button is pressed."""
    rule = hold["rule"]
    return _submit({"command_id": f"tryton:{order}:release:{rule}:{hold['since']}", "command": "release_hold", "at": _now(), "order": order, "rule": rule,
                    "by": {"user": user, "role": "order_desk"}})

#!/usr/bin/python3
"""The example retailer end to end; the same seed gives the same state; a second run changes nothing."""
import subprocess
from common import *

try:
    feed = subprocess.run([binaries / "retailer_generate", "7", "1500"], capture_output=True, text=True, check=True).stdout
    assert feed == subprocess.run([binaries / "retailer_generate", "7", "1500"], capture_output=True, text=True).stdout
    store = work / "s.db"
    policy = source / "examples/retailer/policy"
    first = bylaw("run", "--store", store, "--policy", policy, stdin=feed)
    assert first.returncode in (0, 1), first.stderr
    same("outcomes", len(first.stdout.splitlines()), len(feed.splitlines()))
    state = verify(store)
    bylaw("run", "--store", store, "--policy", policy, stdin=feed)
    same("state after the same feed again", verify(store), state)
    figures = {row["figure"]: float(row["value"]) for row in report(store, "summary")}
    for figure in ("orders settled", "orders cancelled", "holds open", "allocations short of stock", "allocations split over locations", "returns closed", "returns denied"):
        assert figures.get(figure, 0) > 0, (figure, figures)
    money = [row for row in report(store, "money") if row["account"] == "sum"]
    same("sum of the books", money[0]["balance"], "0.00")
    bad = bylaw("run", "--store", store, "--policy", policy, stdin='{"command_id":"x"\n{"command_id":"y","command":"z","at":"2026-01-01T00:00:00Z"}\n')
    assert bad.returncode == 1 and "stdin:1" in bad.stderr and "stdin:2" in bad.stderr and "there is no command `z`" in bad.stderr, bad.stderr
    same("state after a bad feed", verify(store), state)
finally:
    clean()

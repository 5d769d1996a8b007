#!/usr/bin/python3
"""The Python module: dicts and DataFrames, missing facts, errors that name row and fact."""
import datetime, decimal, sys
import pandas as pd
import bylaw

policy = bylaw.Policy.load(sys.argv[1] + "/examples/host/policy")
assert len(policy.version_hash) == 64
now = datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc)
rows = [{"order.id": "A", "order.total": "1000.01 USD", "customer.trusted": False},
        {"order.id": "B", "order.total": decimal.Decimal("1000.00"), "customer.trusted": False},
        {"order.id": "C", "order.total": "5000.00 USD", "customer.trusted": True}]
held = [[hold["rule"] for hold in decision["holds"]] for decision in policy.decide(rows, now=now)]
assert held == [["large_order"], [], []], held
frame = pd.DataFrame(rows)
assert [[h["rule"] for h in d["holds"]] for d in policy.decide(frame, now=now)] == held
nested = policy.decide([{"order": {"total": "2000.00 USD", "customer": {"trusted": False}}}], now=now)
assert nested[0]["holds"][0]["reads"]["order.total"] == "2000.00 USD", nested
missing = policy.decide(pd.DataFrame({"order.total": ["2000.00 USD"], "customer.trusted": [None]}), now=now)
assert missing[0]["holds"][0]["state"] == "failed", missing
for bad, words in (([{"order.total": "5 EUR"}], "row 0: order.total"), ([{"order.total": True}], "order.total")):
    try:
        policy.decide(bad, now=now)
        raise SystemExit("accepted " + str(bad))
    except ValueError as error:
        assert words in str(error), error
try:
    bylaw.Policy.load("/no/such/policy")
    raise SystemExit("loaded nothing")
except bylaw.PolicyError as error:
    assert "cannot be read" in str(error), error
print("python: ok")

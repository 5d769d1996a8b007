#!/usr/bin/python3
"""Test files that must not pass: expectations that say nothing, that the decision contradicts, or that
nothing reads; and facts of the wrong shape, which must be named and never taken for missing."""
from common import *

policy = """policy shop { currency USD; time zone "UTC"; }
extend record order { gold: optional bool; }
function risk(t: money, seg: segment) gives optional decimal;
hold big { when order.total > 100.00 USD or risk(order.total, customer.segment) else 0 > 0.5; reason FRAUD_SCORE "big"; blocks release; queue q; release by order_desk; }
hold trusted { when order.paid_in_full; reason HIGH_VALUE; blocks release; release by order_desk; }
validation country { when ship_to.country is not known; repair ship_to.country to US; reason NO_COUNTRY; }
allocation otherwise_any { from location.active; short backorder; }
return otherwise_all { within 30 days of delivery; accept unopened, opened; approve otherwise; refund to original_tender; restock unopened; quarantine otherwise; }
change web { allow address until picked; allow items until picked once; }
posting cost { on shipment.shipped; debit expenses:a shipment.cost; credit assets:b shipment.cost; }
publish web { for channel web; offer stock.available; }
"""
base = """facts:
  order: {id: A, total: 5.00 USD, paid_in_full: false, customer: {segment: retail}}
"""
back = "facts: {return: {requested: 2026-01-10T00:00:00Z, delivered: 2026-01-03T00:00:00Z, reason: CHANGED_MIND, claimed: {condition: opened}}}, "
stock = """  - item: {sku: TEA, unit_cost: 4.00 USD}
    note: begins
  - location: {id: DC1}
  - receive: {item: TEA, location: DC1, quantity: 10}
  - order: {id: A-1, payment: {state: none}, lines: [{item: TEA, quantity: 2, unit_price: 10.00}]}
  - allocate: A-1
"""

def tests(text):
    return base + "tests:\n" + "\n".join("  - {name: t, " + line + "}" for line in text.split("\n")) + "\n"

def scenario(steps):
    body = (stock + steps).replace("\n", "\n    ").rstrip()
    return base + "scenarios:\n  - name: s\n    at: 2026-11-02T09:00:00Z\n    steps:\n    " + body + "\n"

# name: (file, what is said)
cases = {
    "a list where a value is meant": (tests(back + "expect: {return: {verdict: []}}"), "return.verdict"),
    "a list for a member of a hold": (tests("facts: {order: {total: 500.00 USD}}, expect: {holds: [{rule: big, queue: []}]}"), "holds"),
    "an empty return": (tests(back + "expect: {return: {}}"), "cannot fail"),
    "an empty hold": (tests("facts: {order: {total: 500.00 USD}}, expect: {holds: [{}]}"), "cannot fail"),
    "no holds that are none": (tests("expect: {no_holds: []}"), "cannot fail"),
    "exits of nothing": (tests("facts: {open_holds: [big]}, expect: {exits: {}}"), "cannot fail"),
    "legs as a text": (tests("facts: {event: shipment.shipped, shipment: {cost: 1.00 USD}}, expect: {posting: {legs: \"debit expenses:a 1.00 USD\"}}"), "legs are a list"),
    "an event that no posting is on": (tests("facts: {event: shipment.shippped}, expect: {posting: {legs: []}}"), "no posting is on"),
    "a posting that failed": (tests("facts: {event: shipment.shipped, shipment: {id: x}}, expect: {posting: {legs: []}}"), "could not be evaluated"),
    "a channel that is none": (tests("facts: {position: {stock: {available: 5}}}, expect: {publish: {wbe: nothing}}"), "there is no channel `wbe`"),
    "a hold that could not be evaluated": (tests("facts: {order: {paid_in_full: null}}, expect: {holds: [trusted]}"), "failed:"),
    "a column twice": (base + "tests:\n  - {name: t, rows: {columns: [expect holds, order.total, expect holds], values: [[[big], 5.00 USD, []]]}}\n", "stands twice"),
    "no tests at all": (base + "tests: []\nscenarios: []\n", "has no tests"),
    "figures that are no map": ("facts: {functions: 5}\ntests: [{name: t, expect: {holds: []}}]\n", "`name: value` pairs"),
    "an argument that is none": (tests("facts: {functions: {risk: [{with: {segment: retail}, gives: 0.9}]}}, expect: {holds: []}"), "has no argument `segment`"),
    "a fact twice": (tests("facts: {order: {customer: {segment: retail}}, customer: {segment: business}}, expect: {holds: []}"), "and beside it"),
    "more in a wait": (scenario("  - wait: 1 hour\n    expect: {order A-1: nonsense}\n"), "`expect` is not known here"),
    "a command in an expectation": (scenario("  - expect: {order A-1: allocated}\n    ship: A-1\n"), "`ship` is not known here"),
    "an expectation of nothing": (scenario("  - expect: {}\n"), "names things"),
    "a refusal taken for its state": (scenario("  - ship: A-1\n  - ship: A-1\n    expect: shipped\n"), "expected shipped"),
    "a code that is a list": (scenario("  - ship: A-1\n  - ship: A-1\n    expect: {code: []}\n"), "code"),
    "an order that is none": (scenario("  - expect: {holds A-2: []}\n"), "no order of this name"),
    "an item that is none": (scenario("  - expect: {stock TYPO DC1: {on_hand: 0}}\n"), "there is no item `TYPO`"),
}
good = {
    "facts beside the order": tests("facts: {customer: {segment: business}, functions: {risk: [{with: {seg: business}, gives: 0.9}, {gives: 0}]}}, expect: {holds: [big]}"),
    "an amount in with": tests("facts: {functions: {risk: [{with: {t: 5.00 USD}, gives: 0.9}, {gives: 0}]}}, expect: {holds: [big]}"),
    "repairs as policies write them": tests("expect: {validation: {repairs: {ship_to.country: US}, findings: []}}"),
    "a refusal by its code": scenario("  - ship: A-1\n  - ship: A-1\n    expect: wrong_state\n"),
}
facts = {
    "a list for a record": ('{"order":{"id":"2","payment":[{"risk_score":90}]}}', "hold h { when payment.risk_score else 0 >= 80; reason POLICY; blocks release; release by order_desk; }", "payment.risk_score"),
    "a text for a record": ('{"order":{"id":"3","payment":"x"}}', "hold h { when payment.risk_score else 0 >= 80; reason POLICY; blocks release; release by order_desk; }", "payment.risk_score"),
    "a text for a list of states": ('{"change":{"thing":"address","reached":"picked"}}', "change web { allow address until picked; }", "change.reached"),
    "a count that is none": ('{"change":{"thing":"items","reached":[],"times_before":"one"}}', "change web { allow items until picked once; }", "change.times_before"),
    "earlier sums that are none": ('{"request":{"command":"refund","amount":"5.00 USD","earlier":"nonsense"}}', "approval a { for refund over 1.00 USD per order; by finance; }", "request.earlier"),
    "open holds that are none": ('{"order":{"id":"1"},"open_holds":"h"}', "hold h { when false; reason POLICY; blocks release; release by order_desk; clears when order.paid_in_full; }", "open_holds"),
}
try:
    (work / "shop.bylaw").write_text(policy)
    test_file = work / "shop.test.yaml"
    for name, (text, words) in cases.items():
        test_file.write_text(text)
        done = bylaw("test", test_file)
        said = done.stdout + done.stderr
        assert done.returncode != 0 and words in said, (name, done.returncode, said[-700:])
        print("ok: fails:", name)
    for name, text in good.items():
        test_file.write_text(text)
        done = bylaw("test", test_file)
        assert done.returncode == 0, (name, done.stdout[-900:] + done.stderr[-500:])
        print("ok: passes:", name)
    for name, (document, rule, place) in facts.items():
        (work / "facts.bylaw").write_text('policy f { currency USD; time zone "UTC"; }\n' + rule)
        done = bylaw("decide", "--policy", work / "facts.bylaw", stdin=document + "\n")
        assert done.returncode == 1 and place in done.stderr and done.stdout == "", (name, done.returncode, done.stdout, done.stderr)
        print("ok: refused:", name)
    # What a fuzzer once broke ends with an answer or an error, never with a signal.
    for path in sorted((source / "tests/fuzz/corpus").rglob("*.*")):
        if path.name.endswith(".test.yaml"):
            (work / "corpus.bylaw").write_text(policy)
            (work / "corpus.test.yaml").write_bytes(path.read_bytes())
            runs = [bylaw("test", "--coverage", work / "corpus.test.yaml"), bylaw("doc", work / "corpus.bylaw")]
        else:
            runs = [bylaw("check", path), bylaw("fmt", "--check", path)]
        assert all(run.returncode in (0, 1) for run in runs), (path, [run.returncode for run in runs])
        print("ok: survives", path.name)
finally:
    clean()

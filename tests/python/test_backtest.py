"""Backtests and sweeps against values worked by hand, against decisions one by one, and against themselves in parts."""
import decimal
import random

import conftest  # noqa: F401
import numpy as np
import pandas as pd
import pytest
import typed

import bylaw

old_text = """policy shop { currency USD; time zone "UTC"; }
define limit = 1000.00 USD;
hold large { when order.total > limit; reason POLICY "x"; blocks release; queue fraud; release by order_desk; }
hold stranger { when customer.guest and order.total > 200.00 USD; reason POLICY "x"; blocks release; queue fraud; release by order_desk; }
hold gift { when order.line_count > 3; reason POLICY "x"; blocks release; queue desk; release by order_desk; }
"""
new_text = old_text.replace("1000.00", "1200.00").replace("hold gift", "hold many_lines")
old, new = bylaw.Policy.from_text(old_text), bylaw.Policy.from_text(new_text)
#          total    guest  lines channel  bad    placed
orders = pd.DataFrame([
    ("A", 110_000, False, 1, "web", True, "2026-01-01"),     # large before, free after
    ("B", 130_000, False, 1, "web", True, "2026-01-02"),     # large both
    ("C", 110_000, True, 1, "store", False, "2026-01-03"),   # large and stranger before, stranger after
    ("D", 30_000, True, 5, "store", None, "2026-01-04"),     # stranger, gift before, many_lines after
    ("E", 10_000, False, 1, "web", False, "2026-01-05"),     # free
    ("F", 5_000, False, 4, None, True, "2026-01-06"),        # gift before, many_lines after
], columns=["id", "order.total", "customer.guest", "order.line_count", "channel_name", "bad", "placed_at"]).set_index("id")
orders["placed_at"] = pd.to_datetime(orders["placed_at"], utc=True)
minor = {"order.total": bylaw.minor()}
D = decimal.Decimal


def run(**options):
    given = {"columns": minor, "now": "2026-11-01T00:00:00Z", "value": "order.total", "label": "bad", "by": ["channel_name"], "review_cost": {"fraud": "4.00", "desk": "1.50 USD"}}
    return bylaw.backtest(old, new, orders, **{**given, **options})


@pytest.mark.parametrize("threads", [1, 3])
def test_by_hand(threads):
    found = run(threads=threads)
    holds = found.holds
    assert holds["orders_old"].to_dict() == {"large": 3, "stranger": 2, "gift": 2, "many_lines": 0}
    assert holds["orders_new"].to_dict() == {"large": 1, "stranger": 2, "gift": 0, "many_lines": 2}
    assert holds["value_old"].to_dict() == {"large": D("3500.00"), "stranger": D("1400.00"), "gift": D("350.00"), "many_lines": D("0.00")}
    assert holds["value_change"]["large"] == D("-2200.00")
    queues = found.queues
    assert queues.loc["fraud", ["orders_old", "orders_new"]].tolist() == [4, 3]   # C is counted once
    assert queues.loc["fraud", ["value_old", "value_new"]].tolist() == [D("3800.00"), D("2700.00")]
    assert queues.loc["fraud", ["cost_old", "cost_new"]].tolist() == [D("16.00"), D("12.00")]
    assert queues.loc["desk", ["cost_old", "cost_new"]].tolist() == [D("3.00"), D("3.00")]
    by = found.by("channel_name")
    assert by.loc["(missing)", ["orders", "held_old"]].tolist() == [1, 1] and by["orders"].sum() == 6
    with pytest.raises(bylaw.FactError, match="nothing was counted by 'country'"):
        found.by("country")
    assert by.loc["web", ["orders", "held_old", "held_new"]].tolist() == [3, 2, 1]
    assert by.loc["store", ["orders", "held_old", "held_new"]].tolist() == [2, 2, 2]
    summary = found.summary
    assert summary.loc["old", ["held", "held_bad", "held_good"]].tolist() == [5, 3, 1] and summary.loc["old", "held_value"] == D("3850.00")
    assert summary.loc["old", ["precision", "recall"]].tolist() == [0.75, 1.0]
    assert summary.loc["new", ["precision", "recall"]].tolist() == [2 / 3, 2 / 3]
    rules = found.rules
    assert rules.loc[("old", "large"), ["held_bad", "held_good", "precision"]].tolist() == [2, 1, 2 / 3]
    assert rules.loc[("new", "large"), ["held_bad", "held_good", "precision"]].tolist() == [1, 0, 1.0]
    assert found.missing_labels["orders"].tolist() == [1, 0]
    changed = found.changed
    assert changed["effect"].to_dict() == {"A": "freed", "C": "held for other reasons", "D": "held for other reasons", "F": "held for other reasons"}
    assert changed.loc["C", "old"] == ["large", "stranger"] and changed.loc["C", "new"] == ["stranger"] and changed.loc["A", "value"] == D("1100.00")
    explained = found.explain("A")
    assert explained.index("old policy:") < explained.index("new policy:") and "large: applies" in explained and "large: does not apply" in explained
    assert "the other way if order.total were 1200.01 USD" in explained
    assert found.to_frame().equals(holds) and "treated differently" in repr(found) and "<table" in found._repr_html_()
    assert len(found.errors) == 0


def test_plots(tmp_path):
    found = run()
    for kind in ("holds", "queues", "channel_name"):
        found.plot(kind, tmp_path / f"{kind}.png")
        assert (tmp_path / f"{kind}.png").stat().st_size > 5000
    swept = bylaw.sweep(old, "limit", ["800 USD", "1200 USD"], orders, columns=minor, label="bad")
    swept.plot(tmp_path / "sweep.png")
    assert (tmp_path / "sweep.png").stat().st_size > 5000


def test_currencies_and_large_values():
    """The currency is that of the fact; sums that are too large are refused, not wrapped."""
    yen = bylaw.Policy.from_text(old_text.replace("USD", "JPY").replace("1000.00", "1000").replace("200.00", "200"))
    assert bylaw.backtest(yen, yen, orders, columns=minor, value="order.total").summary.loc["old", "held_value"] == D("395000")
    for values, spec in (([2**62] * 6, bylaw.whole()), (np.array([2**64 - 1] * 6, dtype="uint64"), bylaw.minor())):
        with pytest.raises(bylaw.FactError, match="too large"):
            bylaw.backtest(old, new, orders.assign(worth=values), columns={**minor, "worth": spec}, value="worth")
    with pytest.raises(bylaw.BylawError, match="more than 2"):
        bylaw.backtest(old, new, orders.assign(worth=[2**62] * 6), columns={**minor, "worth": bylaw.minor()}, value="worth")
    floats = bylaw.backtest(old, new, orders.assign(worth=[1.005] * 6), columns={**minor, "worth": bylaw.rounded(2, "half_up")}, value="worth")
    assert floats.summary.loc["old", "held_value"] == D("5.05")


def test_keys_name_orders():
    lines = pd.DataFrame({"code": ["X1", "X3"], "line.quantity": [1, 9]})
    many = bylaw.Policy.from_text(old_text + 'hold many { when any line where line.quantity > 3 each; reason POLICY "x"; blocks release; queue desk; release by order_desk; }')
    keyed = orders.assign(code=[f"X{i}" for i in range(6)])
    found = bylaw.backtest(old, many, keyed, lines=lines, key="code", columns=minor, value="order.total")
    assert found.changed.index.tolist() == ["X3"] and found.changed.loc["X3", "new"] == ["stranger", "gift", "many"]
    assert "many: applies" in found.explain("X3")
    with pytest.raises(bylaw.FactError, match="there is no 'D' among the orders"):
        found.explain("D")


def test_sweep_by_hand():
    found = bylaw.sweep(old, "limit", ["100.00 USD", "1000.00 USD", "1200.00 USD", "2000.00 USD"], orders, columns=minor, value="order.total", label="bad",
                        rules=["large"], now="2026-11-01T00:00:00Z").to_frame()
    assert found["held"].tolist() == [4, 3, 1, 0]
    assert found["held_value"].tolist() == [D("3800.00"), D("3500.00"), D("1300.00"), D("0.00")]
    assert found["held_bad"].tolist() == [2, 2, 1, 0] and found["recall"].tolist() == [2 / 3, 2 / 3, 1 / 3, 0.0]
    all_rules = bylaw.sweep(old, "limit", ["1000.00 USD"], orders, columns=minor, review_cost="2").to_frame()
    assert all_rules["held"].tolist() == [5] and all_rules["cost"].tolist() == [D("12")]
    with pytest.raises(bylaw.FactError, match="no file has `define nothing"):
        bylaw.sweep(old, "nothing", ["1"], orders, columns=minor)
    tricky = bylaw.Policy.from_text(old_text.replace("define limit = 1000.00 USD;", '## "define limit = 5 USD;" was it once\ndefine limit = 1000.00 USD # not; yet\n;'))
    assert bylaw.sweep(tricky, "limit", ["1200.00 USD"], orders, columns=minor, rules=["large"]).to_frame()["held"].tolist() == [1]
    for values in (["5; hold x {}"], [5], "1000"):
        with pytest.raises(bylaw.FactError):
            bylaw.sweep(old, "limit", values, orders, columns=minor)
    assert len(bylaw.sweep(old, "limit", [], orders, columns=minor).to_frame()) == 0
    with pytest.raises(bylaw.PolicyError, match="limit"):
        bylaw.sweep(old, "limit", ["5 days"], orders, columns=minor)
    with pytest.raises(bylaw.FactError, match="no hold `small`"):
        bylaw.sweep(old, "limit", ["5 USD"], orders, columns=minor, rules=["small"])


def test_leakage():
    with pytest.raises(bylaw.FactError, match="only today's values are kept"):
        run(history={"order.line_count": None})
    for short in ("line_count", "order.line_count", "customer.guest"):
        with pytest.raises(bylaw.FactError, match="only today's values are kept"):
            run(history={short: None})
    with pytest.raises(bylaw.FactError, match="has no field `line_cuont`"):
        run(history={"order.line_cuont": None})
    with pytest.raises(bylaw.FactError, match="which is the label"):
        bylaw.backtest(old, new, orders.rename(columns={"customer.guest": "risk"}), columns={**minor, "risk": bylaw.named("customer.guest")}, label="risk")
    flagged = run(history={"order.line_count": None, "customer.segment": None}, allow_leakage=True)
    assert flagged.leakage == ["order.line_count"] and "Leakage" in flagged._repr_html_()
    with pytest.raises(bylaw.FactError, match="which is the label"):
        bylaw.backtest(old, new, orders.rename(columns={"bad": "order.customer.guest"}), columns=minor, label="order.customer.guest")
    # What came to be known on 4 January was not known before, and is known from then on.
    late = orders.assign(known=pd.Timestamp("2026-01-04", tz="UTC"))
    with pytest.raises(bylaw.FactError, match="there is no such column"):
        run(history={"order.line_count": "known"}, at="placed_at", now=None)
    found = bylaw.backtest(old, new, late, columns=minor, at="placed_at", history={"order.line_count": "known"})
    states = old.decide(found._history.orders, columns=minor, at="placed_at").to_frame()
    assert states[states["state"] == "failed"]["order"].tolist() == ["A", "B", "C"]
    assert found.holds["failed_old"]["gift"] == 3
    with pytest.raises(bylaw.FactError, match="`at` must say when"):
        bylaw.backtest(old, new, late, columns=minor, history={"order.line_count": "known"})


def test_labels_of_every_type():
    for labels in (orders["bad"], orders["bad"].astype("boolean"), orders["bad"].astype("boolean").astype("Int64"), orders["bad"].astype("boolean").astype("category"),
                   orders["bad"].astype("boolean").astype("Float64").astype(float)):
        found = bylaw.backtest(old, new, orders.assign(label=labels), columns=minor, label="label")
        assert found.summary.loc["old", ["held_bad", "held_good"]].tolist() == [3, 1] and found.missing_labels["orders"].tolist() == [1, 0], labels.dtype


def test_leakage_of_either_policy():
    """A fact that one policy reads in holds and the other does not is read."""
    without = bylaw.Policy.from_text(old_text.replace("order.line_count > 3", "order.total > 5000.00 USD"))
    for pair in ((old, without), (without, old)):
        with pytest.raises(bylaw.FactError, match="only today's values are kept"):
            bylaw.backtest(*pair, orders, columns=minor, history={"line_count": None})


def test_bad_arguments():
    for options, words in (({"label": "channel_name"}, "true, false or missing is expected"), ({"review_cost": {"fraud": 4.0}}, "is a float"),
                           ({"review_cost": {"fruad": "4"}}, "no rule has the queue 'fruad'"), ({"review_cost": "four"}, "is no amount"), ({"review_cost": "4.00 EUR"}, "is not in USD"),
                           ({"columns": {**minor, "totl": bylaw.minor()}}, "there is no column 'totl'"), ({"at": "placed_at"}, "`now` is for all orders"),
                           ({"by": "chanel_name"}, "did you mean 'channel_name'"),
                           ({"label": "baad"}, "did you mean 'bad'"), ({"value": "totl"}, "there is no column 'totl'"), ({"currency": "ZZZZ", "review_cost": None}, "no currency `ZZZZ`"),
                           ({"at": "channel_name", "now": None}, "times in a zone are expected"), ({"now": "2026-01-01"}, "has no zone"),
                           ({"columns": {}}, "whole numbers could be minor units")):
        with pytest.raises(bylaw.FactError, match=words):
            run(**options).queues
    holes = orders.assign(**{"order.total": orders["order.total"].astype("Int64").mask(orders.index == "B")})
    with pytest.raises(bylaw.FactError, match="row B: the value of an order is missing"):
        bylaw.backtest(old, new, holes, columns=minor, value="order.total")
    empty = bylaw.backtest(old, new, orders.iloc[:0], columns=minor, value="order.total", label="bad", by=["channel_name"])
    assert empty.holds["orders_old"].sum() == 0 and len(empty.changed) == 0 and np.isnan(empty.summary.loc["old", "precision"])


def test_against_single_decisions():
    """What is counted together is what is decided alone, and two threads count as one."""
    r = random.Random(5)
    many = [typed.order(r) for _ in range(3000)]
    frame, elements = typed.frames(many, [[typed.line(r) for _ in range(r.randrange(3))] for _ in many])
    frame["group"] = [r.choice(["x", "y", "z"]) for _ in many]
    first = bylaw.Policy.from_text(typed.text)
    second = bylaw.Policy.from_text(typed.text.replace("100.00 USD", "120.00 USD").replace("12.00 USD", "11.00 USD"))
    options = {"lines": elements, "key": "key", "columns": {"order.worth": bylaw.minor(), "price": bylaw.minor()}, "now": "2026-03-05T12:00:00Z"}
    one, two = (bylaw.backtest(first, second, frame, value="order.worth", by=["group"], threads=threads, **options) for threads in (1, 2))
    for a, b in ((one.holds, two.holds), (one.queues, two.queues), (one.by("group"), two.by("group")), (one.changed, two.changed)):
        pd.testing.assert_frame_equal(a, b)
    decided = {side: policy.decide(frame, **options) for side, policy in (("old", first), ("new", second))}
    expected = {side: d.to_frame().drop_duplicates(["order", "rule"]) for side, d in decided.items()}
    for side in ("old", "new"):
        for rule in first.holds.index:
            rows = expected[side][expected[side]["rule"] == rule]["order"]
            assert one.holds.loc[rule, f"orders_{side}"] == len(rows)
            assert one.holds.loc[rule, f"value_{side}"] == D(int(frame["order.worth"].loc[rows].sum())).scaleb(-2)
        assert one.by("group")[f"held_{side}"].to_dict() == frame[decided[side].held]["group"].value_counts().to_dict()
    keys = {side: d.to_frame().groupby("order").apply(lambda rows: sorted(zip(rows["rule"], rows["line"]))).to_dict() for side, d in decided.items()}
    different = [order for order in frame.index if keys["old"].get(order, []) != keys["new"].get(order, [])]
    assert one.changed.index.tolist() == different and len(different) > 50

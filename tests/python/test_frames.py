"""Columns of every kind go in and come out as they were; what does not fit is refused with column, row and what to write."""
import datetime
import decimal
import json
import math
import os

import conftest  # noqa: F401
import numpy as np
import pandas as pd
import pytest
import typed
from hypothesis import given, settings
from hypothesis import strategies as st

import bylaw

policy = bylaw.Policy.from_text(typed.text)
now = "2026-03-05T12:00:00Z"
good = {"flag": [True, False], "rate": ["0.5", "1"], "worth": ["1 USD", "2 USD"], "weight": ["1", "2"], "wait": pd.to_timedelta(["1h", "2h"]), "nights": [1, 2],
        "day": pd.to_datetime(["2026-01-01", "2026-02-01"]), "hour": ["10:00", "11:00"], "moment": pd.to_datetime(["2026-01-01", "2026-02-01"], utc=True),
        "word": ["a", "b"], "tint": ["red", "blue"]}
no_lines = pd.DataFrame({"key": pd.Series(dtype="int64"), "parts": pd.Series(dtype="int64"), "price": pd.Series(dtype=object), "label": pd.Series(dtype=object),
                         "fragile": pd.Series(dtype=bool)})


def frame(**changed):
    return pd.DataFrame({**good, "key": [0, 1], **changed})


def decide(data, **options):
    return policy.decide(data, lines=no_lines, key="key", now=now, **options)


def shown(decisions, order):
    """Every fact of an order as the policy read it: what the explanation of all rules speaks of."""
    answer = policy.decide(decisions.facts_of(order), now=now, explain=True)
    return json.dumps(answer)


@pytest.mark.parametrize("name, values, columns, words", [
    ("worth", [1.5, 2.5], {}, "column order.worth: money in USD is expected, and floats have no exact value"),
    ("worth", np.array([1.5, 2.5], dtype="float32"), {}, "floats have no exact value"),
    ("worth", [1, 2], {}, "whole numbers could be minor units or whole ones"),
    ("worth", [True, False], {}, "money in USD is expected, and it is bool"),
    ("worth", ["1 USD", "2 EUR"], {}, "column order.worth, row 1: `2 EUR` is not an amount in USD"),
    ("worth", ["1 USD", "two"], {}, "column order.worth, row 1"),
    ("worth", ["1 USD", "1.005"], {}, "column order.worth, row 1"),
    ("worth", [1.5, 2.5], {"worth": bylaw.rounded(3, "half_even")}, "a scale of 3 is not one of `order.worth`"),
    ("worth", [1.5, math.inf], {"worth": bylaw.rounded(2, "half_even")}, "row 1: order.worth: it is infinite"),
    ("worth", [1.5, 1e300], {"worth": bylaw.rounded(2, "half_even")}, "row 1: order.worth"),
    ("worth", [2**62, 1], {"worth": bylaw.whole()}, "an amount is too large"),
    ("worth", [1.5, -1e17], {"worth": bylaw.rounded(2, "half_up")}, "row 1: order.worth: a number is too large"),
    ("worth", [1, -2**63], {"worth": bylaw.whole()}, "an amount is too large"),
    ("hour", [datetime.time(17, 30, 59), datetime.time(1)], {}, "column order.hour, row 0"),
    ("hour", [datetime.time(17, 30, tzinfo=datetime.timezone.utc), datetime.time(1)], {}, "column order.hour, row 0"),
    ("word", ["a", ["b"]], {}, "a text is expected: unhashable type"),
    ("word", ["a", "\ud800"], {}, "it has half a character"),
    ("word", pd.Categorical([1, 2]), {}, "a text is expected, and it is 1"),
    ("rate", [0.5, 0.25], {}, "a number is expected, and floats have no exact value"),
    ("rate", ["0.5", object()], {}, "column order.rate, row 1: a number is expected"),
    ("rate", ["0.5", decimal.Decimal("Infinity")], {}, "column order.rate, row 1"),
    ("rate", np.array([1, 2**64 - 1], dtype="uint64"), {}, "above 2^63 - 1"),
    ("flag", [0, 1], {}, "row 0: true or false is expected, and it is 0"),
    ("flag", ["yes", True], {}, "row 0: true or false is expected"),
    ("weight", ["1 kg", "2 boxes"], {}, "column order.weight, row 1"),
    ("wait", pd.to_timedelta([1, 2], unit="ns"), {}, "whole milliseconds are expected"),
    ("wait", ["soon", "90"], {}, "column order.wait, row 0"),
    ("day", pd.to_datetime(["2026-01-01 10:00", "2026-02-01"]), {}, "row 0: a date is expected, and it has a time of day"),
    ("day", pd.to_datetime(["2026-01-01", "2026-02-01"], utc=True), {}, "a date is expected, and it is a time in a zone"),
    ("day", ["2026-02-30", None], {}, "column order.day, row 0"),
    ("hour", ["25:00", "10:00"], {}, "column order.hour, row 0"),
    ("moment", pd.to_datetime(["2026-01-01", "2026-02-01"]), {}, "a time without a zone could be any of 26 hours"),
    ("moment", ["yesterday", None], {}, "column order.moment, row 0"),
    ("word", [1, 2], {}, "a text is expected, and it is int64"),
    ("word", ["a", 2], {}, "row 1: a text is expected, and it is 2"),
    ("tint", ["red", "pink"], {}, "row 1: `pink` is none of red, green, blue"),
    ("tint", pd.Categorical(["red", "pink"]), {}, "`pink` is none of red, green, blue"),
])
def test_wrong_columns(name, values, columns, words):
    with pytest.raises(bylaw.FactError) as caught:
        decide(frame(**{name: values}), columns=columns)
    assert words in str(caught.value)
    assert isinstance(caught.value, ValueError) and caught.value.code


def test_names():
    with pytest.raises(bylaw.FactError, match="did you mean `worth`"):
        decide(frame(**{"order.wort": ["1 USD", "2 USD"]}))
    with pytest.raises(bylaw.FactError, match="both `order.worth`"):
        decide(frame(**{"order.worth": ["1 USD", "2 USD"]}))
    with pytest.raises(bylaw.FactError, match="`order.flag`: rules read it and it is not there"):
        decide(frame().drop(columns="flag"))
    with pytest.raises(bylaw.FactError, match="has no field `nothing`"):
        decide(frame(x=[1, 2]), columns={"x": bylaw.named("order.nothing")})
    with pytest.raises(bylaw.FactError, match="`customer` has no field `segmnt`"):
        decide(frame(**{"customer.segmnt": ["a", "b"]}))
    decide(frame(**{"customer.segment": ["a", "b"], "utm.source": [1, 2]}), columns={"utm.source": bylaw.named("order.line_count")})  # which no rule reads
    renamed = frame().rename(columns={"worth": "amount"})
    assert decide(renamed, columns={"amount": bylaw.named("order.worth")}).to_frame().equals(decide(frame()).to_frame())
    assert decide(frame(region=["x", "y"], notes=[1.5, None])).to_frame().equals(decide(frame()).to_frame())


def test_arguments_are_not_passed_over():
    data = frame()
    for options, words in (({"columns": {"worht": bylaw.minor()}}, "did you mean 'worth'"), ({"columns": {"worth": "minor"}}, "write bylaw.minor"),
                           ({"threads": 0}, "0 is no number of threads"), ({"threads": 10**6}, "is no number of threads"), ({"at": "moment"}, "`now` is for all orders"),
                           ({"at": "momnt", "now": None}, "did you mean 'moment'"), ({"now": "tomorrow"}, "is no time"), ({"lines": [1]}, "a DataFrame is expected")):
        with pytest.raises(bylaw.FactError, match=words):
            policy.decide(data, **{"lines": no_lines, "key": "key", "now": now, **options})
    with pytest.raises(bylaw.FactError, match="is no rounding"):
        bylaw.rounded(2, "upwards")
    with pytest.raises(bylaw.FactError, match="go with a DataFrame"):
        policy.decide({"order": {}}, lines=no_lines)
    for thing in ("x", 5, pd.Series([1])):
        with pytest.raises((bylaw.FactError, TypeError)):
            policy.decide(thing)
    with pytest.raises(bylaw.FactError, match="the policy has no holds"):
        bylaw.Policy.from_text('policy p { currency USD; time zone "UTC"; }').decide(data)
    with pytest.raises(bylaw.FactError, match="several columns 'flag'"):
        decide(pd.concat([data, data[["flag"]]], axis=1))
    with pytest.raises(bylaw.FactError, match=r"columns=\{'flagg': bylaw.named\('order.flag'\)\}"):
        decide(frame().rename(columns={"flag": "flagg"}))
    for wrong in ("refund.flag", "customer.flag", "line.flag"):  # is nobody's `order.flag`
        with pytest.raises(bylaw.FactError):
            decide(frame().rename(columns={"flag": wrong}))
    with pytest.warns(bylaw.UnknownFactWarning, match="did you mean `worth`"):
        policy.decide({"order": {"worht": "5 USD"}}, now=now)


def test_memory_of_other_forms():
    """Reversed, of another byte order, one value for all, read only, nothing but missing values."""
    small = bylaw.Policy.from_text(typed.text.split("hold flagged")[0] + 'hold a { when order.rate > 100; reason POLICY "x"; blocks release; release by order_desk; }')
    numbers = np.arange(1000, dtype=np.int64)
    numbers.flags.writeable = False
    for values, held in ((numbers, 899), (numbers[::-1], 899), (numbers.astype(">i8"), 899), (numbers.astype(">i4"), 899), (np.broadcast_to(np.int64(200), 1000), 1000),
                         (pd.arrays.SparseArray(numbers), 899), (numbers[:200].astype("uint8"), 99)):
        data = pd.DataFrame({"order.rate": pd.Series(values, copy=False)}, copy=False)
        assert small.decide(data, now=now).held.sum() == held, values
        assert small.decide(data.iloc[::-1], now=now).held.sum() == held
    nothing = decide(frame(word=[np.nan, np.nan], flag=[np.nan, np.nan], worth=[np.nan, np.nan], maybe=[decimal.Decimal("NaN"), np.float32("nan")]))
    assert (nothing.to_frame().groupby("rule")["state"].first()[["worded", "flagged", "dear"]] == "failed").all()
    assert len(decide(frame().iloc[:0])) == 0
    assert policy.decide(frame(), lines=pd.DataFrame({"key": [], "parts": [], "price": [], "label": [], "fragile": []}).astype({"key": "int64"}), key="key", now=now).held.sum() == 2
    single = decide(frame(rate=np.array([2.675, 0.5], dtype="float32")), columns={"rate": bylaw.rounded(2, "half_up")})
    assert decimal.Decimal(single.facts_of(0)["order"]["rate"]) == decimal.Decimal("2.68")


def test_labels():
    """Orders are called by the key; the index may be the key."""
    data = frame(key=["A-1", "A-2"])
    lines = no_lines.astype({"key": object})
    found = policy.decide(data, lines=lines, key="key", now=now)
    assert set(found.to_frame()["order"]) <= {"A-1", "A-2"} and found.held.index.tolist() == [0, 1]
    assert "flagged: applies" in found.explain("A-1") and found.rules_of("A-1")
    by_index = policy.decide(data.set_index("key"), lines=lines, key="key", now=now)
    assert by_index.to_frame().equals(found.to_frame()) and by_index.explain("A-1") == found.explain("A-1")
    with pytest.raises(bylaw.FactError, match="there is no order 'A-9'"):
        found.explain("A-9")


def test_lines():
    data = frame()
    with pytest.raises(bylaw.FactError, match="`key` names the column"):
        policy.decide(data, lines=no_lines, now=now)
    for keys, words in (([1, None], "row 1 of orders has no key"), ([1.0, 2.0], "joined by floats")):
        with pytest.raises(bylaw.FactError, match=words):
            policy.decide(frame(key=pd.array(keys, dtype="Int64") if None in keys else keys), lines=no_lines, key="key", now=now)
    with pytest.raises(bylaw.FactError, match="did you mean 'key'"):
        policy.decide(data, lines=no_lines, key="keys", now=now)
    some = pd.DataFrame({"key": [1, 9], "parts": [1, 1], "price": ["1", "1"], "label": ["x", "x"], "fragile": [True, True]})
    with pytest.raises(bylaw.FactError, match="row 1 of order.lines belongs to no order: 9"):
        policy.decide(data, lines=some, key="key", now=now)
    with pytest.raises(bylaw.FactError, match="two orders have the key 1"):
        policy.decide(frame(key=[1, 1]), lines=no_lines, key="key", now=now)
    with pytest.raises(bylaw.FactError, match=r"rules look through it and it is not there \(order.lines: give lines= and key="):
        policy.decide(data, now=now)


def test_missing_values_are_missing_facts():
    data = frame(worth=[None, "200 USD"], flag=pd.array([None, True], dtype="boolean"), tint=pd.Categorical([None, "blue"]), word=[None, "tea"],
                 moment=pd.to_datetime([None, "2026-03-05"], utc=True), rate=pd.array([None, 1], dtype="Int64"), day=pd.to_datetime([None, "2026-02-01"]))
    states = decide(data).to_frame()
    failed = set(states[(states["order"] == 0) & (states["state"] == "failed")]["rule"])
    assert failed == {"flagged", "rated", "dear", "dated", "recent", "worded", "tinted"}
    assert decide(frame(word=[None, None])).to_frame()["state"].eq("failed").sum() == 2


def test_nothing_is_copied(monkeypatch):
    """Numbers, categories and timestamps are given to the library where they lie in the frame."""
    from bylaw import _bylaw
    given = {}

    class Spy:
        def __init__(self, rows):
            self.table = _bylaw.Table(rows)

        def add_field(self, path, values, *rest):
            given[path] = values

    monkeypatch.setattr("bylaw.frames._bylaw", type("Module", (), {"Table": Spy}))
    data = frame(worth=[1, 2], tint=pd.Categorical(["red", "blue"]), rate=pd.array([1, None], dtype="Int64"), flag=np.array([True, False]))
    bylaw.frames.table_of(policy._compiled, data, {}, None, {"worth": bylaw.minor()})
    lies = {"order.worth": data["worth"].to_numpy(), "order.tint": data["tint"].array._codes, "order.rate": data["rate"].array._data,
            "order.moment": data["moment"].array.asi8, "order.flag": data["flag"].to_numpy()}
    for path, memory in lies.items():
        assert np.shares_memory(given[path], memory), path


@pytest.mark.parametrize("number, rounding, cents", [
    (2.675, "half_even", 268), (2.665, "half_even", 266), (2.675, "toward_zero", 267), (-2.675, "half_up", -268), (0.1 + 0.2, "half_even", 30),
    (1.005, "half_up", 101), (1e15, "half_even", 10**17), (0.0049999999999999, "half_up", 0), (0.005, "half_up", 1), (-0.001, "floor", -1), (0.001, "ceiling", 1),
    (1 / 3, "away_from_zero", 34), (2 / 3, "half_even", 67), (0.125, "half_even", 12), (0.1250000000000001, "half_even", 13)])
def test_floats_are_rounded_as_they_are_printed(number, rounding, cents):
    found = decide(frame(worth=[number, 0.0]), columns={"worth": bylaw.rounded(2, rounding)})
    assert decimal.Decimal(found.facts_of(0)["order"]["worth"]) == decimal.Decimal(cents).scaleb(-2)


amounts = st.decimals(min_value=-10**9, max_value=10**9, places=2, allow_nan=False)
rows = st.lists(st.fixed_dictionaries({
    "flag": st.booleans(), "rate": st.decimals(min_value=-10**6, max_value=10**6, places=6), "worth": amounts, "weight": st.decimals(min_value=0, max_value=10**6, places=3),
    "wait": st.integers(0, 10**7).map(lambda s: datetime.timedelta(seconds=s)), "nights": st.integers(0, 10**5),
    "day": st.dates(datetime.date(1970, 1, 1), datetime.date(2200, 1, 1)), "hour": st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    "moment": st.datetimes(datetime.datetime(1970, 1, 2), datetime.datetime(2200, 1, 1), timezones=st.just(datetime.timezone.utc)).map(lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000)),
    "word": st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=12), "tint": st.sampled_from(["red", "green", "blue"]),
    "maybe": st.one_of(st.none(), st.integers(-10**15, 10**15))}), min_size=1, max_size=8)
dtypes = st.sampled_from(["objects", "numbers", "texts"])


@settings(max_examples=150, deadline=None, derandomize="BYLAW_RANDOM" not in os.environ, database=None)
@given(rows, dtypes)
def test_every_type_round_trips(facts, form):
    """However a value is held, the policy reads the one that it is; and the columns decide as the document of each row."""
    data = pd.DataFrame(facts)
    data["key"] = range(len(data))
    data["maybe"] = pd.array([one["maybe"] for one in facts], dtype="Int64")
    columns = {}
    if form == "objects":
        for name in ("day", "hour", "moment"):
            data[name] = pd.Series([one[name] for one in facts], dtype=object)
        data["wait"] = pd.Series([str(int(one["wait"].total_seconds())) for one in facts], dtype=object)
    else:
        data["day"] = pd.to_datetime(data["day"])
        data["moment"] = pd.to_datetime(data["moment"], utc=True).dt.tz_convert("Asia/Tokyo")
        data["wait"] = pd.to_timedelta(data["wait"])
    if form == "numbers":
        data["worth"] = np.array([int(one["worth"].scaleb(2)) for one in facts], dtype="int64")
        data["tint"] = pd.Categorical(data["tint"])
        data["word"] = data["word"].astype("string")
        columns["worth"] = bylaw.minor()
    if form == "texts":
        data["worth"] = [f"{one['worth']:f} USD" for one in facts]
        data["weight"] = [f"{one['weight'] * 1000:f} g" for one in facts]
    decided = policy.decide(data, lines=no_lines, key="key", columns=columns, now=now)
    held = {order: [] for order in data.index}
    for row in decided.to_frame().itertuples():
        held[row.order].append((row.rule, row.state))
    for number, one in enumerate(facts):
        got = decided.facts_of(number)["order"]
        assert decimal.Decimal(got["worth"].split(" ")[0]) == one["worth"]
        assert decimal.Decimal(got["rate"]) == one["rate"]
        assert got["day"] == one["day"].isoformat() and got["hour"] == one["hour"].strftime("%H:%M")
        assert pd.Timestamp(got["moment"]) == pd.Timestamp(one["moment"])
        assert got["word"] == one["word"] and got["tint"] == one["tint"] and got["flag"] is one["flag"]
        assert int(decimal.Decimal(got["wait"])) == int(one["wait"].total_seconds())
        assert ("maybe" in got) == (one["maybe"] is not None) and (one["maybe"] is None or int(got["maybe"]) == one["maybe"])
        alone = policy.decide(typed.document({f"order.{name}": value for name, value in one.items()}, []), now=now)
        assert [(hold["rule"], hold["state"]) for hold in alone["holds"]] == held[number]

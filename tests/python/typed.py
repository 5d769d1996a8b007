"""A policy that reads a fact of every type, and how its facts are generated."""
import datetime
import decimal
import random

import pandas as pd

text = """policy typed { currency USD; time zone "Europe/Berlin"; }
enum colour = [red, green, blue];
extend record order {
  flag: bool; rate: decimal; worth: money; weight: quantity in kg; wait: duration; nights: days; day: date; hour: time; moment: timestamp; word: text; tint: colour;
  maybe: optional decimal;
}
extend record line { parts: decimal; price: money; label: text; fragile: bool; }
hold flagged { when order.flag; reason POLICY "x"; blocks release; queue a; release by order_desk; }
hold rated { when order.rate >= 0.125 and order.rate < 7.5; reason POLICY "x"; blocks release; queue b; release by order_desk; }
hold dear { when order.worth > 100.00 USD; reason POLICY "x"; blocks release; queue a; release by order_desk; }
hold heavy { when order.weight > 2.5 kg; reason POLICY "x"; blocks release; queue b; release by order_desk; }
hold slow { when order.wait > 90 minutes; reason POLICY "x"; blocks release; queue a; release by order_desk; }
hold long { when order.nights >= 3 days; reason POLICY "x"; blocks release; queue b; release by order_desk; }
hold dated { when order.day >= 2026-03-01; reason POLICY "x"; blocks release; queue a; release by order_desk; }
hold late { when order.hour > 17:30; reason POLICY "x"; blocks release; queue b; release by order_desk; }
hold recent { when order.moment > now - 48 hours; reason POLICY "x"; blocks release; queue a; release by order_desk; }
hold worded { when order.word in ["tea", "Käse"]; reason POLICY "x"; blocks release; queue b; release by order_desk; }
hold tinted { when order.tint == blue; reason POLICY "x"; blocks release; queue a; release by order_desk; }
hold hoped { when order.maybe is known and order.maybe > 5; reason POLICY "x"; blocks release; queue b; release by order_desk; }
hold many { when any line where line.parts > 6 and not line.fragile; reason POLICY "x"; blocks release; queue a; release by order_desk; }
hold each { scope line; when line.price > 12.00 USD and line.label != "gift"; reason POLICY "x"; blocks release; queue b; release by order_desk; }
"""


def order(r: random.Random) -> dict:
    """Facts as Python has them; None is missing."""
    return {"order.flag": r.random() < 0.3, "order.rate": decimal.Decimal(r.randrange(-20000, 90000)).scaleb(-4), "order.worth": decimal.Decimal(r.randrange(-500, 20001)).scaleb(-2),
            "order.weight": decimal.Decimal(r.randrange(0, 5001)).scaleb(-3), "order.wait": datetime.timedelta(seconds=r.randrange(0, 10801)),
            "order.nights": r.randrange(0, 7), "order.day": datetime.date(2026, 2, 1) + datetime.timedelta(days=r.randrange(60)),
            "order.hour": datetime.time(r.randrange(24), r.randrange(60)), "order.word": r.choice(["tea", "Käse", "", "TEA", "a\"b\\c"]),
            "order.moment": datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(milliseconds=r.randrange(0, 6 * 86_400_000)),
            "order.tint": r.choice(["red", "green", "blue"]), "order.maybe": None if r.random() < 0.4 else r.randrange(0, 10)}


def line(r: random.Random) -> dict:
    return {"parts": r.randrange(0, 9), "price": decimal.Decimal(r.randrange(0, 2001)).scaleb(-2), "label": r.choice(["gift", "x", "y"]), "fragile": r.random() < 0.5}


def json_of(value: object) -> object:
    """A value as a policy's JSON has it, without the package's help."""
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M")
    if isinstance(value, datetime.timedelta):
        return str(int(value.total_seconds()))
    return value


def document(order: dict, lines: list) -> dict:
    facts = {name.removeprefix("order."): json_of(value) for name, value in order.items() if value is not None}
    if "nights" in facts:
        facts["nights"] = f"{facts['nights']} days"
    facts["lines"] = [{name: json_of(value) for name, value in one.items() if value is not None} for one in lines]
    return {"order": facts}


def frames(orders: list, lines: list) -> tuple:
    """The same facts as an analyst would have them: categories, nullable numbers, timestamps in a zone, Decimals, cents."""
    frame = pd.DataFrame(orders)
    frame["order.worth"] = [int(worth.scaleb(2)) for worth in frame["order.worth"]]
    frame["order.wait"] = pd.to_timedelta(frame["order.wait"])
    frame["order.day"] = pd.to_datetime(frame["order.day"])
    frame["order.moment"] = pd.to_datetime(frame["order.moment"]).dt.tz_convert("America/New_York")
    frame["order.tint"] = frame["order.tint"].astype("category")
    frame["order.maybe"] = frame["order.maybe"].astype("Int64")
    frame["key"] = range(len(frame))
    elements = pd.DataFrame([{"key": key, **one} for key, some in enumerate(lines) for one in some])
    elements["price"] = [int(price.scaleb(2)) for price in elements["price"]]
    return frame, elements

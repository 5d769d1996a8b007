#!/usr/bin/python3
"""The workload of `make bench`: orders, hold rules, and what a slow oracle says of them.

    workload.py FOLDER [--seed N] [--shape mixed|numeric|lists|lines] [--rules 10,100,1000,10000] [--orders N] [--shared DIR]

Writes into FOLDER: orders.bin (int32: 25 facts, the number of lines, 5 x 8 facts of lines), texts.txt (per coded fact
its texts in the order of their codes), and per number of rules policy_N.bylaw, rules_N.txt (for the bitmap twin),
twin_N.inc (the rules as hand-written C++ over interned structs) and expected_N.txt (hits, checksum).
With --shared the orders and rules are those of that folder's generator, which runs in FOLDER/shared.
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys

import numpy as np

# Facts: name in the generator, path in policies, kind. The order is that of the structs of the twins.
SCALARS = [
    ("channel", "order.sales_channel", "text"), ("currency", "order.currency_code", "text"), ("total", "order.total", "money"),
    ("age_min", "order.age_min", "number"), ("priority", "order.rank", "number"), ("gift", "order.gift", "bool"),
    ("customer.segment", "customer.class", "text"), ("customer.email_domain", "customer.email_domain", "text"),
    ("customer.age_days", "customer.age_days", "number"), ("customer.orders", "customer.orders", "number"),
    ("customer.chargebacks", "customer.chargeback_count", "number"), ("customer.credit_limit", "customer.limit", "money"),
    ("customer.open_balance", "customer.balance", "money"), ("payment.method", "payment.kind", "text"),
    ("payment.status", "payment.status", "text"), ("payment.avs", "payment.avs", "text"), ("payment.cvv", "payment.cvv", "text"),
    ("payment.bin_country", "payment.bin_country", "text"), ("payment.risk_score", "payment.score", "number"),
    ("ship_to.country", "ship_to.country_code", "text"), ("ship_to.state", "ship_to.state", "text"), ("ship_to.city", "ship_to.town", "text"),
    ("ship_to.po_box", "ship_to.is_po_box", "bool"), ("ship_to.verified", "ship_to.is_verified", "bool"),
    ("ship_to.distance_km", "ship_to.distance_km", "number")]
LINES = [("sku", "line.sku", "text"), ("category", "line.category", "text"), ("warehouse", "line.from_warehouse", "text"), ("qty", "line.pieces", "number"),
         ("price", "line.price", "money"), ("weight_g", "line.weight_g", "number"), ("atp", "line.atp", "number"), ("hazmat", "line.hazmat", "bool")]
LINES_MAX = 5

SCHEMA = """policy bench { currency USD; time zone "UTC"; }
extend record order {
  sales_channel: text; currency_code: text; age_min: decimal; rank: decimal; gift: bool;
}
extend record customer {
  class: text; email_domain: text; age_days: decimal; orders: decimal; chargeback_count: decimal; limit: money; balance: money;
}
extend record payment { kind: text; status: text; avs: text; cvv: text; bin_country: text; score: decimal; }
extend record address { country_code: text; state: text; town: text; is_po_box: bool; is_verified: bool; distance_km: decimal; }
extend record line {
  sku: text; category: text; from_warehouse: text; pieces: decimal; price: money; weight_g: decimal; atp: decimal; hazmat: bool;
}
"""


def weighted(text):
    """`web 40, app 18` as values and weights."""
    pairs = [part.rsplit(" ", 1) for part in text.split(", ")]
    return [value for value, _ in pairs], [float(weight) for _, weight in pairs]


def even(values):
    values = list(values)
    return values, [1.0] * len(values)


COUNTRIES = weighted("US 45, DE 9, GB 9, FR 6, CA 7, AU 4, JP 3, BR 3, IN 3, NL 2, ES 2, IT 2, MX 2, NG 1, RU 1, CN 1")
DOMAINS = {
    "channel": weighted("web 40, app 18, amazon 15, ebay 8, b2b 9, store 6, phone 4"),
    "currency": weighted("USD 55, EUR 20, GBP 12, CAD 8, AUD 5"),
    "customer.segment": weighted("new 30, regular 45, vip 10, wholesale 12, employee 3"),
    "customer.email_domain": weighted("gmail.com 40, outlook.com 15, yahoo.com 12, icloud.com 8, proton.me 4, mail.ru 3, tempmail.io 2, corp.example 16"),
    "payment.method": weighted("card 55, paypal 20, invoice 9, klarna 7, giftcard 4, wire 3, cod 2"),
    "payment.status": weighted("authorized 62, captured 25, pending 9, failed 4"),
    "payment.avs": weighted("Y 60, A 10, Z 10, N 12, U 8"),
    "payment.cvv": weighted("M 80, N 6, P 8, U 6"),
    "payment.bin_country": COUNTRIES, "ship_to.country": COUNTRIES,
    "ship_to.state": even("CA TX NY FL WA OR AK HI IL OH PA GA NC MI NJ VA".split()),
    "ship_to.city": even(f"city{i:02d}" for i in range(40)),
    "sku": even(f"SKU{i:04d}" for i in range(400)),
    "category": weighted("apparel 22, electronics 18, home 15, beauty 10, toys 10, sports 8, battery 4, knife 2, optics 3, food 5, giftcard 3"),
    "warehouse": weighted("EAST1 30, WEST1 30, EU1 20, 3PL7 12, STORE 8")}
NUMBERS = {
    "age_min": lambda r: int(r.expovariate(1 / 240)), "priority": lambda r: r.randrange(5), "customer.age_days": lambda r: int(r.expovariate(1 / 400)),
    "customer.orders": lambda r: int(r.expovariate(1 / 6)), "customer.chargebacks": lambda r: r.choices([0, 1, 2, 3], [93, 5, 1, 1])[0],
    "customer.credit_limit": lambda r: r.randrange(0, 2_000_000, 50_000), "customer.open_balance": lambda r: int(r.expovariate(1 / 200_000)),
    "payment.risk_score": lambda r: min(99, int(r.expovariate(1 / 22))), "ship_to.distance_km": lambda r: int(r.expovariate(1 / 900)),
    "qty": lambda r: r.choices([1, 2, 3, 4, 6, 12, 24, 50], [65, 18, 7, 3, 3, 2, 1, 1])[0], "price": lambda r: int(r.lognormvariate(8.0, 1.0)),
    "weight_g": lambda r: int(r.lognormvariate(6.3, 1.0)), "atp": lambda r: int(r.expovariate(1 / 30))}
TRUTHS = {"gift": 0.07, "ship_to.po_box": 0.06, "ship_to.verified": 0.85, "hazmat": 0.05}
# Of a hundred conditions how many are on numbers, texts and truths of the order, and on numbers, texts and truths of its lines.
SHAPES = {"mixed": (34, 38, 7, 9, 9, 3), "numeric": (75, 6, 4, 12, 2, 1), "lists": (6, 72, 3, 3, 15, 1), "lines": (10, 12, 3, 36, 32, 7)}


def value_of(rng, name, kind):
    if name in DOMAINS:
        return rng.choices(*DOMAINS[name])[0]
    return rng.random() < TRUTHS[name] if kind == "bool" else NUMBERS[name](rng)


def make_orders(rng, count):
    orders = []
    for _ in range(count):
        lines = [{name: value_of(rng, name, kind) for name, _, kind in LINES} for _ in range(rng.choices([1, 2, 3, 4, 5], [50, 25, 13, 8, 4])[0])]
        facts = {name: value_of(rng, name, kind) for name, _, kind in SCALARS if name != "total"}
        facts["total"] = sum(line["qty"] * line["price"] for line in lines)
        orders.append((facts, lines))
    return orders


def make_rules(rng, orders, count, shape):
    sample = orders[:4000]
    seen = {name: sorted(facts[name] for facts, _ in sample) for name, _, kind in SCALARS if kind in ("number", "money")}
    seen |= {name: sorted(line[name] for _, lines in sample for line in lines) for name, _, kind in LINES if kind in ("number", "money")}

    def condition():
        at = rng.choices(range(6), SHAPES[shape])[0]
        facts = LINES if at > 2 else SCALARS
        kinds = [("number", "money"), ("text",), ("bool",)][at % 3]
        name, _, kind = rng.choice([fact for fact in facts if fact[2] in kinds])
        any_line = at > 2
        if kind == "text":
            values = DOMAINS[name][0]
            few = rng.random() < 0.5
            return (any_line, name, "in", sorted(rng.sample(values, 1 if few else min(len(values) - 1, rng.randint(2, 6)))))
        if kind == "bool":
            return (any_line, name, "==", name != "ship_to.verified")
        op, share = rng.choice([">", ">=", "<", "<="]), rng.uniform(0.55, 0.97)
        numbers = seen[name]
        return (any_line, name, op, numbers[min(len(numbers) - 1, int((1 - share if op[0] == "<" else share) * len(numbers)))])

    rules = []
    for _ in range(count):
        conditions, used, wanted = [], set(), rng.choice([2, 3, 3, 4, 4, 5])
        while len(conditions) < wanted:
            one = condition()
            if one[:2] not in used:
                used.add(one[:2])
                conditions.append(one)
        rules.append(conditions)
    return rules


def read_shared(shared, folder, rules_max):
    """The orders and rules of the shared generator, whose loop goes on to as many rules as are asked for."""
    there = folder / "shared"
    there.mkdir(parents=True, exist_ok=True)
    text = (shared / "gen.py").read_text()
    oracle = text.index("# reference oracle")
    (there / "gen.py").write_text(text[:oracle].replace("while len(rules) < 1000", f"while len(rules) < {rules_max}")
                                  .replace("for n in (10,100,1000)", f"for n in (10,100,1000,{rules_max})"))
    (there / "gen_code.py").write_text((shared / "gen_code.py").read_text())
    for script in ("gen.py", "gen_code.py"):
        subprocess.run([sys.executable, script], cwd=there, check=True)
    # Its bitmap stops at 16 words; widened, it takes what 10,000 rules need.
    (there / "cpp").mkdir(exist_ok=True)
    twins = (shared / "cpp/bench.cpp").read_text()
    assert "default:return runW<16>(o,b);" in twins
    (there / "cpp/twins.inc").write_text(twins.replace("default:return runW<16>(o,b);", "case 16:return runW<16>(o,b);default:return runW<160>(o,b);"))

    def facts_of(order):
        return {name: order[name] if "." not in name else order[name.split(".")[0]][name.split(".")[1]] for name, _, _ in SCALARS}

    orders = [(facts_of(order), order["lines"]) for order in map(json.loads, open(there / "data/orders.jsonl"))]
    rules = [[(c["kind"] == "any_line", c["field"], "in" if isinstance(c["value"], str) else c["op"], [c["value"]] if isinstance(c["value"], str) else c["value"])
              for c in rule["all"]] for rule in json.load(open(there / f"data/rules_{rules_max}.json"))]
    return orders, rules


class Codes:
    """Texts by number, per fact, in alphabetical order."""

    def __init__(self, orders, rules):
        texts = {name: set() for name, _, kind in SCALARS + LINES if kind == "text"}
        for facts, lines in orders:
            for name, _, kind in SCALARS:
                if kind == "text":
                    texts[name].add(facts[name])
            for line in lines:
                for name, _, kind in LINES:
                    if kind == "text":
                        texts[name].add(line[name])
        for rule in rules:
            for _, name, op, value in rule:
                if op == "in":
                    texts[name].update(value)
        self.texts = {name: sorted(found) for name, found in texts.items()}
        self.code = {name: {text: i for i, text in enumerate(found)} for name, found in self.texts.items()}

    def of(self, name, value):
        return self.code[name][value] if name in self.code else int(value)


def columns_of(orders, codes):
    scalars = {name: np.array([codes.of(name, facts[name]) for facts, _ in orders], dtype=np.int64) for name, _, _ in SCALARS}
    lines = {name: np.array([codes.of(name, line[name]) for _, order_lines in orders for line in order_lines], dtype=np.int64) for name, _, _ in LINES}
    counts = np.array([len(order_lines) for _, order_lines in orders])
    return scalars, lines, np.concatenate([[0], np.cumsum(counts)])


def holds(values, codes, name, op, value):
    if op == "in":
        return np.isin(values, [codes.of(name, text) for text in value])
    return {">": values > value, ">=": values >= value, "<": values < value, "<=": values <= value, "==": values == value}[op] if op != "==" else values == int(value)


def expected(rules, columns, codes):
    """Hits and checksum per prefix of the rules: the sum of 1009 x order + rule over all hits."""
    scalars, lines, starts = columns
    memo, out, hits, total = {}, [], 0, 0
    for number, rule in enumerate(rules):
        found = np.ones(len(starts) - 1, dtype=bool)
        for any_line, name, op, value in rule:
            key = (any_line, name, op, str(value))
            if key not in memo:
                one = holds((lines if any_line else scalars)[name], codes, name, op, value)
                memo[key] = np.logical_or.reduceat(one, starts[:-1]) if any_line else one
            found = found & memo[key]
        at = np.nonzero(found)[0]
        hits += len(at)
        total += int(at.sum()) * 1009 + number * len(at)
        out.append((hits, total))
    return out


PATHS = {(False, name): (path, kind) for name, path, kind in SCALARS} | {(True, name): (path, kind) for name, path, kind in LINES}


def in_policy(codes, condition):
    any_line, name, op, value = condition
    path, kind = PATHS[(any_line, name)]
    if kind == "text":
        text = f'{path} == "{value[0]}"' if len(value) == 1 else f"{path} in [" + ", ".join(f'"{one}"' for one in value) + "]"
    elif kind == "bool":
        text = path if value else f"not {path}"
    else:
        text = f"{path} {op} {value // 100}.{value % 100:02d} USD" if kind == "money" else f"{path} {op} {value}"
    # Without the brackets the rest of the condition would be asked of the line.
    return f"(any line where {text})" if any_line else text


def in_cpp(codes, condition):
    any_line, name, op, value = condition
    at = ("l." if any_line else "o.") + name
    if op == "in":
        ids = [codes.of(name, text) for text in value]
        small = len(codes.texts[name]) <= 64
        text = f"((0x{sum(1 << i for i in ids):x}ull >> {at}) & 1)" if small and len(ids) > 1 else "(" + " || ".join(f"{at} == {i}" for i in ids) + ")"
    else:
        text = f"{at} {op} {int(value)}"
    return f"any(o, [](Line const& l) {{ return bool({text}); }})" if any_line else text


def in_text(codes, condition):
    """`L|O fact op n values`, for the twin that reads its rules."""
    any_line, name, op, value = condition
    facts = [fact[0] for fact in (LINES if any_line else SCALARS)]
    values = [codes.of(name, text) for text in value] if op == "in" else [int(value)]
    return f"{'L' if any_line else 'O'} {facts.index(name)} {op} {len(values)} {' '.join(map(str, values))}"


def write_rules(folder, rules, codes):
    count = len(rules)
    with open(folder / f"policy_{count}.bylaw", "w") as out:
        out.write(SCHEMA)
        for number, rule in enumerate(rules):
            conditions = "\n    and ".join(in_policy(codes, one) for one in rule)
            out.write(f'hold r{number:05d} {{\n  when {conditions};\n  reason POLICY "rule {number}";\n  blocks release; release by order_desk;\n}}\n')
    with open(folder / f"rules_{count}.txt", "w") as out:
        for rule in rules:
            out.write(f"{len(rule)} {' '.join(in_text(codes, one) for one in rule)}\n")
    with open(folder / f"twin_{count}.inc", "w") as out:
        # In functions of 25 rules, which compilers optimize in reasonable time.
        parts = [rules[i:i + 25] for i in range(0, min(count, 1000), 25)]
        for p, part in enumerate(parts):
            out.write(f"static __attribute__((noinline)) void rules_{count}_{p}(Order const& o, std::uint16_t*& p) {{\n")
            for r, rule in enumerate(part):
                out.write(f"  if ({' && '.join(in_cpp(codes, one) for one in rule)}) *p++ = {25 * p + r};\n")
            out.write("}\n")
        calls = " ".join(f"rules_{count}_{p}(o, p);" for p in range(len(parts)))
        out.write(f"static int rules_{count}(Order const& o, std::uint16_t* b) {{ auto* p = b; {calls} return int(p - b); }}\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shape", choices=SHAPES, default="mixed")
    parser.add_argument("--rules", default="10,100,1000,10000")
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--shared", type=pathlib.Path)
    args = parser.parse_args()
    sizes = [int(size) for size in args.rules.split(",")]
    args.folder.mkdir(parents=True, exist_ok=True)
    if args.shared:
        orders, rules = read_shared(args.shared, args.folder, max(sizes))
    else:
        rng = random.Random(args.seed)
        orders = make_orders(rng, args.orders)
        rules = make_rules(rng, orders, max(sizes), args.shape)
    codes = Codes(orders, rules)
    columns = columns_of(orders, codes)
    scalars, lines, starts = columns
    table = np.zeros((len(orders), len(SCALARS) + 1 + LINES_MAX * len(LINES)), dtype=np.int32)
    for i, (name, _, _) in enumerate(SCALARS):
        table[:, i] = scalars[name]
    table[:, len(SCALARS)] = np.diff(starts)
    place = np.arange(starts[-1]) - np.repeat(starts[:-1], np.diff(starts))
    order = np.repeat(np.arange(len(orders)), np.diff(starts))
    for i, (name, _, _) in enumerate(LINES):
        table[order, len(SCALARS) + 1 + place * len(LINES) + i] = lines[name]
    table.tofile(args.folder / "orders.bin")
    (args.folder / "texts.txt").write_text("".join(f"{name} {len(texts)} {' '.join(texts)}\n" for name, texts in codes.texts.items()))
    totals = expected(rules, columns, codes)
    for size in sizes:
        write_rules(args.folder, rules[:size], codes)
        (args.folder / f"expected_{size}.txt").write_text(f"{totals[size - 1][0]} {totals[size - 1][1]}\n")
    print(args.folder.name, "hits per order:", {size: round(totals[size - 1][0] / len(orders), 2) for size in sizes})


if __name__ == "__main__":
    main()

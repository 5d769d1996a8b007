#!/usr/bin/python3
"""Counts per rule of past orders: Bylaw's Python module beside numpy and pandas written by hand, in one run, after the counts were compared.

    backtest_bench.py FOLDER     (a folder of workload.py: `make bench` makes it)

The numpy twin is that of ../shared/bench/rules: a mask per condition, any of the lines by reduceat. The pandas twin is what a careful analyst
writes: categories, boolean Series, lines marked at their orders. Bylaw's time is that of the whole call, from the DataFrames on.
"""
import pathlib
import statistics
import sys
import time

import numpy as np
import pandas as pd

import bylaw

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "rules"))
from workload import LINES, LINES_MAX, SCALARS  # noqa: E402

folder = pathlib.Path(sys.argv[1])
copies = 50  # of 20,000 orders
missed = False


def read_orders():
    """The facts of all orders and lines as int32, and the texts behind codes."""
    width = len(SCALARS) + 1 + LINES_MAX * len(LINES)
    raw = np.fromfile(folder / "orders.bin", dtype=np.int32).reshape(-1, width)
    lines = raw[:, len(SCALARS) + 1:].reshape(len(raw), LINES_MAX, len(LINES))
    there = np.arange(LINES_MAX) < raw[:, len(SCALARS), None]
    texts = {}
    for line in (folder / "texts.txt").read_text().splitlines():
        name, _, *names = line.split(" ")
        texts[name] = names
    return raw[:, :len(SCALARS)], lines[there], raw[:, len(SCALARS)].astype(np.int64), texts


def read_rules(count):
    rules = []
    for line in (folder / f"rules_{count}.txt").read_text().splitlines():
        words = iter(line.split())
        rule = []
        for _ in range(int(next(words))):
            of_line, fact, op, size = next(words) == "L", int(next(words)), next(words), int(next(words))
            rule.append((of_line, fact, op, [int(next(words)) for _ in range(size)]))
        rules.append(rule)
    return rules


COMPARE = {">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal, "==": np.equal}


def numpy_twin(rules, scalars, lines, starts, sizes):
    counts = []
    for rule in rules:
        held = None
        for of_line, fact, op, values in rule:
            column = lines[fact] if of_line else scalars[fact]
            if op == "in":
                table = np.zeros(sizes[of_line][fact], dtype=bool)
                table[values] = True
                found = table[column]
            else:
                found = COMPARE[op](column, values[0])
            if of_line:
                found = np.logical_or.reduceat(found, starts)
            held = found if held is None else held & found
        counts.append(int(held.sum()))
    return counts


def pandas_twin(rules, orders, lines, texts):
    """`orders` and `lines` have the facts by name, texts as categories; `lines["order"]` is the place of the order."""
    counts = []
    for rule in rules:
        held = None
        for of_line, fact, op, values in rule:
            name = (LINES if of_line else SCALARS)[fact][0]
            column = (lines if of_line else orders)[name]
            if op == "in":
                names = [texts[name][value] for value in values]
                found = column == names[0] if len(names) == 1 else column.isin(names)
            else:
                found = {">": column.gt, ">=": column.ge, "<": column.lt, "<=": column.le, "==": column.eq}[op](values[0])
            if of_line:
                marked = np.zeros(len(orders), dtype=bool)
                marked[lines["order"].to_numpy()[found.to_numpy()]] = True
                found = pd.Series(marked, index=orders.index)
            held = found if held is None else held & found
        counts.append(int(held.sum()))
    return counts


def frames_of(scalars, lines, counts, texts):
    def column(values, name, kind):
        if kind == "text":
            return pd.Categorical.from_codes(values, categories=texts[name])
        return values.astype(bool) if kind == "bool" else values

    orders = pd.DataFrame({path: column(scalars[i], name, kind) for i, (name, path, kind) in enumerate(SCALARS)})
    orders["key"] = np.arange(len(orders))
    elements = pd.DataFrame({path: column(lines[i], name, kind) for i, (name, path, kind) in enumerate(LINES)})
    elements["key"] = np.arange(len(orders)).repeat(counts)
    return orders, elements


def seconds(work, rounds=3):
    """The median of CPU and wall time, whichever is more: nobody hides work on another core."""
    times = []
    for _ in range(rounds):
        cpu, wall = time.process_time(), time.perf_counter()
        result = work()
        times.append(max(time.process_time() - cpu, time.perf_counter() - wall))
    return statistics.median(times), result


def verdict(what, ratio, asked):
    global missed
    met = ratio >= asked
    missed = missed or not met
    print(f"    {what:<58} {ratio:6.2f}  asked >= {asked:.2f}  {'met' if met else 'MISSED'}")


base_scalars, base_lines, base_counts, texts = read_orders()
small = ([np.ascontiguousarray(base_scalars[:, i]) for i in range(len(SCALARS))], [np.ascontiguousarray(base_lines[:, i]) for i in range(len(LINES))])
starts = np.concatenate([[0], np.cumsum(base_counts)])[:-1]
sizes = ([len(texts.get(name, [])) for name, _, _ in SCALARS], [len(texts.get(name, [])) for name, _, _ in LINES])
big = ([np.tile(column, copies) for column in small[0]], [np.tile(column, copies) for column in small[1]])
counts = np.tile(base_counts, copies)
orders, elements = frames_of(*big, counts, texts)
plain = orders.rename(columns={path: name for name, path, _ in SCALARS})
plain_lines = elements.rename(columns={path: name for name, path, _ in LINES})
plain_lines["order"] = elements["key"]
columns = {path: bylaw.minor() for _, path, kind in SCALARS + LINES if kind == "money"}
total, few = len(orders), len(base_counts)
print(f"{folder}: {total:,} orders with {len(elements):,} lines in DataFrames")

for size in (10, 1000):
    rules = read_rules(size)
    policy = bylaw.Policy.load(folder / f"policy_{size}.bylaw")
    ours, found = seconds(lambda: policy.count(orders, lines=elements, key="key", columns=columns, now="2026-09-21T00:00:00Z"))
    twin, expected = seconds(lambda: numpy_twin(rules, *small, starts, sizes), 3 if size < 1000 else 1)
    assert found["orders"].tolist() == [copies * count for count in expected] and found["failed"].sum() == 0, "WRONG counts"
    print(f"  {size} rules, us per order: bylaw {ours / total * 1e6:.3f}; numpy twin on {few:,} orders {twin / few * 1e6:.3f}")
    if size == 1000:
        verdict("numpy twin / bylaw", (twin / few) / (ours / total), 10)
        two, _ = seconds(lambda: policy.count(orders, lines=elements, key="key", columns=columns, now="2026-09-21T00:00:00Z", threads=2))
        wall = time.perf_counter()
        policy.count(orders, lines=elements, key="key", columns=columns, now="2026-09-21T00:00:00Z", threads=2)
        print(f"    two threads: {(time.perf_counter() - wall):.2f} s for all; numpy would take {twin / few * total:.0f} s")
    else:
        third, expected = seconds(lambda: pandas_twin(rules, plain, plain_lines, texts))
        assert found["orders"].tolist() == expected, "WRONG counts of the pandas twin"
        print(f"    pandas twin {third / total * 1e6:.3f}; numpy twin / bylaw {(twin / few) / (ours / total):.2f}")
        verdict("pandas twin / bylaw", third / ours, 1)
sys.exit(1 if missed else 0)

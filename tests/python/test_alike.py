"""Python's columns and the C++ program decide alike: 100,000 generated orders (BYLAW_FACTS sets another number)."""
import json
import os
import random
import subprocess

import conftest  # noqa: F401
import pytest
import typed

import bylaw

now = "2026-03-05T12:00:00Z"
program = os.environ.get("BYLAW_PROGRAM")


@pytest.mark.skipif(not program, reason="BYLAW_PROGRAM names no program")
def test_columns_and_program_decide_alike(tmp_path):
    r = random.Random(7)
    count = int(os.environ.get("BYLAW_FACTS", "100000"))
    orders = [typed.order(r) for _ in range(count)]
    lines = [[typed.line(r) for _ in range(r.randrange(4))] for _ in range(count)]
    path = tmp_path / "typed.bylaw"
    path.write_text(typed.text)
    facts = "".join(json.dumps(typed.document(*one)) + "\n" for one in zip(orders, lines))
    said = subprocess.run([program, "decide", "--policy", path, "--at", now], input=facts, capture_output=True, text=True)
    answers = said.stdout.splitlines()
    assert len(answers) == count, said.stderr[-500:]

    policy = bylaw.Policy.load(path)
    frame, elements = typed.frames(orders, lines)
    columns = {"order.worth": bylaw.minor(), "price": bylaw.minor()}
    # Orders backwards, each with its lines as they were: they have to be put in order.
    shuffled = elements.sort_values("key", kind="stable", ascending=False)
    found = policy.decide(frame, lines=elements, key="key", columns=columns, now=now)
    again = policy.decide(frame, lines=shuffled, key="key", columns=columns, now=now, threads=2)
    assert len(found.errors) == 0
    got = {}
    for row in found.to_frame().itertuples():
        got.setdefault(row.order, []).append((row.rule, row.line, row.state))
    hits = 0
    for number, answer in enumerate(answers):
        expected = [(hold["rule"], hold.get("line", -1), hold["state"]) for hold in json.loads(answer)["holds"]]
        hits += len(expected)
        assert got.get(number, []) == expected, (number, orders[number], lines[number])
    assert hits > 2 * count
    assert again.to_frame().equals(found.to_frame())


def test_each_order_at_its_own_time():
    policy = bylaw.Policy.from_text(typed.text)
    r = random.Random(8)
    orders = [typed.order(r) for _ in range(2000)]
    frame, elements = typed.frames(orders, [[typed.line(r)] for _ in orders])
    columns = {"order.worth": bylaw.minor(), "price": bylaw.minor()}
    frame["at"] = frame["order.moment"] + __import__("pandas").to_timedelta([r.randrange(0, 4 * 86_400) for _ in orders], unit="s")
    together = policy.decide(frame, lines=elements, key="key", columns=columns, at="at").to_frame()
    for number in range(0, 2000, 97):
        alone = policy.decide(frame.loc[[number]], lines=elements[elements["key"] == number], key="key", columns=columns, now=frame["at"][number])
        assert alone.to_frame()["rule"].tolist() == together[together["order"] == number]["rule"].tolist()
        as_dict = policy.decide(alone.facts_of(number), now=frame["at"][number])["holds"]
        assert [(row.rule, row.line) for row in alone.to_frame().itertuples()] == [(hold["rule"], hold.get("line", -1)) for hold in as_dict]

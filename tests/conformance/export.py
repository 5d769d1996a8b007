#!/usr/bin/python3
"""`bylaw export`, read by the real `ledger` and by beancount: every balance is that of `bylaw report money`; two companies, currencies of
0, 2 and 3 decimals, names that want to be something else."""
import csv, io, json, subprocess
from common import *

policy = work / "policy.bylaw"
policy.write_text('policy p { currency USD; }\nreturn otherwise_any { within 30 days of order; approve otherwise; pay at receipt; refund to original_tender; fee 10 percent of return.net as handling; restock unopened; scrap otherwise; }\nallocation otherwise_any { from location.active; short backorder; }\n')

def command(number, kind, at="2026-11-02T09:00:00Z", **body):
    return json.dumps({"command_id": f"c{number}", "command": kind, "at": at, "by": {"user": "ann", "role": "system"}, **body})

def order(number, company, price, **more):
    return {"id": f"A-{number}", "source": "shop", "placed": "2026-11-02T09:00:00Z", "currency": "USD", "company": company,
            "lines": [{"item": "TEA", "quantity": 3, "net": price, "tax_rate": 0.19}, {"item": "POST", "quantity": 1, "net": 5.00, "shipping": True}],
            "discounts": [{"amount": 1.00}], **more}

def text_balances(text):
    """`ledger bal --flat` as account -> amounts by currency."""
    out = {}
    for row in csv.reader(io.StringIO(text)):
        out[(row[0], row[1])] = row[2]
    return out

def compare(store, name):
    exported = bylaw("export", "--store", store)
    assert exported.returncode == 0, exported.stderr
    journal = work / f"{name}.ledger"
    journal.write_text(exported.stdout)
    said = subprocess.run(["ledger", "-f", journal, "--flat", "--empty", "balance", "--format", "%(account)|%(quantity(scrub(display_total)))|%(commodity(scrub(display_total)))\n"],
                          capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    rows = [line.split("|") for line in said.stdout.splitlines() if line.count("|") == 2 and line.split("|")[0]]
    theirs = {account: quantity for account, quantity, _ in rows}
    ours = {}
    for row in report(store, "money_by_company"):
        prefix = f"{row['company']}:" if row["companies"] > 1 else ""
        ours[prefix + row["account"]] = row["balance"]
    for account, balance in ours.items():
        assert float(theirs.get(account, "0")) == float(balance), (account, theirs.get(account), balance)
    assert not [a for a, q in theirs.items() if float(q) != 0 and a not in ours], theirs
    print(f"ok: {name}: {len(ours)} balances agree with ledger")
    beans = work / f"{name}.beancount"
    beans.write_text(bylaw("export", "--store", store, "--format", "beancount").stdout)
    checked = subprocess.run(["bean-check", beans], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout[:2000] + checked.stderr[:2000]
    table = list(csv.DictReader(io.StringIO(bylaw("export", "--store", store, "--format", "csv").stdout)))
    assert abs(sum(float(row["amount"]) for row in table)) < 1e-6
    print(f"ok: {name}: beancount takes it, {len(table)} entries")

try:
    feed = [command(1, "define_item", sku="TEA", unit_cost="4.00 USD"), command(2, "define_location", id="DC1"),
            command(3, "receive_stock", item="TEA", location="DC1", quantity=50, reference="PO; 1 | \"x\"")]
    number = 3
    for i, company in enumerate(["", "EU", "EU"], 1):
        feed.append(command(number + 1, "import_order", **order(i, company, 30.01 * i)))
        for step in ("allocate", "ship", "invoice"):
            number += 1
            feed.append(command(number + 1, "order_event", order=f"A-{i}", event=step))
        number += 1
        feed.append(command(number + 1, "record_payment", order=f"A-{i}", payment=f"P{i}", amount=f"{[39.52, 75.24, 110.95][i - 1]} USD"))
        number += 1
    for i in (1, 2):
        feed.append(command(number + 1, "request_return", at="2026-11-03T09:00:00Z", id=f"R-{i}", requested="2026-11-03T09:00:00Z", currency="USD",
                            lines=[{"order": f"A-{i}", "order_line": 1, "item": "TEA", "quantity": 2, "condition": "unopened"}]))
        feed.append(command(number + 2, "receive_return", at="2026-11-04T09:00:00Z", **{"return": f"R-{i}"}, lines=[{"line": 1, "quantity": 2}]))
        feed.append(command(number + 3, "inspect_return", at="2026-11-04T10:00:00Z", **{"return": f"R-{i}"}, lines=[{"line": 1, "quantity": 2, "condition": ["unopened", "used"][i - 1]}]))
        feed.append(command(number + 4, "return_event", at="2026-11-04T11:00:00Z", **{"return": f"R-{i}"}, event="refund"))
        number += 4
    store = work / "two.db"
    done = bylaw("run", "--store", store, "--policy", policy, stdin="\n".join(feed) + "\n")
    refused = [line for line in done.stdout.splitlines() if '"status":"refused"' in line]
    assert not refused, refused
    verify(store)
    compare(store, "two companies")
    single = work / "one.db"
    bylaw("run", "--store", single, "--policy", policy, stdin="\n".join(feed[:9]) + "\n")
    compare(single, "one company")
finally:
    clean()

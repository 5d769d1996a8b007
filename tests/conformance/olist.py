#!/usr/bin/python3
"""8,135 orders of a Brazilian marketplace: what was paid against items plus freight, order by order. The number of orders that differ, and by
how much, against ../shared/data/reference.json; the books export to ledger."""
import csv, gzip, io, json, subprocess
from decimal import Decimal
from common import *

folder = need(shared / "data/olist_8135")
reference = json.loads((shared / "data/reference.json").read_text())["olist_8135"]["results"]

def table(name):
    with gzip.open(folder / f"olist_{name}_dataset.csv.gz", "rt", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))

policy = work / "policy.bylaw"
policy.write_text('policy olist { currency BRL; time zone "America/Sao_Paulo"; }\nreturn otherwise_any { within 7 days of delivery; approve otherwise; refund to original_tender; pay at receipt; }\nallocation otherwise_any { from location.active; short backorder; }\n')

try:
    lines, paid = {}, {}
    for row in table("order_items"):
        mine = lines.setdefault(row["order_id"], [])
        mine.append({"item": row["product_id"], "quantity": 1, "net": row["price"]})
        mine.append({"item": "FREIGHT", "quantity": 1, "net": row["freight_value"], "shipping": True})
    for row in table("order_payments"):
        paid.setdefault(row["order_id"], []).append(row)
    tenders = {"credit_card": "card", "debit_card": "card", "boleto": "bank_transfer", "voucher": "gift_card"}
    feed = []
    at = "2018-12-31T12:00:00Z"
    by = {"user": "feed", "role": "system"}
    without_items = zero = 0
    for row in table("orders"):
        number = row["order_id"]
        if number not in lines:
            without_items += 1
            continue
        placed = row["order_purchase_timestamp"].replace(" ", "T") + "Z"
        feed.append(json.dumps({"command_id": f"o-{number}", "command": "import_order", "at": at, "by": by, "id": number, "source": "olist", "channel": "marketplace",
                                "placed": placed, "currency": "BRL", "customer": {"id": row["customer_id"]}, "lines": lines[number]}))
        for payment in paid.get(number, []):
            if Decimal(payment["payment_value"]) == 0:
                zero += 1
                continue
            feed.append(json.dumps({"command_id": f"p-{number}-{payment['payment_sequential']}", "command": "record_payment", "at": at, "by": by, "order": number,
                                    "payment": payment["payment_sequential"], "tender": tenders.get(payment["payment_type"], "other"),
                                    "amount": f"{Decimal(payment['payment_value']):.2f} BRL"}))
    store = work / "olist.db"
    done = bylaw("run", "--store", store, "--policy", policy, stdin="\n".join(feed) + "\n")
    refused = [line for line in done.stdout.splitlines() if '"status":"refused"' in line]
    assert not refused, refused[:3]
    same("orders with payments and no items, which are none to us", without_items, reference["orders_payment_without_items"])
    balances = report(store, "order_balances")
    same("orders", len(balances), reference["orders_in_both"])
    cents = [int((Decimal(str(row["paid"])) - Decimal(str(row["total"]))) * 100) for row in balances]
    same("paid is not items plus freight", sum(c != 0 for c in cents), reference["payment_ne_total_exact"])
    same("by more than a cent", sum(abs(c) > 1 for c in cents), reference["payment_ne_total_over_1_cent"])
    same("by more than 1.00", sum(abs(c) > 100 for c in cents), reference["payment_ne_total_over_1_00"])
    same("overpaid", sum(c > 1 for c in cents), reference["overpaid_over_1_cent"])
    same("underpaid", sum(c < -1 for c in cents), reference["underpaid_over_1_cent"])
    same("net difference, centavos", sum(cents), reference["net_difference_cents"])
    same("largest difference, centavos", max(map(abs, cents)), reference["max_abs_difference_cents"])
    same("items plus freight, centavos", sum(int(Decimal(str(row["total"])) * 100) for row in balances), reference["gross_item_plus_freight_cents"])
    verify(store)
    journal = work / "olist.ledger"
    journal.write_text(bylaw("export", "--store", store).stdout)
    said = subprocess.run(["ledger", "-f", journal, "--flat", "balance", "assets:cash", "--format", "%(quantity(scrub(display_total)))\n"], capture_output=True, text=True)
    ours = next(row["balance"] for row in report(store, "money") if row["account"] == "assets:cash")
    same("cash, by ledger", float(said.stdout.split()[0]), float(ours))
finally:
    clean()

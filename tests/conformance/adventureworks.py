#!/usr/bin/python3
"""AdventureWorks: stock, safety stock and reorder points loaded as commands; the reports agree with the reference."""
import csv, json
from common import *

data = need(shared / "data/adventureworks/ProductInventory.csv").parent
reference = json.loads((shared / "data/reference.json").read_text())
def find(node):
    for key, value in node.items():
        if key == "adventureworks" and isinstance(value, dict) and "total_units" in value.get("results", value):
            return value.get("results", value)
        if isinstance(value, dict) and (found := find(value)):
            return found
expected = find(reference)

def rows(name):
    with open(data / name, encoding="utf-8", errors="replace", newline="") as file:
        return list(csv.reader(file, delimiter="\t"))

policy = work / "stock.bylaw"
policy.write_text("policy stock { currency USD; }\nallocation anywhere { from location.active; }\n")
feed, number = [], 0
def send(command, **members):
    global number
    number += 1
    feed.append(json.dumps({"command_id": f"aw-{number}", "command": command, "at": "2026-11-02T09:00:00Z", **members}))

names = {}
for row in rows("Location.csv"):
    names[row[0]] = row[1]
    send("define_location", id=f"L{row[0]}")
inventory = rows("ProductInventory.csv")
for row in rows("Product.csv"):
    send("define_item", sku=row[0], title=row[1])
    send("define_entry", kind="stock_level", id=f"{row[0]}/*",
         values={"item": row[0], "location": "*", "safety_stock": row[6], "reorder_point": row[7]})
for row in inventory:
    if int(row[4]) > 0:
        send("receive_stock", item=row[0], location=f"L{row[1]}", quantity=int(row[4]), reference="opening")
try:
    store = work / "aw.db"
    done = bylaw("run", "--store", store, "--policy", policy, stdin="\n".join(feed) + "\n")
    assert done.returncode == 0, done.stderr[-2000:]
    verify(store)
    levels = report(store, "stock_levels")
    # The reference counts products that have a row of stock, be it zero.
    counted = {row[0] for row in inventory}
    total = [row for row in levels if row["location"] == "*" and row["item"] in counted]
    same("products with stock rows", len(total), expected["products_with_stock_rows"])
    same("units", sum(int(row["on_hand"]) for row in total), expected["total_units"])
    by_place = {}
    for row in levels:
        if row["location"] != "*":
            place = names[row["location"][1:]]
            by_place[place] = by_place.get(place, 0) + int(row["on_hand"])
    same("units by location", by_place, expected["units_by_location"])
    same("below safety stock", sum(int(row["below_safety_stock"]) for row in total), expected["below_safety_stock"])
    same("at or below the reorder point", sum(int(row["at_reorder_point"]) for row in total), expected["at_or_below_reorder_point"])
finally:
    clean()

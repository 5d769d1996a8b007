"""What if large orders were looked at from 1,200 dollars on? Orders of last year, both policies, the orders that would have been free."""
import random

import pandas as pd

import bylaw

policy = bylaw.Policy.from_text("""policy shop { currency USD; time zone "UTC"; }
define limit = 1000.00 USD;
hold large_order {
  when order.total > limit;
  unless customer.trusted;
  reason HIGH_VALUE "the order is large"; blocks release; queue fraud; release by fraud_analyst;
}
""")

r = random.Random(1)
orders = pd.DataFrame({
    "order.total": [int(r.lognormvariate(10.5, 1.0)) for _ in range(20_000)],  # cents
    "customer.trusted": [r.random() < 0.2 for _ in range(20_000)],
    "channel_name": [r.choice(["web", "store", "phone"]) for _ in range(20_000)],
    "fraud": [r.random() < 0.01 for _ in range(20_000)]})
cents = {"order.total": bylaw.minor()}

changed = bylaw.with_define(policy, "limit", "1200.00 USD")
result = bylaw.backtest(policy, changed, orders, columns=cents, value="order.total", label="fraud", by=["channel_name"], review_cost={"fraud": "4.00"})
print(result)
print(result.summary.to_string())
print(result.by("channel_name").to_string())
print(result.changed.head(3).to_string())
print(result.explain(result.changed.index[0]))
print(bylaw.sweep(policy, "limit", ["800.00 USD", "1000.00 USD", "1200.00 USD"], orders, columns=cents, label="fraud").to_frame().to_string())

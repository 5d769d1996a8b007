from decimal import Decimal

from trytond.exceptions import UserError
from trytond.model import ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction

from . import desk


class Sale(metaclass=PoolMeta):
    __name__ = "sale.sale"
    bylaw_state = fields.Selection([(None, ""), ("on_hold", "On Hold"), ("released", "Released")], "Review", readonly=True)
    bylaw_holds = fields.Text("Holds", readonly=True, help="The rules that hold the sale, why, and who looks at it.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons.update({"release_holds": {"invisible": Eval("bylaw_state") != "on_hold", "depends": ["bylaw_state"]}})

    def bylaw_order(self):
        """The sale as Bylaw knows orders."""
        earlier = Pool().get("sale.sale").search([("party", "=", self.party.id), ("state", "in", ["processing", "done"])], count=True)
        if any(line.quantity % 1 for line in self.lines if line.type == "line" and line.product):
            raise UserError(f"Sale {self.number} has a part of a unit, which the policy does not know: sell it in a smaller unit.")
        lines = [{"item": line.product.code or f"product-{line.product.id}", "quantity": int(line.quantity), "unit_price": format(line.unit_price.quantize(Decimal("0.0001")), "f")}
                 for line in self.lines if line.type == "line" and line.product]
        return {"id": self.number, "source": "tryton", "channel": "b2b", "currency": self.currency.code, "placed": self.create_date.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "customer": {"id": self.party.code or str(self.party.id), "trusted": earlier > 0}, "lines": lines}

    @classmethod
    def ask_bylaw(cls, sale):
        """Whether nothing holds the sale; keeps on it what does."""
        try:
            state = desk.import_sale(sale.bylaw_order())
        except desk.Refused as refused:
            raise UserError(f"Bylaw refuses sale {sale.number}: {refused}")
        held = state == "on_hold"
        holds = desk.holds_of(sale.number) if held else []
        sale.bylaw_state = "on_hold" if held else "released"
        sale.bylaw_holds = "\n".join(f"{hold['rule']}: {hold['text']} ({hold['queue']})" for hold in holds) or None
        sale.save()
        return not held

    @classmethod
    @ModelView.button
    def confirm(cls, sales):
        super().confirm([sale for sale in sales if cls.ask_bylaw(sale)])

    @classmethod
    @ModelView.button
    def release_holds(cls, sales):
        """A person answers for what is held; a sale that nothing holds any more goes on."""
        user = Pool().get("res.user")(Transaction().user)
        for sale in sales:
            for hold in desk.holds_of(sale.number):
                try:
                    desk.release(sale.number, hold, user.login)
                except desk.Refused as refused:
                    raise UserError(f"Bylaw does not release sale {sale.number}: {refused}")
        cls.confirm(sales)

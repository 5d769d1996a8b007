#!/usr/bin/python3
"""A scenario over Tryton's own test client, on SQLite: sales that are free, held, released, changed, and tried twice."""
import os
import tempfile
import unittest
from decimal import Decimal

folder = tempfile.mkdtemp(prefix="bylaw_tryton_")
os.environ.setdefault("TRYTOND_DATABASE_URI", "sqlite://")
os.environ.setdefault("DB_NAME", ":memory:")

from trytond.config import config as server  # noqa: E402

server.add_section("bylaw")
server.set("bylaw", "policy", os.environ["BYLAW_POLICY"])
server.set("bylaw", "store", os.path.join(folder, "sales.db"))

from proteus import Model  # noqa: E402
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts  # noqa: E402
from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences  # noqa: E402
from trytond.modules.company.tests.tools import create_company, get_company  # noqa: E402
from trytond.tests.tools import activate_modules, set_user  # noqa: E402

import bylaw  # noqa: E402


class SaleHold(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.config = activate_modules("bylaw_hold")
        create_company()
        company = get_company()
        set_fiscalyear_invoice_sequences(create_fiscalyear(company)).click("create_period")
        create_chart(company)
        accounts = get_accounts(company)
        Party, Category, Template, Unit = (Model.get(name) for name in ("party.party", "product.category", "product.template", "product.uom"))
        category = Category(name="Goods", accounting=True, account_expense=accounts["expense"], account_revenue=accounts["revenue"])
        category.save()
        unit, = Unit.find([("name", "=", "Unit")])
        template = Template(name="Tea", default_uom=unit, type="goods", salable=True, list_price=Decimal("500"), account_category=category)
        template.save()
        cls.product, = template.products
        cls.product.code = "TEA"
        cls.product.save()
        cls.parties = []
        for name in ("New", "Known", "Changing"):
            party = Party(name=name)
            party.save()
            cls.parties.append(party)
        cls.admin = cls.config.user

    @classmethod
    def tearDownClass(cls):
        from trytond.modules.bylaw_hold import desk
        desk.close()

    def sale(self, party, quantity):
        sale = Model.get("sale.sale")(party=party)
        line = sale.lines.new()
        line.product = self.product
        line.quantity = quantity
        line.unit_price = Decimal("500")
        sale.click("quote")
        return sale

    def test_free_sale_goes_on(self):
        sale = self.sale(self.parties[1], 2)
        sale.click("confirm")
        self.assertEqual((sale.state, sale.bylaw_state, sale.bylaw_holds), ("processing", "released", None))
        self.assertEqual(len(sale.shipments), 1)
        # Whoever has bought before is trusted.
        large = self.sale(self.parties[1], 30)
        large.click("confirm")
        self.assertEqual((large.state, large.bylaw_state), ("processing", "released"))

    def test_held_sale_waits_and_goes_on_when_released(self):
        sale = self.sale(self.parties[0], 3)
        sale.click("confirm")
        self.assertEqual((sale.state, sale.bylaw_state), ("quotation", "on_hold"))
        self.assertIn("large_sale: a sale above 1,000 dollars", sale.bylaw_holds)
        self.assertEqual(len(sale.shipments), 0)
        sale.click("confirm")  # twice asks twice, and nothing else happens
        self.assertEqual((sale.state, sale.bylaw_state), ("quotation", "on_hold"))
        sale.click("release_holds")
        self.assertEqual((sale.state, sale.bylaw_state, sale.bylaw_holds), ("processing", "released", None))
        self.assertEqual(len(sale.shipments), 1)
        store = bylaw.Store(os.path.join(folder, "sales.db"))
        self.assertIn("admin", store.audit(sale.number).to_string())
        self.assertTrue(store.verify()["intact"])

    def test_changed_sale_is_asked_again(self):
        sale = self.sale(self.parties[2], 3)
        sale.click("confirm")
        self.assertEqual(sale.bylaw_state, "on_hold")
        sale.click("draft")
        sale.lines[0].quantity = 1
        sale.click("quote")
        sale.click("confirm")
        self.assertEqual((sale.state, sale.bylaw_state), ("processing", "released"))

    def test_only_administrators_release(self):
        Party, User, Group = Model.get("party.party"), Model.get("res.user"), Model.get("res.group")
        party = Party(name="Another")
        party.save()
        sale = self.sale(party, 4)
        sale.click("confirm")
        self.assertEqual(sale.bylaw_state, "on_hold")
        clerk = User(name="Clerk", login="clerk")
        groups = Group.find([("name", "=", "Sales")])
        clerk.groups.append(groups[0])
        company = get_company()
        clerk.companies.append(company)
        clerk.company = company
        clerk.save()
        set_user(clerk.id)
        try:
            with self.assertRaises(Exception) as refused:
                Model.get("sale.sale")(sale.id).click("release_holds")
            self.assertIn("release_holds", str(refused.exception).replace(" ", "_").lower())
        finally:
            set_user(self.admin)


if __name__ == "__main__":
    unittest.main(verbosity=1)

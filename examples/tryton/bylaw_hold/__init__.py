from trytond.pool import Pool

from . import sale


def register():
    Pool.register(sale.Sale, module="bylaw_hold", type_="model")

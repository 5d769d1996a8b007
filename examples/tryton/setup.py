from setuptools import setup

name = "trytond.modules.bylaw_hold"
setup(name="trytond_bylaw_hold", version="6.0.0", description="Holds of sales by Bylaw policies", packages=[name], package_dir={name: "bylaw_hold"},
      package_data={name: ["tryton.cfg", "*.xml", "view/*.xml"]}, zip_safe=False,
      entry_points={"trytond.modules": ["bylaw_hold = trytond.modules.bylaw_hold"]})

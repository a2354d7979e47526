"""REST, under /api/v1: one file per resource in `resources`, what goes in and out in `schemas`.

Each function is declared once (`core.api.endpoints`): its path, who may call it, what it takes and gives. The routes,
the access test, the other names and the OpenAPI document all come from that declaration.
"""

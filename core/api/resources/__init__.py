"""One file per resource: each function is declared with `@endpoint` and calls one service or query."""

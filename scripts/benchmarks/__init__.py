"""`scripts/bench`: the numbers of the product, measured in one run on an office of its own.

A part is a module here with `def run(bench: Bench) -> list[Row]`, named in `PARTS` of `__main__.py`. `bench` gives a
running office (`bench.url`, `bench.app`, `bench.settings`) with a timetable (`bench.data`), `bench.seconds` to measure
and `bench.load(...)`, which drives requests with wrk. A `Row` is one line of the table: what, goal, measured, note.
"""

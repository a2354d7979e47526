"""A payment service for trying everything out: no money moves, all else is real HTTP and signed messages."""

"""Fares of a GTFS feed, of both versions of the reference, as prices from zone to zone."""

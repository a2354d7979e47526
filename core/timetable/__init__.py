"""Operators and their policies, places, routes, patterns, vehicles, layouts, schedules; GTFS in and out."""

"""GTFS in: a feed is read, checked, turned into patterns and dated runs, and stored in one transaction.

Written after the GTFS Schedule reference (gtfs.org/documentation/schedule/reference).
"""

"""Figures for people: revenue, loads, lists."""

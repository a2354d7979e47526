"""Legs, seat states, seat locks, availability, the best available seat."""

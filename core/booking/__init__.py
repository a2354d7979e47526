"""Reservations, checkout, webhooks' effects, bookings."""

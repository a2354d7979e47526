"""Ticket numbers, signed QR codes, the e-ticket as PDF and HTML."""

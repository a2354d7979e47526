"""Payments, refunds, the ledger and the gateways."""

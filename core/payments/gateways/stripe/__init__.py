"""Card payments through Stripe, by its official library. The card's number is typed into Stripe's own field and never
comes here.
"""

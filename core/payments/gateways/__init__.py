"""Who moves the money: one small folder for each gateway, all behind the Protocol of `base`."""

"""What a seat costs: quotes, tariffs, fares, seat charges, taxes."""

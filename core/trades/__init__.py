"""What differs between a bus station, an airline and a cinema: data and a few small pure functions."""

"""What tests stand on: real servers, databases of their own, a clock that moves, a browser."""

"""Socket.IO rooms and seat deltas."""

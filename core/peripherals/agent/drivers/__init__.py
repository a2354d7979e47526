"""What a device can do, and the drivers of real ones."""

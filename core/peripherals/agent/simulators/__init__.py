"""Stand-ins for devices, moved by hand from the office's admin. Each keeps its memory on disk, as real ones do."""

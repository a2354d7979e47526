"""Commands that put the whole office together: run it, migrate it, serve it."""

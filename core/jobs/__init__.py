"""Work that nobody waits for: queues, cron, workers, and the supervisor of all processes."""

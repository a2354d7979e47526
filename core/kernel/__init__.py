"""What every other package stands on: settings, database, clock, money, errors, ids, outbox, activity log."""

"""Who may do what: users and their roles, station scope, kiosk devices, API keys."""

"""Makes the kiosk's bundle at set-up: scripts, styles and fonts, small, in few files, named by their content."""

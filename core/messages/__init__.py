"""What is told to whom: templates, rendering, mail."""

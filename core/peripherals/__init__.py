"""What hangs on a kiosk machine: commands to its printer, cash box and card terminal, and what these report."""

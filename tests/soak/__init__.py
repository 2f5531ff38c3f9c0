"""Faults on purpose, against real processes: `bin/soak`. Not collected by pytest."""

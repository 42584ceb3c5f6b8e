"""What all labs share: panel, parameter table, canvas, run and pause."""

"""Data that several labs use: measured ones, and a student's own."""

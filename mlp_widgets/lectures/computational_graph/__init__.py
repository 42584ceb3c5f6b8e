"""Computational graphs: five networks of the lectures, and an expression that a student types."""

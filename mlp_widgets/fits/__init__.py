"""Fits that are computed and not searched for by descent: what a sum of ReLUs can reach at best."""

"""Threads as readers get them."""

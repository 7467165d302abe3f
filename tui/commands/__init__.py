"""Headless: what the screens show, printed. One module for each command, and what they share."""

"""Screens: from keys to intents, from the picture to panes."""

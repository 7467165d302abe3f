"""Tests of tui.git: against real repositories and real servers on loopback."""

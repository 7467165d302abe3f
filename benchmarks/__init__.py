"""Measures the program against a real HTTP server; `python -m benchmarks` runs it."""

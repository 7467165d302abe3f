"""What Flux objects mean: pure values and functions, no I/O and no terminal."""

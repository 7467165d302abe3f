"""What a person configures: files that become values, and a list of what is wrong with them. Nothing here draws."""

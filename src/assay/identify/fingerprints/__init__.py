"""What follows from learned features: which components a file holds, how much, which version."""

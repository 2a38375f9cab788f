"""Bytes from outside: bounded conditional requests, the address guard, pace and robots. Knows nothing of feeds."""

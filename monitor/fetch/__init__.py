"""Bytes from outside: bounded conditional requests, the address guard, pace, robots; knows no feeds."""

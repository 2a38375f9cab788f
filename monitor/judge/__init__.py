"""Judgements with their reasons: relevance, copies, stories, novelty, due times. Pure: no I/O, no clock."""

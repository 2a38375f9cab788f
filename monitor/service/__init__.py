"""The conductor: polls, ingests, sends, fills in the past. Calls the stations, computes nothing itself."""

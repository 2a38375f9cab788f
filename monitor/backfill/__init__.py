"""The past: each provider says which requests to make and which links an answer holds. Pure."""

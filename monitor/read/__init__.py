"""Bytes to records: feeds, pages, sitemaps, dates and addresses. Pure; runs inside the sandbox."""

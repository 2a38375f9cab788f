"""Which providers there are, and which one a source's ``backfill`` table asks for."""

from __future__ import annotations

from monitor.backfill.paged import PagedProvider
from monitor.backfill.plan import Provider
from monitor.backfill.sitemaps import SitemapProvider
from monitor.model import BackfillRoute, Source

NAMES = ("sitemap", "paged")


def provider(route: BackfillRoute, source: Source) -> Provider:
    """Return the provider of one route; the configuration has checked its name."""
    if route.provider == "sitemap":
        return SitemapProvider.of(route)
    return PagedProvider.of(route, source)

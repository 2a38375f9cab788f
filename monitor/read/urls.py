"""Addresses: the key under which one article is known, and which links are worth keeping at all.

Rules of the key, each because feeds, pages and shares of one article differ in nothing else: scheme
``https``; host in lower case and punycode without default port and trailing dot; no fragment, no tracking
parameters, the rest sorted; no ``/amp``, no trailing slash, no session id. ``www.`` is kept: with and
without it are two hosts, and a site that serves both names one of them canonical.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

MAX_URL = 4_000
"""Characters of an address that is kept; Google News links reach 700, browsers stop at 2,000 to 64,000."""

_TRACKING = re.compile(
    r"(?:utm_?\w*|at_(?:medium|campaign|custom\w*|link\w*|ptr\w*|format|bbc\w*)|mc_[ce]id|pk_\w+|mtm_\w+|ns_\w+|hsa_\w+|"
    r"fb_(?:action|source|ref)\w*|wt[._]\w+|__twitter\w*|_hs\w+|__hs\w+|ga_\w+|trk\w*|sc_\w+id|"
    r"fbclid|gclid|gclsrc|gbraid|wbraid|dclid|yclid|ysclid|msclkid|twclid|ttclid|igshid|li_fat_id|clid|vero_id|wickedid|"
    r"_openstat|roistat|from|ref|ref_src|ref_url|referrer|referer|src|rss|rssid|feed_id|cmp|cmpid|cmp_id|ocid|ncid|n_cid|"
    r"icid|cid_source|ito|iref|xtor|spm|smid|smtyp|partner|ftag|taid|guccounter|guce_\w+|soc_\w+|share|shared|sr_share|"
    r"amp|outputtype|_ga|_gl|_gid|__s|s_cid|mbid|mkt_tok|cx_\w+|traffic_source|campaign_id|sfnsn|fsp_sid|"
    r"utmsource|utmmedium|utmcampaign)",
    re.IGNORECASE,
)
"""Parameters that say where a reader came from, never which article: those of Google, Meta, Yandex,
Microsoft, X, Piwik/Matomo, HubSpot, Marketo, AT Internet, Adobe, and of BBC, Asahi, Nikkei, Yahoo and
other outlets' own feeds."""

_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)
_TAIL = re.compile(r"/(?:amp/?)?$", re.IGNORECASE)
_SLASHES = re.compile(r"/{2,}")
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\Z")
_DEFAULT_PORTS = {80, 443}
_PATH_SAFE = "/:@!$&'()*+,;=-._~"


def clean(url: str) -> str:
    """Return the key of an address: equal for all addresses of one article on one site (module docstring).

    A key, not an address to fetch: http becomes https. ``""`` for what is no http(s) address.
    """
    if usable(url) is None:
        return ""
    parts = urlsplit(_no_blanks(url))
    name = host(url)
    port = _port(parts.netloc)
    path = _TAIL.sub("", _SLASHES.sub("/", _SESSION.sub("", parts.path)))
    path = quote(unquote(path, errors="surrogateescape"), safe=_PATH_SAFE, errors="surrogateescape")
    query = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
        if not _TRACKING.fullmatch(name)
    )
    where = f"[{name}]" if ":" in name else name
    return f"https://{where}{f':{port}' if port and port not in _DEFAULT_PORTS else ''}{path}" + (
        "?" + urlencode(query, errors="surrogateescape") if query else ""
    )


def host(url: str) -> str:
    """Return the host in lower case and punycode, without port; ``""`` where there is none."""
    try:
        name = urlsplit(_no_blanks(url)).hostname or ""
    except ValueError:
        return ""
    return _ascii_host(name.rstrip(".").lower())


def absolute(link: str, base: str) -> str | None:
    """Return the http(s) address a link names, resolved but not cleaned; None where unusable."""
    link = _no_blanks(link)
    if not link or (" " in link and not link.lower().startswith(("http://", "https://", "/"))):
        return None
    if link.lower().startswith(("http://", "https://")):
        return usable(link)
    try:
        joined = urljoin(base, link) if base else link
    except ValueError:
        return None
    return usable(joined)


def usable(url: str) -> str | None:
    """Return the address if it is http(s) with a possible host and no user name; else None."""
    url = _no_blanks(url)
    if not url or len(url) > MAX_URL or not url.isprintable():
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or "@" in parts.netloc or port == 0:
        return None
    return url if _possible(host(url)) else None


def same_site(one: str, other: str) -> bool:
    """Return True when two addresses share their registrable part, told by the last two or three labels.

    No public suffix list: a label pair such as ``co.jp`` or ``com.cn`` counts as one label.
    """
    return bool(site(one)) and site(one) == site(other)


def site(url: str) -> str:
    """Return the last two labels of the host, three where the second level is a registry (``co.jp``)."""
    name = host(url)
    if _is_address(name):
        return name
    labels = name.split(".")
    wide = len(labels) > 2 and len(labels[-1]) == 2 and (labels[-2] in _REGISTRIES or len(labels[-2]) <= 2)
    return ".".join(labels[-3:] if wide else labels[-2:])


_REGISTRIES = frozenset(
    {"com", "net", "org", "gov", "edu", "ac", "co", "go", "ne", "or", "lg", "ed", "gr", "ad", "info"}
)


def _no_blanks(url: str) -> str:
    """Return the address without blanks around it and without line ends and tabs inside (WHATWG URL)."""
    return url.strip().replace("\n", "").replace("\r", "").replace("\t", "")


def _ascii_host(name: str) -> str:
    """Return a host name in punycode; as it is where that fails."""
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _possible(name: str) -> bool:
    """Return True when a host is an address or consists of DNS labels."""
    return bool(name) and len(name) <= 253 and (_is_address(name) or _HOST.match(name) is not None)


def _is_address(name: str) -> bool:
    """Return True for an IPv4 or IPv6 address."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _port(netloc: str) -> int | None:
    """Return the explicit port of an address already found usable."""
    digits = netloc.rpartition(":")[2]
    return int(digits) if digits.isdigit() and not netloc.endswith("]") else None

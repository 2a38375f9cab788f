"""Records that travel along the road: frozen, typed, without behaviour that needs a clock, disk or network.

Times are aware datetimes in UTC. Texts are NFC, without control characters. Enums are what the store keeps.
Every stage takes records from here and returns records from here; database rows never leave ``db``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

LANGUAGES = ("en", "ru", "ja")
"""Languages the shipped topic is judged in; other languages are stored and judged by names alone."""


# ------------------------------------------------------------------------------------------- sources


class SourceKind(StrEnum):
    """How a source is read."""

    FEED = "feed"
    SITEMAP = "sitemap"
    SEARCH = "search"


class Terms(StrEnum):
    """What the publisher's terms allow, as documented by others (``domain/feeds.md``)."""

    FREE = "free"
    ATTRIBUTION = "attribution"
    PERSONAL = "personal"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class BackfillRoute:
    """One way into the past of a source: provider name and its parameters."""

    provider: str
    """``sitemap`` or ``paged`` (see ``monitor/backfill``)."""
    options: tuple[tuple[str, str], ...] = ()
    """Provider parameters as written, for example ``("url", "https://…?date_start={date}")``."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Where a site keeps title, date and body, as CSS, within dates: data instead of code."""

    title: str = ""
    date: str = ""
    body: str = ""
    drop: str = ""
    """Elements removed before the body is read."""
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A configured feed, sitemap or search."""

    id: str
    name: str
    url: str
    lang: str
    """ISO 639-1 of what it publishes; ``""`` where it mixes."""
    country: str = ""
    """ISO 3166 alpha-2 of the outlet; prior for the relevance rules and label in the digest."""
    kind: SourceKind = SourceKind.FEED
    poll_minutes: int = 60
    fetch_articles: bool = True
    enabled: bool = True
    essential: bool = False
    affiliation: str = ""
    """``government``, ``official``, ``state``, ``independent`` or empty."""
    family: str = ""
    """Publisher family: outlets of one family are one origin."""
    tz_fix: str = ""
    """``+03:00``-style offset or IANA name that replaces the zone the feed claims."""
    window_hours: float | None = None
    """How long an item stays in the feed."""
    terms: Terms = Terms.FREE
    note: str = ""
    robots: str = "respect"
    """``respect`` or ``ignore``."""
    fast: bool = False
    """Lifts the 15-minute floor of ``poll_minutes``."""
    selectors: tuple[Selector, ...] = ()
    backfill: tuple[BackfillRoute, ...] = ()


# ------------------------------------------------------------------------------------------- fetch


class FetchKind(StrEnum):
    """What became of one request. Everything but OK and NOT_MODIFIED is a failure."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    EMPTY = "empty"
    """200 with no body, or only blanks."""
    TRUNCATED = "truncated"
    """The body ended before its declared or compressed end; what came is in ``body``."""
    TOO_LARGE = "too_large"
    """The size limit was reached (after decompression); what came is in ``body``."""
    TOO_SLOW = "too_slow"
    """The total deadline passed."""
    BAD_ENCODING = "bad_encoding"
    """The declared content coding could not be undone."""
    REFUSED = "refused"
    """401 or 403."""
    NOT_FOUND = "not_found"
    GONE = "gone"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    """503."""
    SERVER_ERROR = "server_error"
    CLIENT_ERROR = "client_error"
    """Other 4xx."""
    LEGAL_BLOCK = "legal_block"
    """451."""
    BAD_REDIRECT = "bad_redirect"
    """Loop, more than five hops, downgrade to http, missing or unusable target."""
    PRIVATE_ADDRESS = "private_address"
    """The address guard refused the host."""
    ROBOTS = "robots"
    """robots.txt does not admit us."""
    DNS = "dns"
    CONNECT = "connect"
    """Refused, reset or unreachable at TCP."""
    TIMEOUT = "timeout"
    TLS = "tls"
    PROTOCOL = "protocol"
    """The peer does not speak HTTP, or broke off."""
    NOT_A_FEED = "not_a_feed"
    """Set by the reader: 200, but HTML, an error page or something else."""
    PARSE_LOST = "parse_lost"
    """Set by the conductor: the sandbox lost this document (limit, deadline, crash)."""


class Health(StrEnum):
    """The named state a source is in after its last poll."""

    NEVER = "never"
    """Not polled yet."""
    OK = "ok"
    EMPTIED = "emptied"
    """Answers 200 with no entries where there were many."""
    FROZEN = "frozen"
    """Answers, but its newest entry is older than 30 days."""
    EMPTY = "empty"
    NOT_A_FEED = "not_a_feed"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    REFUSED = "refused"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    NOT_FOUND = "not_found"
    GONE = "gone"
    BLOCKED_HERE = "blocked_here"
    """DNS, refusal by network or law: the outlet may be well, this network does not reach it."""
    FAILING = "failing"
    """Timeouts, server errors, TLS, protocol errors."""
    DISABLED = "disabled"
    WAITING = "waiting"
    """Switched off until ``personal_use`` is set."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """One hop: status and where it led."""

    status: int
    url: str


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes the next request conditional; bound to the URL it was received from."""

    url: str
    etag: str | None = None
    """Exact bytes, quotes and ``W/`` included."""
    last_modified: str | None = None
    """Verbatim, even if it is not a date."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One request with all its redirects, as a value."""

    url: str
    kind: FetchKind
    at: datetime
    """When the request was started."""
    status: int | None = None
    """Status of the last answer; None where none came."""
    final_url: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    """Header fields of the last answer, names in lower case, in order."""
    body: bytes = b""
    """Decoded body, never above the limit."""
    redirects: tuple[Redirect, ...] = ()
    retry_after_s: float | None = None
    """From Retry-After, both forms, clipped to 0 … 7 days; None where absent or unreadable."""
    server_time: datetime | None = None
    """The Date header."""
    elapsed_s: float = 0.0
    detail: str = ""
    """One sentence for the operator: what happened."""
    body_sha256: str = ""
    conditional: bool = False
    """True when the request that was answered last carried validators."""

    def header(self, name: str) -> str | None:
        """Return the first field of that name (case-insensitive), else None."""
        name = name.lower()
        return next((value for key, value in self.headers if key == name), None)

    @property
    def complete(self) -> bool:
        """Return True when the whole body came."""
        return self.kind is FetchKind.OK

    @property
    def usable(self) -> bool:
        """Return True when there is a body worth reading, whole or cut off."""
        return bool(self.body) and self.kind in {FetchKind.OK, FetchKind.TRUNCATED, FetchKind.TOO_LARGE}


@dataclass(frozen=True, slots=True)
class FeedHints:
    """Wishes of the server about pace; all only lengthen (polling-etiquette C3 to C5)."""

    ttl_minutes: float | None = None
    sy_period_s: float | None = None
    skip_hours: frozenset[int] = frozenset()
    """0-23, GMT."""
    skip_days: frozenset[int] = frozenset()
    """0 = Monday … 6 = Sunday."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered of a source between polls; one row, replaced as a whole by ``judge.due``."""

    source_id: str
    url: str
    """The configured URL this state belongs to; another URL in the configuration starts afresh."""
    validators: Validators | None = None
    body_sha256: str = ""
    """Of the last complete body whose entries were committed."""
    next_due: datetime | None = None
    """None: due at once."""
    last_attempt: datetime | None = None
    last_success: datetime | None = None
    last_new_entry: datetime | None = None
    newest_entry: datetime | None = None
    """Newest claimed time among the entries of the last document."""
    entries_last: int = 0
    """Entries in the last complete document."""
    failures: int = 0
    """Consecutive."""
    failing_since: datetime | None = None
    health: Health = Health.NEVER
    kind: FetchKind | None = None
    """Of the last attempt."""
    detail: str = ""
    unconditional: int = 0
    """Requests without validators in its life."""
    moved_to: str = ""
    moved_count: int = 0
    moved_since: datetime | None = None
    """A permanent redirect seen again and again (polling-etiquette D2)."""
    stopped: bool = False
    """410: not polled, but for a probe once a week."""
    full_at: datetime | None = None
    """Last complete 200: a week after it one request goes without validators (polling-etiquette B10)."""
    hints: FeedHints = FeedHints()
    """Wishes of the last document that was read, kept for the answers without one (304)."""


# ------------------------------------------------------------------------------------------- read


@dataclass(frozen=True, slots=True)
class Claim:
    """A time somebody claims, with what weakens it."""

    at: datetime | None
    """UTC; None where nothing could be read."""
    raw: str = ""
    zone: str = ""
    """Offset as claimed or assumed, ``+09:00``; empty where unknown."""
    weak: str = ""
    """Empty for a good clock; else ``no_zone``, ``no_time``, ``future``, ``unreadable``, ``ancient``,
    ``zone_replaced``, ``contradicted``, ``lastmod`` or ``capture``."""


NO_CLAIM = Claim(at=None)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed said about one item. Text fields are plain text, ready to be stored."""

    key: str
    """Identity within its source: ``g:`` + guid, else ``u:`` + URL as given, else ``h:`` + content hash."""
    guid: str = ""
    url: str | None = None
    """Absolute, as the feed gave it (relative links resolved), never cleaned; None where absent."""
    title: str = ""
    summary: str = ""
    content: str = ""
    """Full text where the feed carries it, paragraphs separated by an empty line; else empty."""
    published: Claim = NO_CLAIM
    updated: Claim = NO_CLAIM
    lang: str = ""
    author: str = ""
    origin_name: str = ""
    """``<source>`` of aggregators: the outlet the item is from."""
    origin_url: str = ""
    content_hash: str = ""
    """sha256 hex (first 32) of title, summary, content and URL: changes when the outlet edits the entry."""


class FeedFormat(StrEnum):
    """What a document turned out to be."""

    RSS = "rss"
    ATOM = "atom"
    RDF = "rdf"
    JSON = "json"
    SITEMAP = "sitemap"
    NOT_A_FEED = "not_a_feed"


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed after reading: entries in document order, keys unique."""

    format: FeedFormat
    title: str = ""
    lang: str = ""
    entries: tuple[Entry, ...] = ()
    hints: FeedHints = FeedHints()
    links: tuple[tuple[str, str], ...] = ()
    """(rel, absolute URL) of the document: next, prev-archive, current, hub, self …"""
    archive: bool = False
    complete_feed: bool = False
    """``fh:archive`` and ``fh:complete`` of RFC 5005."""
    note: str = ""
    """What was wrong and tolerated, or why it is no feed."""
    discovered: tuple[str, ...] = ()
    """Feed addresses that an HTML answer names."""
    capped: bool = False
    """More entries stood in the document than are kept (the newest are kept)."""
    cut_off: bool = False
    """The document ended before its root element did; only complete entries are here."""


@dataclass(frozen=True, slots=True)
class Page:
    """A fetched article page after reading."""

    title: str = ""
    text: str = ""
    """Body, paragraphs separated by an empty line; empty where none was found."""
    description: str = ""
    published: Claim = NO_CLAIM
    modified: Claim = NO_CLAIM
    canonical_url: str | None = None
    lang: str = ""
    site_name: str = ""
    author: str = ""
    noindex: bool = False
    """``noindex``, ``nosnippet`` or ``noarchive``: keep link and title only (polling-etiquette E7)."""
    method: str = ""
    """How the body was found: ``rule``, ``trafilatura``, ``paragraphs`` or empty."""
    paywalled: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class SitemapLink:
    """One ``<url>`` or ``<sitemap>`` of a sitemap."""

    url: str
    lastmod: Claim = NO_CLAIM
    title: str = ""
    published: Claim = NO_CLAIM
    """``news:publication_date``."""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap after reading: children for an index, links for an urlset."""

    is_index: bool = False
    links: tuple[SitemapLink, ...] = ()
    note: str = ""
    """Why it is none, or what was tolerated."""
    valid: bool = True


# ------------------------------------------------------------------------------------------- text


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in reading order."""

    text: str
    """Verbatim."""
    part: str
    """``title``, ``summary`` or ``body``."""
    paragraph: int
    """0-based within its part."""
    folded: str
    """For matching: NFKC, casefold, ё→е, quotes and dashes unified, blanks collapsed."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text cut and folded once, for every judgement after it."""

    lang: str
    """``en``, ``ru``, ``ja``, or another ISO 639-1 code, or ``""`` where unknown."""
    title: str
    summary: str
    body: str
    sentences: tuple[Sentence, ...]
    """Title, summary and body in reading order; a summary repeated in the body is left out."""
    normal: str
    """Normal form of the body (else the summary): letters and digits only, see ``text.normal``."""
    words: int
    """Words of the body, else of the summary (characters / 2 for Japanese)."""
    version: int
    """Version of the normal form."""


# ------------------------------------------------------------------------------------------- judge


class Level(StrEnum):
    """How an entry stands to the topic."""

    RELEVANT = "relevant"
    NEAR = "near"
    OFF_TOPIC = "off_topic"


class Relation(StrEnum):
    """What an article is to what is known (DESIGN §2 and §6)."""

    COPY = "copy"
    UPDATE = "update"
    REWRITE = "rewrite"
    NEW = "new"
    RESTATEMENT = "restatement"
    BACKGROUND = "background"
    NEAR = "near"
    OFF_TOPIC = "off_topic"


@dataclass(frozen=True, slots=True)
class Hit:
    """One rule hit: which concept, by which words, where."""

    concept: str
    text: str
    part: str
    sentence: int
    """Index into ``Prepared.sentences``."""
    start: int
    end: int
    """Span within that sentence's ``folded``."""


@dataclass(frozen=True, slots=True)
class Relevance:
    """The answer of the relevance rules, with its evidence."""

    level: Level
    score: float
    """0 … 1; the line between relevant and not is 0.5."""
    rule: str
    """Name of the deciding rule: ``R1`` … ``R5``, ``N1`` …, ``none``."""
    reason: str
    """One sentence a desk officer understands."""
    review: bool = False
    """True when the page should be read before the answer stands."""
    suspect: bool = False
    """True when a page is worth reading on suspicion only: the text names nothing, and may be oblique."""
    hits: tuple[Hit, ...] = ()
    threads: tuple[str, ...] = ()
    """Sub-threads touched, for tags and sections."""


class Direction(StrEnum):
    """How a copy stands to its original."""

    EQUAL = "equal"
    SHORTENED = "shortened"
    EXTENDED = "extended"
    EMBEDS = "embeds"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Change:
    """A difference that makes a copy an update."""

    kind: str
    """``number``, ``date``, ``quote``, ``negation`` or ``name``."""
    old: str
    new: str
    sentence: str = ""
    """The new article's sentence, verbatim."""


@dataclass(frozen=True, slots=True)
class Match:
    """A known article whose text was found again, with figures."""

    known: str
    """Reference: ``seed:N`` or ``article:ID``."""
    share: float
    """Containment of the smaller set over rare shingles, 0 … 1."""
    share_of_new: float
    share_of_known: float
    direction: Direction
    shared: int
    """Rare shingles in common."""
    changes: tuple[Change, ...] = ()


class NoveltyLabel(StrEnum):
    """What a sentence adds."""

    KNOWN = "known"
    NEW_WORDING = "new_wording"
    NEW_FACT = "new_fact"
    FURNITURE = "furniture"


@dataclass(frozen=True, slots=True)
class JudgedSentence:
    """One sentence with its label, the reason, and the closest known sentence or note."""

    position: int
    text: str
    label: NoveltyLabel
    reason: str = ""
    closest: str = ""
    closest_ref: str = ""
    """``seed:N`` or ``article:ID``."""
    anchors: tuple[str, ...] = ()
    """New facts in it: ``number:74``, ``person:rudenko``, ``date:2025-04-08``, ``negation`` …"""
    closeness: float = 1.0
    """How near the closest known one is, 0 … 1 (``judge.nearest``)."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words somebody is reported to have said."""

    speaker: str
    """Concept id or name as printed; empty where not stated."""
    words: str
    verb: str = ""
    addressee: str = ""
    lang: str = ""
    sentence: int = -1


@dataclass(frozen=True, slots=True)
class Origin:
    """Who really produced a text, as opposed to the outlet that prints it, with the evidence."""

    name: str
    """Of the agency, else of the outlet."""
    agency: str = ""
    """Id of the agency (``monitor/topic/agencies.toml``); empty for an outlet's own text."""
    family: str = ""
    """Publisher family: what comes from one family is one origin."""
    how: str = "outlet"
    """``dateline``, ``signed`` (its text), ``relayed`` (rests on it), ``agency`` (is it) or ``outlet``."""
    evidence: str = ""
    """The words that say so, as printed; empty where none are needed."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided on an article, with the reason."""

    relation: Relation
    level: Level
    reason: str
    """Sentences a desk officer understands, figures included."""
    rules_version: str
    """Version of rules and topic that decided: changes when either does."""
    relevance: Relevance
    duplicate_of: str | None = None
    """``seed:N`` or ``article:ID``; set for copies, updates and rewrites."""
    match: Match | None = None
    story: str | None = None
    """``seed:N`` for a seed's event, ``story:ID`` for a stored one, None: opens its own."""
    story_reason: str = ""
    sentences: tuple[JudgedSentence, ...] = ()
    quotes: tuple[Quote, ...] = ()
    figures: tuple[tuple[str, float], ...] = ()
    """Named numbers the decision used."""
    island_names: tuple[str, ...] = ()
    """Which names the outlet uses for the islands, stored and shown, never used for matching."""
    origin: Origin | None = None
    """Who produced the text; None off the topic."""
    positions: tuple[str, ...] = ()
    """Known positions that title or lead have somebody take: ``person:peskov refuse-talks``."""


@dataclass(frozen=True, slots=True)
class Article:
    """Title, text, times and language: what is judged and kept."""

    id: int | None
    """None before it is stored."""
    source_id: str
    outlet: str
    url: str | None
    """As the feed gave it."""
    title: str
    summary: str
    body: str
    lang: str
    country: str = ""
    final_url: str | None = None
    canonical_url: str | None = None
    published: Claim = NO_CLAIM
    first_seen: datetime | None = None
    server_time: datetime | None = None
    text_from: str = "feed"
    """``page``, ``feed`` or ``title``: how much was readable."""
    affiliation: str = ""
    family: str = ""
    origin_name: str = ""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of an article's text for recognising it again."""

    algorithm: int
    lang: str
    shingles: frozenset[int]
    """Signed 64-bit hashes of all shingles."""
    sampled: tuple[int, ...]
    """The sampled part, sorted, looked up in the table."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What an article is about, blind to language: for rewrites, stories and restatements.

    Terms are strings with a kind prefix: ``person:peskov``, ``island:kunashiri``, ``number:74``,
    ``date:2025-04-08``, ``act:refuse-talks``, ``thread:graves``, ``body:mfa_ru``, ``w:<stem>``.
    """

    lang: str
    terms: tuple[tuple[str, float], ...]
    """(term, weight) sorted by term."""
    quotes: tuple[str, ...] = ()
    """Hashes of normalised quotes."""
    sentence_hashes: tuple[int, ...] = ()
    """Signed 64-bit hashes of the normal form of each sentence, for furniture and repeated lines."""
    anchors: tuple[str, ...] = ()
    """Facts: numbers, dates, people, places, bodies, quotes, negations (see ``judge.novelty``)."""


@dataclass(frozen=True, slots=True)
class KnownFact:
    """One fact of a seed, in our own words."""

    note: str
    anchors: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GuardPoint:
    """A number, date, name or negation of a known text, with hashes of the letters around it: no words.

    What the change guard needs to find the same place in a copy (see ``judge.changes``).
    """

    kind: str
    """``number``, ``date``, ``name`` or ``negation``."""
    value: str
    """Blind to spelling: ``74``, ``2025-04-08``, ``not``."""
    text: str
    """As printed: ``74 percent``, ``8 April 2025``, ``no``."""
    at: int
    """Letters of the normal form before it."""
    left: tuple[int, ...] = ()
    """Signed 64-bit hashes of runs that end at it and ever further before it."""
    right: tuple[int, ...] = ()
    """The same after it."""


@dataclass(frozen=True, slots=True)
class Seed:
    """One of the first known articles: fingerprints and facts, no text."""

    number: int
    """0 … N-1; ``seed:N`` everywhere."""
    title: str
    outlet: str
    url: str | None
    published: Claim
    lang: str
    fingerprint: Fingerprint
    traits: Traits
    facts: tuple[KnownFact, ...] = ()
    words: int = 0
    event_from: datetime | None = None
    event_until: datetime | None = None
    """Days on which the event of this seed was news."""
    guard: tuple[GuardPoint, ...] = ()
    """Numbers, dates and negations, in reading order, for the change guard."""


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """A stored article as the judges see it: a seed or an earlier article."""

    ref: str
    """``seed:N`` or ``article:ID``."""
    title: str
    lang: str
    outlet: str
    at: datetime | None
    """Claimed time, else first seen."""
    fingerprint: Fingerprint | None
    traits: Traits | None
    story: str | None = None
    duplicate_of: str | None = None
    family: str = ""
    prepared: Prepared | None = None
    """Text cut and folded; None for seeds (their text is not kept)."""
    relation: Relation | None = None
    guard: tuple[GuardPoint, ...] = ()
    """What stands in for the text in the change guard where ``prepared`` is None."""


# ------------------------------------------------------------------------------------------- digest


class DeliveryKind(StrEnum):
    """What became of handing over one digest."""

    SENT = "sent"
    DEFERRED = "deferred"
    """Temporary refusal or unreachable: retried with back-off."""
    REFUSED = "refused"
    """Permanent refusal of this recipient."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The outcome of one attempt to deliver one digest."""

    kind: DeliveryKind
    detail: str = ""
    cause: str = ""
    """What stood in the way, in a word: ``auth``, ``tls``, ``name`` …; empty where nothing did."""
    unsure: bool = False
    """All of it was handed over and no answer came: the other side may have it."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets digests, how and when."""

    id: str
    """Stable: kind and address, ``file``, ``stdout``, ``email:desk@example.org``."""
    kind: str
    address: str = field(default="", repr=False)
    """Of mail, chat or folder; a chat's may hold a token, so that no trace may show it."""
    at: tuple[str, ...] = ("07:00",)
    """Local times ``HH:MM``."""
    days: str = "daily"
    """``daily``, ``weekdays``, or a day name ``mon`` … ``sun``."""
    zone: str = "UTC"
    language: str = "en"
    role: str = "reader"
    only: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """One digest in all its forms, made from the same data."""

    subject: str
    text: str
    html: str
    markdown: str
    data: dict[str, Any] = field(default_factory=dict)
    """The JSON form."""

"""The first schema.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
TABLES = (
    "verdict",
    "entry_revision",
    "trait",
    "story_member",
    "sentence",
    "sampled",
    "quote",
    "mark",
    "line",
    "entry",
    "digest_item",
    "article_url",
    "story",
    "source_state",
    "robots",
    "page",
    "meta",
    "look",
    "host_wait",
    "digest",
    "backfill_window",
    "article",
)
"""In an order that foreign keys allow."""


def upgrade() -> None:
    """Create all tables."""
    op.create_table(
        "article",
        sa.Column("id", ID, nullable=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("final_url", sa.Text(), nullable=True),
        sa.Column("canonical_url", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("published_at", TIME, nullable=True),
        sa.Column("published_raw", sa.Text(), nullable=False),
        sa.Column("published_zone", sa.Text(), nullable=False),
        sa.Column("published_weak", sa.Text(), nullable=False),
        sa.Column("first_seen", TIME, nullable=False),
        sa.Column("news_at", TIME, nullable=False),
        sa.Column("server_time", TIME, nullable=True),
        sa.Column("text_from", sa.Text(), nullable=False),
        sa.Column("affiliation", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("origin_name", sa.Text(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("algorithm", sa.Integer(), nullable=True),
        sa.Column("more", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_article"),
    )
    op.create_index("ix_article_first_seen", "article", ["first_seen"])
    op.create_index("ix_article_source_id_article_id", "article", ["source_id", "id"])
    op.create_table(
        "backfill_window",
        sa.Column("id", ID, nullable=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("provider", KEY, nullable=False),
        sa.Column("start_at", TIME, nullable=False),
        sa.Column("end_at", TIME, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("updated_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_backfill_window"),
        sa.UniqueConstraint("source_id", "provider", "start_at", "end_at", name="uq_backfill_window_span"),
    )
    op.create_table(
        "digest",
        sa.Column("id", ID, nullable=False),
        sa.Column("recipient_id", KEY, nullable=False),
        sa.Column("slot", KEY, nullable=False),
        sa.Column("period_from", TIME, nullable=True),
        sa.Column("period_to", TIME, nullable=False),
        sa.Column("built_at", TIME, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt", TIME, nullable=True),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_digest"),
        sa.UniqueConstraint("recipient_id", "slot", name="uq_digest_recipient_id_slot"),
    )
    op.create_index("ix_digest_state", "digest", ["state"])
    op.create_table(
        "host_wait",
        sa.Column("host", KEY, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_host_wait"),
    )
    op.create_table(
        "look",
        sa.Column("id", ID, nullable=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("new_entries", sa.Integer(), nullable=False),
        sa.Column("oldest_entry", TIME, nullable=True),
        sa.Column("newest_entry", TIME, nullable=True),
        sa.Column("elapsed_ms", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("discovered_via", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_look"),
    )
    op.create_index("ix_look_at", "look", ["at"])
    op.create_table(
        "meta",
        sa.Column("key", KEY, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )
    op.create_table(
        "page",
        sa.Column("url_key", KEY, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt", TIME, nullable=True),
        sa.Column("fetched_at", TIME, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("server_time", TIME, nullable=True),
        sa.Column("page", sa.LargeBinary(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("url_key", name="pk_page"),
    )
    op.create_table(
        "robots",
        sa.Column("origin", KEY, nullable=False),
        sa.Column("fetched_at", TIME, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_robots"),
    )
    op.create_table(
        "source_state",
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("validators_url", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("next_due", TIME, nullable=True),
        sa.Column("last_attempt", TIME, nullable=True),
        sa.Column("last_success", TIME, nullable=True),
        sa.Column("last_new_entry", TIME, nullable=True),
        sa.Column("newest_entry", TIME, nullable=True),
        sa.Column("entries_last", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", TIME, nullable=True),
        sa.Column("health", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("unconditional", sa.Integer(), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=False),
        sa.Column("moved_count", sa.Integer(), nullable=False),
        sa.Column("moved_since", TIME, nullable=True),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("full_at", TIME, nullable=True),
        sa.Column("more", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("source_id", name="pk_source_state"),
    )
    op.create_table(
        "story",
        sa.Column("id", ID, nullable=False),
        sa.Column("seed", sa.Integer(), nullable=True),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("merged_into", ID, nullable=True),
        sa.ForeignKeyConstraint(["merged_into"], ["story.id"], name="fk_story_merged_into"),
        sa.PrimaryKeyConstraint("id", name="pk_story"),
        sa.UniqueConstraint("seed", name="uq_story_seed"),
    )
    op.create_table(
        "article_url",
        sa.Column("key", KEY, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_article_url_article_id"),
        sa.PrimaryKeyConstraint("key", name="pk_article_url"),
    )
    op.create_index("ix_article_url_article_id", "article_url", ["article_id"])
    op.create_table(
        "digest_item",
        sa.Column("digest_id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_digest_item_article_id"),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name="fk_digest_item_digest_id"),
        sa.PrimaryKeyConstraint("digest_id", "article_id", name="pk_digest_item"),
    )
    op.create_index("ix_digest_item_article_id", "digest_item", ["article_id"])
    op.create_table(
        "entry",
        sa.Column("id", ID, nullable=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("url_hash", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("origin_name", sa.Text(), nullable=False),
        sa.Column("origin_url", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("latest_hash", sa.Text(), nullable=False),
        sa.Column("revisions", sa.Integer(), nullable=False),
        sa.Column("published_at", TIME, nullable=True),
        sa.Column("published_raw", sa.Text(), nullable=False),
        sa.Column("published_zone", sa.Text(), nullable=False),
        sa.Column("published_weak", sa.Text(), nullable=False),
        sa.Column("updated_at", TIME, nullable=True),
        sa.Column("updated_raw", sa.Text(), nullable=False),
        sa.Column("updated_zone", sa.Text(), nullable=False),
        sa.Column("updated_weak", sa.Text(), nullable=False),
        sa.Column("published_at_source", sa.Text(), nullable=False),
        sa.Column("first_seen", TIME, nullable=False),
        sa.Column("news_at", TIME, nullable=False),
        sa.Column("discovered_via", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt", TIME, nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("article_id", ID, nullable=True),
        sa.Column("more", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_entry_article_id"),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.UniqueConstraint("source_id", "key", name="uq_entry_source_id_key"),
    )
    op.create_index(
        "ix_entry_article_id",
        "entry",
        ["article_id"],
        sqlite_where=sa.text("article_id IS NOT NULL"),
        postgresql_where=sa.text("article_id IS NOT NULL"),
    )
    op.create_index(
        "ix_entry_pending",
        "entry",
        ["news_at"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_entry_url_hash", "entry", ["url_hash"])
    op.create_table(
        "line",
        sa.Column("article_id", ID, nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_line_article_id"),
        sa.PrimaryKeyConstraint("article_id", "hash", name="pk_line"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mark",
        sa.Column("id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_mark_article_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mark"),
    )
    op.create_index("ix_mark_article_id", "mark", ["article_id"])
    op.create_table(
        "quote",
        sa.Column("article_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Integer(), nullable=False),
        sa.Column("more", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_quote_article_id"),
        sa.PrimaryKeyConstraint("article_id", "position", name="pk_quote"),
    )
    op.create_table(
        "sampled",
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_sampled_article_id"),
        sa.PrimaryKeyConstraint("hash", "article_id", name="pk_sampled"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sentence",
        sa.Column("article_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("closest", sa.Text(), nullable=False),
        sa.Column("closest_ref", sa.Text(), nullable=False),
        sa.Column("anchors", sa.JSON(), nullable=False),
        sa.Column("more", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_sentence_article_id"),
        sa.PrimaryKeyConstraint("article_id", "position", name="pk_sentence"),
    )
    op.create_table(
        "story_member",
        sa.Column("id", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("left_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_story_member_article_id"),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name="fk_story_member_story_id"),
        sa.PrimaryKeyConstraint("id", name="pk_story_member"),
    )
    op.create_index("ix_story_member_story_id", "story_member", ["story_id"])
    op.create_index(
        "uq_story_member_current",
        "story_member",
        ["article_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "trait",
        sa.Column("term", KEY, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_trait_article_id"),
        sa.PrimaryKeyConstraint("term", "day", "article_id", name="pk_trait"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entry_revision",
        sa.Column("id", ID, nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_entry_revision_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_entry_revision"),
    )
    op.create_index("ix_entry_revision_entry_id", "entry_revision", ["entry_id"])
    op.create_table(
        "verdict",
        sa.Column("id", ID, nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rules_version", sa.Text(), nullable=False),
        sa.Column("duplicate_of", sa.Text(), nullable=True),
        sa.Column("story", sa.Text(), nullable=True),
        sa.Column("more", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_verdict_article_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_verdict_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_verdict"),
    )
    op.create_index(
        "ix_verdict_past_article",
        "verdict",
        ["article_id"],
        sqlite_where=sa.text("current = 0 AND article_id IS NOT NULL"),
        postgresql_where=sa.text("NOT current AND article_id IS NOT NULL"),
    )
    op.create_index(
        "ix_verdict_past_entry",
        "verdict",
        ["entry_id"],
        sqlite_where=sa.text("current = 0"),
        postgresql_where=sa.text("NOT current"),
    )
    op.create_index(
        "uq_verdict_current_article",
        "verdict",
        ["article_id"],
        unique=True,
        sqlite_where=sa.text("current = 1 AND article_id IS NOT NULL"),
        postgresql_where=sa.text("current AND article_id IS NOT NULL"),
    )
    op.create_index(
        "uq_verdict_current_entry",
        "verdict",
        ["entry_id"],
        unique=True,
        sqlite_where=sa.text("current = 1"),
        postgresql_where=sa.text("current"),
    )


def downgrade() -> None:
    """Drop all tables."""
    for table in TABLES:
        op.drop_table(table)

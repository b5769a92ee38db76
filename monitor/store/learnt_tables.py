"""The tables of what targets usually are: their fingerprints, how they changed, their counts."""

from typing import Final

TABLES: Final = """
CREATE TABLE trait (
    target TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    rank INTEGER NOT NULL,
    PRIMARY KEY (target, name, value)
) WITHOUT ROWID;
CREATE TABLE trait_past (
    target TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    rank INTEGER NOT NULL,
    left_at INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    displaced_by TEXT NOT NULL,
    PRIMARY KEY (target, name, value)
) WITHOUT ROWID;
CREATE TABLE fingerprint (
    target TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    since_at INTEGER NOT NULL,
    runs INTEGER NOT NULL,
    PRIMARY KEY (target, name)
) WITHOUT ROWID;
CREATE TABLE change (
    id INTEGER PRIMARY KEY,
    target TEXT NOT NULL,
    origin TEXT NOT NULL,
    name TEXT NOT NULL,
    probe TEXT NOT NULL,
    was TEXT NOT NULL,
    became TEXT NOT NULL,
    first INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    before_at INTEGER,
    found_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    deploy INTEGER,
    incident INTEGER REFERENCES incident (id),
    settled_at INTEGER
);
CREATE INDEX change_unsettled ON change (id) WHERE settled_at IS NULL;
CREATE INDEX change_seen ON change (seen_at);
CREATE INDEX change_incident ON change (incident) WHERE incident IS NOT NULL;
CREATE TABLE tally (
    probe INTEGER NOT NULL REFERENCES probe (key),
    what TEXT NOT NULL,
    hour_at INTEGER NOT NULL,
    below INTEGER NOT NULL,
    runs INTEGER NOT NULL,
    total INTEGER NOT NULL,
    lowest INTEGER NOT NULL,
    highest INTEGER NOT NULL,
    PRIMARY KEY (probe, what, hour_at, below)
) WITHOUT ROWID;
"""

FRESH: Final = """
ALTER TABLE trait ADD COLUMN fresh_at INTEGER;
UPDATE trait SET fresh_at =
    (SELECT max(found_at) FROM change WHERE settled_at IS NULL AND change.target = trait.target
        AND change.name = trait.name AND change.became = trait.value);
"""

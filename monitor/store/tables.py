"""The tables as the first versions made them. Later ones stand with what they are for."""

from typing import Final

FIRST: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE probe (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    first_run_at INTEGER,
    tombstoned_at INTEGER
);
CREATE TABLE run (
    probe INTEGER NOT NULL REFERENCES probe (key),
    location TEXT NOT NULL,
    slot INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    took_us INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    phases TEXT,
    note TEXT,
    PRIMARY KEY (probe, location, slot)
) WITHOUT ROWID;
CREATE TABLE rollup_1d (
    probe INTEGER NOT NULL REFERENCES probe (key),
    location TEXT NOT NULL,
    day TEXT NOT NULL,
    pass INTEGER NOT NULL DEFAULT 0,
    slow INTEGER NOT NULL DEFAULT 0,
    fail INTEGER NOT NULL DEFAULT 0,
    error INTEGER NOT NULL DEFAULT 0,
    known_us INTEGER NOT NULL DEFAULT 0,
    down_us INTEGER NOT NULL DEFAULT 0,
    took_us INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (probe, location, day)
) WITHOUT ROWID;
CREATE TABLE incident (
    id INTEGER PRIMARY KEY,
    probe INTEGER NOT NULL REFERENCES probe (key),
    location TEXT NOT NULL,
    dedup_key TEXT NOT NULL UNIQUE,
    began_at INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    recovered_at INTEGER,
    resolved_at INTEGER,
    reason TEXT NOT NULL,
    summary TEXT NOT NULL,
    failed_step TEXT NOT NULL DEFAULT '',
    failures INTEGER NOT NULL
);
CREATE INDEX incident_open ON incident (resolved_at, began_at);
CREATE INDEX incident_of_probe ON incident (probe, began_at);
CREATE TABLE health (
    probe INTEGER NOT NULL REFERENCES probe (key),
    location TEXT NOT NULL,
    health TEXT NOT NULL,
    since_at INTEGER,
    slow_runs INTEGER NOT NULL,
    state TEXT NOT NULL,
    slot INTEGER,
    began_at INTEGER,
    failures INTEGER NOT NULL,
    passes INTEGER NOT NULL,
    recovered_at INTEGER,
    incident INTEGER REFERENCES incident (id),
    evidence_at INTEGER,
    last_good_at INTEGER,
    last_run_at INTEGER NOT NULL,
    last_outcome TEXT NOT NULL,
    last_reason TEXT,
    last_summary TEXT NOT NULL,
    last_took_us INTEGER NOT NULL,
    PRIMARY KEY (probe, location)
) WITHOUT ROWID;
CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    incident INTEGER NOT NULL REFERENCES incident (id),
    sequence INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    why TEXT NOT NULL,
    UNIQUE (incident, sequence)
);
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    incident INTEGER NOT NULL REFERENCES incident (id),
    event INTEGER NOT NULL REFERENCES event (id),
    channel TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL,
    delivered_at INTEGER,
    gave_up_at INTEGER,
    why TEXT NOT NULL DEFAULT '',
    UNIQUE (event, channel)
);
CREATE INDEX outbox_waiting ON outbox (channel, next_at)
    WHERE delivered_at IS NULL AND gave_up_at IS NULL;
CREATE TABLE artefact (
    id INTEGER PRIMARY KEY,
    probe INTEGER NOT NULL REFERENCES probe (key),
    slot INTEGER NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,
    bytes INTEGER NOT NULL,
    kept_at INTEGER NOT NULL
);
CREATE INDEX artefact_of_probe ON artefact (probe, slot);
"""

ATTENDED: Final = """
ALTER TABLE incident ADD COLUMN severity TEXT NOT NULL DEFAULT 'critical';
ALTER TABLE incident ADD COLUMN notice TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN told_at INTEGER;
ALTER TABLE incident ADD COLUMN withheld TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN under INTEGER REFERENCES incident (id);
ALTER TABLE incident ADD COLUMN look_at INTEGER;
ALTER TABLE incident ADD COLUMN reminders INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN reminded_at INTEGER;
ALTER TABLE incident ADD COLUMN stage INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN escalated_at INTEGER;
ALTER TABLE incident ADD COLUMN acknowledged_at INTEGER;
ALTER TABLE incident ADD COLUMN acknowledged_until INTEGER;
ALTER TABLE incident ADD COLUMN acknowledged_by TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN joined_at INTEGER;
ALTER TABLE incident ADD COLUMN circle TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN flapping INTEGER NOT NULL DEFAULT 0;
UPDATE incident SET told_at = opened_at;
UPDATE incident SET notice = coalesce((SELECT body FROM outbox
    WHERE outbox.incident = incident.id ORDER BY outbox.id LIMIT 1), '');
CREATE INDEX incident_circle ON incident (circle, opened_at);
CREATE INDEX incident_under ON incident (under) WHERE under IS NOT NULL;
ALTER TABLE health ADD COLUMN recent TEXT NOT NULL DEFAULT '';
ALTER TABLE health ADD COLUMN flapping INTEGER NOT NULL DEFAULT 0;
ALTER TABLE health ADD COLUMN grave INTEGER NOT NULL DEFAULT 1;
ALTER TABLE outbox ADD COLUMN fell_back_at INTEGER;
CREATE TABLE silence (
    id INTEGER PRIMARY KEY,
    probes TEXT NOT NULL,
    tags TEXT NOT NULL,
    reason TEXT NOT NULL,
    by TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE TABLE maintenance (
    id INTEGER PRIMARY KEY,
    probes TEXT NOT NULL,
    tags TEXT NOT NULL,
    title TEXT NOT NULL,
    by TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE TABLE public_update (
    id INTEGER PRIMARY KEY,
    incident INTEGER NOT NULL REFERENCES incident (id),
    at INTEGER NOT NULL,
    status TEXT NOT NULL,
    words TEXT NOT NULL,
    by TEXT NOT NULL
);
CREATE INDEX public_update_of_incident ON public_update (incident, at);
"""

ROLLUPS: Final = """
CREATE TABLE rollup_5m (
    probe INTEGER NOT NULL REFERENCES probe (key),
    location TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    pass INTEGER NOT NULL DEFAULT 0,
    slow INTEGER NOT NULL DEFAULT 0,
    fail INTEGER NOT NULL DEFAULT 0,
    error INTEGER NOT NULL DEFAULT 0,
    known_us INTEGER NOT NULL DEFAULT 0,
    down_us INTEGER NOT NULL DEFAULT 0,
    took_us INTEGER NOT NULL DEFAULT 0,
    histogram TEXT NOT NULL DEFAULT '{}',
    folded INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (probe, location, starts_at)
) WITHOUT ROWID;
CREATE INDEX rollup_5m_unfolded ON rollup_5m (starts_at) WHERE folded = 0;
CREATE TABLE rollup_1h (
    probe INTEGER NOT NULL REFERENCES probe (key),
    location TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    pass INTEGER NOT NULL DEFAULT 0,
    slow INTEGER NOT NULL DEFAULT 0,
    fail INTEGER NOT NULL DEFAULT 0,
    error INTEGER NOT NULL DEFAULT 0,
    known_us INTEGER NOT NULL DEFAULT 0,
    down_us INTEGER NOT NULL DEFAULT 0,
    took_us INTEGER NOT NULL DEFAULT 0,
    histogram TEXT NOT NULL DEFAULT '{}',
    folded INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (probe, location, starts_at)
) WITHOUT ROWID;
CREATE INDEX rollup_1h_unfolded ON rollup_1h (starts_at) WHERE folded = 0;
ALTER TABLE rollup_1d ADD COLUMN histogram TEXT NOT NULL DEFAULT '{}';
CREATE INDEX outbox_bodies ON outbox (delivered_at) WHERE body <> '' AND delivered_at IS NOT NULL;
"""

"""The tables of deploys, of what was fetched and done because of incidents."""

from typing import Final

TABLES: Final = """
CREATE TABLE deploy (
    id INTEGER PRIMARY KEY,
    service TEXT NOT NULL,
    version TEXT NOT NULL,
    previous TEXT NOT NULL DEFAULT '',
    previous_told INTEGER NOT NULL DEFAULT 0,
    environment TEXT NOT NULL DEFAULT '',
    by TEXT NOT NULL DEFAULT '',
    url TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL
);
CREATE INDEX deploy_at ON deploy (at);
CREATE INDEX deploy_of_service ON deploy (service, at);
CREATE TABLE forgotten_deploy (
    id INTEGER PRIMARY KEY,
    service TEXT NOT NULL,
    version TEXT NOT NULL,
    environment TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    forgotten_by TEXT NOT NULL,
    forgotten_at INTEGER NOT NULL
);
CREATE TABLE change_letter (
    deploy INTEGER NOT NULL REFERENCES deploy (id),
    channel TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    first_tried_at INTEGER,
    next_at INTEGER NOT NULL,
    delivered_at INTEGER,
    gave_up_at INTEGER,
    why TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (deploy, channel)
) WITHOUT ROWID;
CREATE INDEX change_letter_waiting ON change_letter (next_at)
    WHERE delivered_at IS NULL AND gave_up_at IS NULL;
CREATE TABLE capture (
    id INTEGER PRIMARY KEY,
    incident INTEGER NOT NULL REFERENCES incident (id),
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    since_at INTEGER NOT NULL,
    planned_at INTEGER NOT NULL,
    letters_wait_until INTEGER NOT NULL DEFAULT 0,
    started_at INTEGER,
    ended_at INTEGER,
    why TEXT NOT NULL DEFAULT '',
    lines INTEGER NOT NULL DEFAULT 0,
    dropped INTEGER NOT NULL DEFAULT 0,
    text TEXT NOT NULL DEFAULT '',
    UNIQUE (incident, name)
);
CREATE INDEX capture_due ON capture (state) WHERE state IN ('due', 'started');
CREATE TABLE action (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    mode TEXT NOT NULL,
    service TEXT NOT NULL,
    incident INTEGER REFERENCES incident (id),
    deploy INTEGER REFERENCES deploy (id),
    at INTEGER NOT NULL,
    decision TEXT NOT NULL,
    why TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT '',
    started_at INTEGER,
    ended_at INTEGER,
    answer TEXT NOT NULL DEFAULT '',
    output TEXT NOT NULL DEFAULT '',
    target TEXT NOT NULL DEFAULT '',
    verify_until INTEGER,
    verified_at INTEGER,
    verdict TEXT NOT NULL DEFAULT ''
);
CREATE INDEX action_of_incident ON action (incident);
CREATE INDEX action_under_way ON action (state) WHERE state = 'started';
CREATE UNIQUE INDEX action_once ON action (name, deploy, mode) WHERE decision = 'act';
"""

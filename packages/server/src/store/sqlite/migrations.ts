/**
 * The schema, as numbered steps that only go forward. `PRAGMA user_version` says how many have run. A step that was
 * released is never edited; a change is a new step. `application_id` marks the file as a Holdfast store.
 *
 * The log: a group commit is one `journal` row with the frames of all its threads. A thread's frames later move into
 * `segment` rows, many events in each. After each commit a record is in exactly one of the two, or in a journal row
 * that is kept for its other threads.
 */
import type { DatabaseSync } from 'node:sqlite'

/** "Hold" in ASCII. */
export const APPLICATION_ID = 0x486f6c64

export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE room (
    room_id    TEXT PRIMARY KEY,
    tenant     TEXT NOT NULL,
    owner      TEXT NOT NULL,
    title      TEXT NOT NULL,
    agent_id   TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX room_created ON room (tenant, created_at, room_id);

  CREATE TABLE thread (
    no         INTEGER PRIMARY KEY,
    room_id    TEXT NOT NULL REFERENCES room (room_id),
    thread_id  TEXT NOT NULL,
    tenant     TEXT NOT NULL,
    owner      TEXT NOT NULL,
    title      TEXT NOT NULL,
    status     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (room_id, thread_id)
  ) STRICT;
  CREATE INDEX thread_activity ON thread (room_id, updated_at, thread_id);

  CREATE TABLE run (
    /* The order of acceptance. */
    no          INTEGER PRIMARY KEY,
    thread      INTEGER NOT NULL REFERENCES thread (no),
    run_id      TEXT NOT NULL,
    tenant      TEXT NOT NULL,
    owner       TEXT NOT NULL,
    status      TEXT NOT NULL,
    accepted_at INTEGER NOT NULL,
    first_seq   INTEGER NOT NULL,
    last_seq    INTEGER,
    /* What else the RunRecord's arm holds, as JSON. */
    detail      TEXT NOT NULL,
    UNIQUE (thread, run_id)
  ) STRICT;
  CREATE INDEX run_queued ON run (thread, no) WHERE status = 'queued';
  CREATE INDEX run_live ON run (thread) WHERE status IN ('running', 'cancelling');

  /* Apart from the run, whose row changes often: a request may be large and never changes. */
  CREATE TABLE run_request (
    run  INTEGER PRIMARY KEY REFERENCES run (no),
    body TEXT NOT NULL
  ) STRICT;

  /* Cancels of runs that do not exist yet. */
  CREATE TABLE remembered_cancel (
    room_id   TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    run_id    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    cancel    TEXT NOT NULL,
    PRIMARY KEY (room_id, thread_id, run_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX remembered_cancel_at ON remembered_cancel (room_id, at);

  CREATE TABLE journal (
    id   INTEGER PRIMARY KEY,
    body BLOB NOT NULL
  ) STRICT;

  CREATE TABLE segment (
    thread    INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    crc       INTEGER NOT NULL,
    body      BLOB NOT NULL,
    PRIMARY KEY (thread, first_seq)
  ) STRICT, WITHOUT ROWID;

  /* The fold of a thread's log up to seq, as JSON. */
  CREATE TABLE checkpoint (
    thread INTEGER PRIMARY KEY,
    seq    INTEGER NOT NULL,
    body   TEXT NOT NULL
  ) STRICT;
  `,
  `
  /* The run that starts next, so that a claim need not fold the threads with queued runs. */
  ALTER TABLE thread ADD COLUMN next_run TEXT;
  UPDATE thread SET next_run = (
    SELECT run_id FROM run WHERE run.thread = thread.no AND run.status = 'queued' ORDER BY run.no LIMIT 1)
  WHERE NOT EXISTS (
    SELECT 1 FROM run WHERE run.thread = thread.no AND run.status IN ('running', 'cancelling'));
  CREATE INDEX thread_next ON thread (no) WHERE next_run IS NOT NULL;

  /* Title and agent from the creation, if they have changed since: a retried creation is compared with them. */
  ALTER TABLE thread ADD COLUMN made_title TEXT;
  ALTER TABLE room ADD COLUMN made TEXT;

  ALTER TABLE thread ADD COLUMN muted_until INTEGER;
  ALTER TABLE thread ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;

  /* Tombstones: nothing else is left of a deleted room or thread. deleted_seq is the position of thread.deleted. */
  ALTER TABLE room ADD COLUMN deleted_at INTEGER;
  ALTER TABLE thread ADD COLUMN deleted_at INTEGER;
  ALTER TABLE thread ADD COLUMN deleted_seq INTEGER;

  CREATE INDEX run_accepted ON run (tenant, accepted_at, no);

  /* Titles and messages: this table says whose each text is; the index has the words and stores no text of its own. */
  CREATE TABLE search_entry (
    no     INTEGER PRIMARY KEY,
    thread INTEGER NOT NULL REFERENCES thread (no),
    title  INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX search_entry_thread ON search_entry (thread);
  CREATE VIRTUAL TABLE search USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2');
  INSERT INTO search_entry (thread, title) SELECT no, 1 FROM thread;
  INSERT INTO search (rowid, text)
    SELECT search_entry.no, thread.title FROM search_entry JOIN thread ON thread.no = search_entry.thread;
  `,
  `
  /* The lifecycle log of each room. Anything from before this step is in the overview only. */
  ALTER TABLE room ADD COLUMN inbox_seq INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE inbox (
    /* The order of commits. */
    no        INTEGER PRIMARY KEY,
    room_id   TEXT NOT NULL,
    seq       INTEGER NOT NULL,
    thread_id TEXT,
    body      TEXT NOT NULL,
    UNIQUE (room_id, seq)
  ) STRICT;
  CREATE INDEX inbox_thread ON inbox (room_id, thread_id);
  CREATE INDEX thread_active ON thread (tenant, updated_at) WHERE status <> 'idle' AND deleted_at IS NULL;
  `,
  `
  /* With a number of its own, a row is appended after the last one. Keyed by thread and position, each large body was put
     between others: twice as many pages a commit, and whole bodies read to find the place. */
  CREATE TABLE moved (
    no        INTEGER PRIMARY KEY,
    thread    INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    crc       INTEGER NOT NULL,
    body      BLOB NOT NULL,
    UNIQUE (thread, first_seq)
  ) STRICT;
  INSERT INTO moved (thread, first_seq, last_seq, crc, body)
    SELECT thread, first_seq, last_seq, crc, body FROM segment ORDER BY thread, first_seq;
  DROP TABLE segment;
  ALTER TABLE moved RENAME TO segment;
  `,
  `
  /* One order for all inboxes, so a cursor is one position in it. AUTOINCREMENT: a number is never reused, even if the
     last entries were deleted. */
  CREATE TABLE moved (
    no        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant    TEXT NOT NULL,
    room_id   TEXT NOT NULL,
    thread_id TEXT,
    body      TEXT NOT NULL
  ) STRICT;
  INSERT INTO moved (no, tenant, room_id, thread_id, body)
    SELECT inbox.no, room.tenant, inbox.room_id, inbox.thread_id, inbox.body
    FROM inbox JOIN room ON room.room_id = inbox.room_id ORDER BY inbox.no;
  DROP TABLE inbox;
  ALTER TABLE moved RENAME TO inbox;
  CREATE INDEX inbox_tenant ON inbox (tenant, no);
  CREATE INDEX inbox_thread ON inbox (room_id, thread_id);
  ALTER TABLE room DROP COLUMN inbox_seq;

  /* Each opening of the store that wrote entries, and the last position before its first one. */
  CREATE TABLE inbox_generation (
    no    INTEGER PRIMARY KEY AUTOINCREMENT,
    id    TEXT NOT NULL UNIQUE,
    after INTEGER NOT NULL
  ) STRICT;

  /* Lists skip tombstones, and counts skip threads that are not counted, without reading them. */
  DROP INDEX room_created;
  CREATE INDEX room_present ON room (tenant, created_at, room_id) WHERE deleted_at IS NULL;
  DROP INDEX thread_activity;
  CREATE INDEX thread_present ON thread (room_id, updated_at, thread_id) WHERE deleted_at IS NULL;
  CREATE INDEX thread_counted ON thread (tenant, room_id, status)
    WHERE status IN ('working', 'needs_you') AND deleted_at IS NULL;
  `,
  `
  /* The agent belongs to the thread: the one that its last start named. */
  ALTER TABLE thread ADD COLUMN agent_id TEXT;
  UPDATE thread SET agent_id = (
    SELECT json_extract(run_request.body, '$.agentId') FROM run JOIN run_request ON run_request.run = run.no
    WHERE run.thread = thread.no AND json_extract(run_request.body, '$.agentFrom') IS NULL ORDER BY run.no DESC LIMIT 1);

  /* A room that never chose an agent follows the default. Before this step each room had a copy of it, which was demo. */
  UPDATE room SET agent_id = '' WHERE agent_id = 'demo' AND made IS NULL;

  /* The number of queued runs, and whether they wait for a person: before, such a thread looked busy. */
  ALTER TABLE thread ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE thread ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
  UPDATE thread SET waiting = (SELECT count(*) FROM run WHERE run.thread = thread.no AND run.status = 'queued');
  UPDATE thread SET paused = 1, status = CASE (
      SELECT run.status FROM run WHERE run.thread = thread.no AND run.last_seq IS NOT NULL ORDER BY run.last_seq DESC LIMIT 1)
    WHEN 'failed' THEN 'failed' ELSE 'needs_you' END
  WHERE status = 'queued' AND next_run IS NULL;
  `,
  `
  /* The process that owns the database: the one that opened it last (fence.ts). */
  CREATE TABLE owner (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    generation INTEGER NOT NULL,
    token      TEXT NOT NULL
  ) STRICT;
  `,
  `
  /* Lists of runs and of next runs need the agent, and not the whole request, which may be large. */
  ALTER TABLE run ADD COLUMN agent_id TEXT;
  UPDATE run SET agent_id = (SELECT json_extract(body, '$.agentId') FROM run_request WHERE run_request.run = run.no);
  CREATE INDEX run_of_thread ON run (thread, no);
  `,
  `
  /* Room ids are unique within a tenant, so ids of rooms and threads come with the tenant. Primary keys and unique
     columns are part of a table, so these tables are written again; threads keep their numbers. */
  CREATE TABLE moved (
    tenant     TEXT NOT NULL,
    room_id    TEXT NOT NULL,
    owner      TEXT NOT NULL,
    title      TEXT NOT NULL,
    agent_id   TEXT NOT NULL,
    made       TEXT,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (tenant, room_id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO moved SELECT tenant, room_id, owner, title, agent_id, made, created_at, deleted_at FROM room;
  DROP TABLE room;
  ALTER TABLE moved RENAME TO room;
  CREATE INDEX room_present ON room (tenant, created_at, room_id) WHERE deleted_at IS NULL;

  CREATE TABLE moved (
    no          INTEGER PRIMARY KEY,
    tenant      TEXT NOT NULL,
    room_id     TEXT NOT NULL,
    thread_id   TEXT NOT NULL,
    owner       TEXT NOT NULL,
    title       TEXT NOT NULL,
    made_title  TEXT,
    agent_id    TEXT,
    status      TEXT NOT NULL,
    waiting     INTEGER NOT NULL DEFAULT 0,
    paused      INTEGER NOT NULL DEFAULT 0,
    next_run    TEXT,
    muted_until INTEGER,
    archived    INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    deleted_at  INTEGER,
    deleted_seq INTEGER,
    UNIQUE (tenant, room_id, thread_id),
    FOREIGN KEY (tenant, room_id) REFERENCES room (tenant, room_id)
  ) STRICT;
  INSERT INTO moved
    SELECT no, tenant, room_id, thread_id, owner, title, made_title, agent_id, status, waiting, paused, next_run,
           muted_until, archived, created_at, updated_at, deleted_at, deleted_seq
    FROM thread;
  DROP TABLE thread;
  ALTER TABLE moved RENAME TO thread;
  CREATE INDEX thread_next ON thread (no) WHERE next_run IS NOT NULL;
  CREATE INDEX thread_active ON thread (tenant, updated_at) WHERE status <> 'idle' AND deleted_at IS NULL;
  CREATE INDEX thread_present ON thread (tenant, room_id, updated_at, thread_id) WHERE deleted_at IS NULL;
  CREATE INDEX thread_counted ON thread (tenant, room_id, status)
    WHERE status IN ('working', 'needs_you') AND deleted_at IS NULL;

  CREATE TABLE moved (
    tenant    TEXT NOT NULL,
    room_id   TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    run_id    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    cancel    TEXT NOT NULL,
    PRIMARY KEY (tenant, room_id, thread_id, run_id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO moved
    SELECT room.tenant, room_id, thread_id, run_id, at, cancel FROM remembered_cancel JOIN room USING (room_id);
  DROP TABLE remembered_cancel;
  ALTER TABLE moved RENAME TO remembered_cancel;
  CREATE INDEX remembered_cancel_at ON remembered_cancel (tenant, room_id, at);

  DROP INDEX inbox_thread;
  CREATE INDEX inbox_thread ON inbox (tenant, room_id, thread_id);
  `,
  `
  /* One person's settings of a thread. A mute used to be the thread's: it stays for everyone that the tenant knows of. */
  CREATE TABLE person_thread (
    thread      INTEGER NOT NULL REFERENCES thread (no),
    person      TEXT NOT NULL,
    muted_until INTEGER,
    PRIMARY KEY (thread, person)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO person_thread (thread, person, muted_until)
    SELECT thread.no, known.person, thread.muted_until
    FROM thread JOIN (
      SELECT tenant, owner AS person FROM room UNION SELECT tenant, owner FROM thread UNION SELECT tenant, owner FROM run
    ) AS known ON known.tenant = thread.tenant
    WHERE thread.muted_until IS NOT NULL AND thread.deleted_at IS NULL;
  ALTER TABLE thread DROP COLUMN muted_until;

  /* The log that only one person reads. A row of a deleted thread is emptied and keeps its position. */
  CREATE TABLE person_entry (
    tenant     TEXT NOT NULL,
    person     TEXT NOT NULL,
    seq        INTEGER NOT NULL,
    /* The inbox_generation in which it was written. */
    generation INTEGER NOT NULL,
    room_id    TEXT,
    thread_id  TEXT,
    body       TEXT,
    PRIMARY KEY (tenant, person, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX person_entry_thread ON person_entry (tenant, room_id, thread_id) WHERE body IS NOT NULL;
  `,
  `
  /* When the open questions of a thread expire, and since when steps of its sub-agents could be pruned. */
  ALTER TABLE thread ADD COLUMN expires_at INTEGER;
  ALTER TABLE thread ADD COLUMN steps_since INTEGER;
  /* Questions from before this step: the first look for what is due reads when they expire. */
  UPDATE thread SET expires_at = 0 WHERE status = 'needs_you' AND deleted_at IS NULL;
  CREATE INDEX thread_expiring ON thread (expires_at) WHERE expires_at IS NOT NULL;
  CREATE INDEX thread_prunable ON thread (steps_since) WHERE steps_since IS NOT NULL;
  `,
  `
  /* Where the newest run that can be unread has ended, and one line of what was said. Everything from before this step
     counts as read. */
  ALTER TABLE thread ADD COLUMN completed_seq INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE thread ADD COLUMN preview TEXT;
  /* Counts of unread threads and the newest of them are found in this index alone, beside the marks. Tombstones have 0. */
  CREATE INDEX thread_completed ON thread (tenant, updated_at, room_id, completed_seq) WHERE completed_seq > 0;

  ALTER TABLE person_thread ADD COLUMN read_seq INTEGER NOT NULL DEFAULT 0;
  /* Marked as unread: where the log ended at that moment. */
  ALTER TABLE person_thread ADD COLUMN marked_unread INTEGER;
  CREATE INDEX person_thread_marked ON person_thread (person, thread) WHERE marked_unread IS NOT NULL;

  /* What a room is to one person. */
  CREATE TABLE person_room (
    tenant      TEXT NOT NULL,
    person      TEXT NOT NULL,
    room_id     TEXT NOT NULL,
    muted_until INTEGER,
    PRIMARY KEY (tenant, person, room_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX person_room_room ON person_room (tenant, room_id);

  /* Notification settings, as JSON. Absent: the person has changed none. */
  CREATE TABLE person_settings (
    tenant   TEXT NOT NULL,
    person   TEXT NOT NULL,
    settings TEXT NOT NULL,
    PRIMARY KEY (tenant, person)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  /* The people whom a tenant knows: they have made, started or set something in it. */
  CREATE TABLE person (
    tenant TEXT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (tenant, person)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO person (tenant, person)
    SELECT tenant, owner FROM room UNION SELECT tenant, owner FROM thread UNION SELECT tenant, owner FROM run
    UNION SELECT tenant, person FROM person_entry;

  /* What a person is notified of: an end of a run that is news. */
  CREATE TABLE notice (
    /* The order in which they were raised. */
    no         INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant     TEXT NOT NULL,
    person     TEXT NOT NULL,
    notice_id  TEXT NOT NULL,
    thread     INTEGER NOT NULL REFERENCES thread (no),
    run_id     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    /* The position of the run's end in the log of the thread. */
    seq        INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    state      TEXT NOT NULL,
    claimed_by TEXT,
    UNIQUE (tenant, person, notice_id)
  ) STRICT;
  CREATE INDEX notice_person ON notice (tenant, person, no);
  CREATE INDEX notice_thread ON notice (thread, person);
  CREATE INDEX notice_waiting ON notice (tenant, person, no) WHERE state IN ('open', 'sending');

  /* Where pushes to a device go. A row is written again when the device registers again, so the order is of use. */
  CREATE TABLE push_subscription (
    no       INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint TEXT NOT NULL UNIQUE,
    tenant   TEXT NOT NULL,
    person   TEXT NOT NULL,
    device   TEXT NOT NULL,
    p256dh   TEXT NOT NULL,
    auth     TEXT NOT NULL,
    at       INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX push_subscription_person ON push_subscription (tenant, person, no);

  /* The keys that this server signs its pushes with. */
  CREATE TABLE vapid (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    public_key  TEXT NOT NULL,
    private_key TEXT NOT NULL
  ) STRICT;
  `,
  `
  /* From where the logs begin that retention has trimmed, each behind a checkpoint. */
  CREATE TABLE trimmed (
    thread    INTEGER PRIMARY KEY REFERENCES thread (no),
    first_seq INTEGER NOT NULL
  ) STRICT;
  `,
  `
  /* Addresses that a room notifies of the ends of its runs. */
  CREATE TABLE webhook (
    no         INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant     TEXT NOT NULL,
    room_id    TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    url        TEXT NOT NULL,
    secret     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    UNIQUE (tenant, room_id, webhook_id)
  ) STRICT;

  /* What has not been delivered to them. */
  CREATE TABLE webhook_delivery (
    no          INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery_id TEXT NOT NULL UNIQUE,
    tenant      TEXT NOT NULL,
    room_id     TEXT NOT NULL,
    webhook_id  TEXT NOT NULL,
    thread_id   TEXT NOT NULL,
    run_id      TEXT NOT NULL,
    body        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    /* When it is tried next. NULL: it is dead. */
    due_at      INTEGER,
    reason      TEXT
  ) STRICT;
  CREATE INDEX webhook_delivery_due ON webhook_delivery (due_at, no) WHERE due_at IS NOT NULL;
  CREATE INDEX webhook_delivery_list ON webhook_delivery (tenant, room_id, webhook_id, no);
  CREATE INDEX webhook_delivery_thread ON webhook_delivery (tenant, room_id, thread_id);
  `,
]

/**
 * Migrates a database to the current schema, each step in its own transaction. Foreign keys are off meanwhile, as a
 * step that replaces a table needs (https://sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema
 * Changes"), and are checked before each step is committed.
 */
export function migrate(database: DatabaseSync, from: number, steps = MIGRATIONS): void {
  if (from >= steps.length) return
  database.exec('PRAGMA foreign_keys = OFF')
  for (let version = from; version < steps.length; version++) {
    database.exec('BEGIN IMMEDIATE')
    try {
      database.exec(steps[version] ?? '')
      const [broken] = database.prepare('PRAGMA foreign_key_check').all()
      if (broken) throw new Error(`Step ${version + 1} of the schema breaks a reference: ${JSON.stringify(broken)}.`)
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
      database.exec(`PRAGMA user_version = ${version + 1}`)
      database.exec('COMMIT')
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
  database.exec('PRAGMA foreign_keys = ON')
}

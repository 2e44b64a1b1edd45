//! opcentre: a streaming backend for a smart operation centre.
//!
//! One-stop offices, departments, districts and communes send dossier events, citizen ratings and indicator
//! reports; opcentre journals them, keeps live figures in memory (the cube), stores them in ClickHouse and
//! pushes the figures to wall screens over WebSockets.
//!
//! # Modules, in reading order; imports go only to a lower layer or within a module
//!
//! | layer | module | owns |
//! | --- | --- | --- |
//! | 0 pure | [`model`] | records, ids, times, dossier registers, their join and what is derived from them |
//! | | [`units`] | hierarchy with time, resolution of codes, scope |
//! | | [`kpi`] | measures, windows and periods, KPI catalogue, targets, bands, boards, rules of alerts |
//! | 1 mechanisms | [`journal`] | frames of opaque bytes: segments, group commit, reader, cursor |
//! | | [`cube`] | dossier table, day deltas, due queue, view |
//! | | [`topics`] | tiles, frames encoded once, conflation |
//! | | [`store`] | the only SQL: rows, insert, queries, migrations, seed, verify |
//! | | [`engine`] | chDB behind ClickHouse's HTTP interface; `ffi` is the only unsafe code |
//! | | [`facts`] | small facts beside the journal: one embedded store for tokens, rejects and the like |
//! | | [`report`] | figures in, PNG out: page, sections, fonts |
//! | | [`auth`] | the gate: open mode or tokens; caller, role, rates |
//! | | [`alert`] | when an alert is raised and when it is over |
//! | | [`delivery`] | messages to webhooks, mailboxes and folders; when to try again |
//! | | [`screens`] | screens as devices: pairing, credential, program, commands, who is there |
//! | 2 stages | [`ingest`] | wire forms and mappings -> checked records |
//! | | [`pipeline`] | live (journal -> cube -> topics), sink (journal -> store), verify, alerts, scheduled reports, outbox |
//! | 3 edge | [`http`] | router, one error type, one file per area, WebSocket, assets |
//! | 4 process | [`serve`], [`cli`], [`config`], [`telemetry`] | starts, watches and stops tasks; reads the clock |
//!
//! Layer 0 modules may use one another in this order (`units` uses `model`, `kpi` uses both). Modules of
//! layer 1 use layer 0 and are unaware of one another.
//!
//! # Invariants (their numbers are used in comments and test names)
//!
//! - **J-1** success only after fdatasync. **J-2** sequence dense, increasing, never reused, also over a
//!   crash. **J-3** the journal knows only bytes. **J-4** a commit is framed: a bad frame with a whole one
//!   behind it is damage (skipped, counted, named), without one it is a torn tail (cut); recovery syncs before
//!   it serves; readers see only synced records. **J-5** a segment goes only when the sink's cursor is an hour
//!   past it. **J-6** a full disk budget is a refusal, never loss. **J-7** a failed fsync ends the process.
//! - **I-1** past `ingest` there is no invalid record. **I-2** received = accepted + rejected, each rejection
//!   with line, code, reason. **I-3** the same record twice, late or in another order counts once. **I-4** what
//!   was accepted stays decodable.
//! - **C-1** the cube reads no clock, does no I/O; its state is a function of records and now. **C-2** other
//!   batching or order, same state; replay equals live. **C-3** a parent is the merge of its children and
//!   `own`. **C-4** the identities between measures hold for every unit and window.
//! - **T-1** a frame is encoded once per version. **T-2** a slow screen delays nobody. **T-3** a joining screen
//!   is right after one snapshot.
//! - **S-1** only `store` speaks SQL; its text is in `sql/`, values are bound. **S-2** nothing acknowledged is
//!   lost when ClickHouse is away, slow, restarted or refuses. **S-3** every row carries (node, seq). **S-4**
//!   migrations only go forward, checksummed. **S-5** only a single record with a listed permanent error is
//!   set aside (in the data dir, named by `verify` and `/readyz`, tried again at each start); all else is retried.
//! - **H-1** unit data only through a `&Scope`. **H-2** internal error text stays inside. **P-1** only `serve`
//!   starts long-lived tasks; one that ends early ends the process. **P-2** every channel, buffer, body and
//!   retry has a named bound. **P-3** stop: refuse, finish, sync, flush until the deadline, `bye`, exit.

pub mod model;
pub mod units;
pub mod kpi;

pub mod journal;
pub mod cube;
pub mod topics;
pub mod store;
pub mod engine;
pub mod facts;
pub mod report;
pub mod auth;
pub mod alert;
pub mod delivery;
pub mod screens;

pub mod ingest;
pub mod pipeline;

pub mod http;

pub mod cli;
pub mod config;
pub mod serve;
pub mod telemetry;

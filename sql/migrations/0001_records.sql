-- Every accepted record as it was journalled: the raw truth that states are refolded from, history and audit.
-- A row is known by (node, seq) (S-3); inserting the same one again is harmless, because all its other columns
-- are the same too and ReplacingMergeTree folds equal sorting keys. Sorted for the history of one key.
--
-- `given` has a bit for every field that the record has, so that absent (bit 0), null (bit 1, NULL) and a value
-- (bit 1, not NULL) stay apart:
--   0 procedure  1 field  2 channel  3 received_by  4 holder  5 filed_at  6 received_at  7 due_at  8 finished_at
--   9 digitised  10 electronic_result  11 reused_data  12 payable  13 paid_online  14 late_cause  15 void
--   16 score  17 dossier  18 numerator  19 denominator  20 value  21 declared
-- Of a pause, `given` has bit 0 kind, 1 from, 2 to.
CREATE TABLE IF NOT EXISTS records
(
    node UInt64,
    seq UInt64,
    received_at DateTime64(3, 'UTC') COMMENT 'when this node received it',
    type LowCardinality(String) COMMENT 'dossier, rating, indicator, unit, contact',
    source LowCardinality(String) COMMENT 'empty for a unit',
    key String COMMENT 'id of a dossier or rating, code of an indicator or unit, empty for a contact',
    unit String COMMENT 'code of the processing, rated or reporting unit',
    at DateTime64(3, 'UTC') COMMENT 'when the source says that it changed',
    given UInt32,

    status LowCardinality(String) COMMENT 'empty when absent; it cannot be null (R-2)',
    procedure Nullable(String),
    field Nullable(String),
    channel LowCardinality(Nullable(String)),
    received_by Nullable(String),
    holder Nullable(String),
    filed_at Nullable(DateTime64(3, 'UTC')),
    dossier_received_at Nullable(DateTime64(3, 'UTC')) COMMENT 'field received_at of a dossier',
    due_at Nullable(DateTime64(3, 'UTC')),
    finished_at Nullable(DateTime64(3, 'UTC')),
    pauses Nested(
        id String,
        given UInt8,
        kind LowCardinality(Nullable(String)),
        from Nullable(DateTime64(3, 'UTC')),
        to Nullable(DateTime64(3, 'UTC'))),
    digitised Nullable(Bool),
    electronic_result Nullable(Bool),
    reused_data Nullable(Bool),
    payable Nullable(Bool),
    paid_online Nullable(Bool),
    late_cause Nullable(String),
    void Nullable(String),

    score Nullable(UInt8),
    dossier Nullable(String),

    period String COMMENT 'empty unless an indicator',
    numerator Nullable(Decimal(18, 6)),
    denominator Nullable(Decimal(18, 6)),
    value Nullable(Decimal(18, 6)),
    declared Nullable(Decimal(18, 6)),

    valid_from Nullable(Date32),
    valid_to Nullable(Date32),
    parent Nullable(String),
    kind LowCardinality(String),
    category String,
    name_vi String,
    name_en Nullable(String),
    short_name Nullable(String),
    sort_order Int32,
    lat Nullable(Decimal(18, 6)),
    lon Nullable(Decimal(18, 6)),
    tree LowCardinality(String)
)
ENGINE = ReplacingMergeTree
ORDER BY (type, source, key, node, seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

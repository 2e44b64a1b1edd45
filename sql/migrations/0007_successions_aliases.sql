-- Successions (R-22) and aliases: columns of `records` for them, and the newest content of each by its key. As in
-- unit_state the greatest by (at, content) wins, and what is optional is preceded by whether it was given.
-- They come from people: a record of theirs is no sign of life of a source.
ALTER TABLE records
    ADD COLUMN IF NOT EXISTS share Nullable(Decimal(18, 6))
        COMMENT 'of a succession: from 0, which takes it back, to 1; its key is the old code, its unit the new one, its valid_from the day',
    ADD COLUMN IF NOT EXISTS is_default Bool COMMENT 'of a succession: takes what can not be told apart',
    ADD COLUMN IF NOT EXISTS meant Nullable(String)
        COMMENT 'of an alias: the code that its source means by key; null takes the alias back';

CREATE TABLE IF NOT EXISTS succession_state
(
    old String,
    new String,
    effective Int32 COMMENT 'days since 1970-01-01',
    content SimpleAggregateFunction(max, Tuple(at UInt64, share Decimal(18, 6), is_default Bool))
)
ENGINE = AggregatingMergeTree
ORDER BY (old, new, effective)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS succession_state_view TO succession_state AS
SELECT
    records.key AS old,
    records.unit AS new,
    ifNull(toInt32(records.valid_from), 0) AS effective,
    tuple(
        toUInt64(toUnixTimestamp64Milli(records.at)),
        ifNull(records.share, 0),
        records.is_default) AS content
FROM records
WHERE records.type = 'succession';

CREATE TABLE IF NOT EXISTS alias_state
(
    source String,
    raw String,
    content SimpleAggregateFunction(max, Tuple(at UInt64, unit_given Bool, unit String))
)
ENGINE = AggregatingMergeTree
ORDER BY (source, raw)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS alias_state_view TO alias_state AS
SELECT
    records.source AS source,
    records.key AS raw,
    tuple(
        toUInt64(toUnixTimestamp64Milli(records.at)),
        isNotNull(records.meant), ifNull(records.meant, '')) AS content
FROM records
WHERE records.type = 'alias';

ALTER TABLE source_contact_view MODIFY QUERY
SELECT
    records.source AS source,
    toUInt64(toUnixTimestamp64Milli(records.received_at)) AS at
FROM records
WHERE records.type NOT IN ('unit', 'succession', 'alias');

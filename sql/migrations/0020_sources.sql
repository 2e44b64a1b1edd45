-- What is known of every source: of the profiles given for one the greatest by (at, profile) wins. A profile is one text,
-- the JSON that `Record::Source` has, so that it is compared as a whole and new members need no migration; ask it with
-- JSONExtract. It comes from people: a record of it is no sign of life of its source.
ALTER TABLE records
    ADD COLUMN IF NOT EXISTS profile String COMMENT 'of a source: its profile as JSON; its key is the source';

CREATE TABLE IF NOT EXISTS source_state
(
    source String,
    content SimpleAggregateFunction(max, Tuple(at UInt64, profile String))
)
ENGINE = AggregatingMergeTree
ORDER BY source
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS source_state_view TO source_state AS
SELECT
    records.source AS source,
    tuple(toUInt64(toUnixTimestamp64Milli(records.at)), records.profile) AS content
FROM records
WHERE records.type = 'source';

ALTER TABLE source_contact_view MODIFY QUERY
SELECT
    records.source AS source,
    toUInt64(toUnixTimestamp64Milli(records.received_at)) AS at
FROM records
WHERE records.type NOT IN ('unit', 'succession', 'alias', 'source');

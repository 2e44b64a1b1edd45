-- What is known of every version of a procedure: of the profiles given for a (code, first day) the greatest by (at,
-- profile) wins. A profile is one text, the JSON that `Record::Procedure` has, so that it is compared as a whole and new
-- members need no migration; ask it with JSONExtract. In `records` key is the code without what localities put behind it,
-- valid_from the first day, profile the JSON.
ALTER TABLE records
    ADD COLUMN IF NOT EXISTS profile String COMMENT 'of a source: its profile as JSON; its key is the source';

CREATE TABLE IF NOT EXISTS procedure_state
(
    code String,
    valid_from Int32 COMMENT 'days since 1970, the least Int32 when it always was',
    content SimpleAggregateFunction(max, Tuple(at UInt64, profile String))
)
ENGINE = AggregatingMergeTree
ORDER BY (code, valid_from)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS procedure_state_view TO procedure_state AS
SELECT
    records.key AS code,
    ifNull(toInt32(records.valid_from), toInt32(-2147483648)) AS valid_from,
    tuple(toUInt64(toUnixTimestamp64Milli(records.at)), records.profile) AS content
FROM records
WHERE records.type = 'procedure';

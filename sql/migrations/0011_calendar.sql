-- The calendar of working time: of the entries given for a subject, a date or `week`, the greatest by (at, entry) wins. An
-- entry is one text, the JSON that `Record::Calendar` has; in `records` key is the subject, profile the entry.
CREATE TABLE IF NOT EXISTS calendar_state
(
    subject String,
    content SimpleAggregateFunction(max, Tuple(at UInt64, entry String))
)
ENGINE = AggregatingMergeTree
ORDER BY subject
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS calendar_state_view TO calendar_state AS
SELECT
    records.key AS subject,
    tuple(toUInt64(toUnixTimestamp64Milli(records.at)), records.profile) AS content
FROM records
WHERE records.type = 'calendar';

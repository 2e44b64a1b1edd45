-- When each source was last heard, by the receiving clock: freshness is the last contact, whatever it brought, and be it
-- an empty batch.
CREATE TABLE IF NOT EXISTS source_contact
(
    source String,
    at SimpleAggregateFunction(max, UInt64) COMMENT 'ms since 1970'
)
ENGINE = AggregatingMergeTree
ORDER BY source
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS source_contact_view TO source_contact AS
SELECT
    records.source AS source,
    toUInt64(toUnixTimestamp64Milli(records.received_at)) AS at
FROM records
WHERE records.type != 'unit';

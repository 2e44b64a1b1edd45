-- The state of a rating (R-21): registers as in dossier_state. Score and unit are separate registers.
CREATE TABLE IF NOT EXISTS rating_state
(
    source LowCardinality(String),
    id String,
    unit SimpleAggregateFunction(max, String),
    score SimpleAggregateFunction(max, UInt64),
    dossier SimpleAggregateFunction(max, String),
    channel SimpleAggregateFunction(max, String)
)
ENGINE = AggregatingMergeTree
ORDER BY (source, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS rating_state_view TO rating_state AS
WITH
    toUInt64(toUnixTimestamp64Milli(records.at)) AS at_ms,
    substring(reinterpretAsFixedString(byteSwap(at_ms)), 3, 6) AS at_bytes,
    (given_bit, at_48, given_value) -> if(given_bit,
        concat(at_48, char(isNotNull(given_value)), ifNull(given_value, '')), '') AS text_register,
    (given_bit, at_48, given_value) -> if(given_bit,
        bitShiftLeft(at_48, 9) + 256 * isNotNull(given_value) + ifNull(given_value, 0), 0) AS small_register
SELECT
    records.source AS source,
    records.key AS id,
    concat(at_bytes, '\x01', records.unit) AS unit,
    small_register(bitTest(records.given, 16), at_ms, records.score) AS score,
    text_register(bitTest(records.given, 17), at_bytes, records.dossier) AS dossier,
    text_register(bitTest(records.given, 2), at_bytes, records.channel) AS channel
FROM records
WHERE records.type = 'rating';

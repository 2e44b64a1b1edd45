-- The first unit of a rating, for the view as it was (R-21, R-22): a minimum register as dossier_state.unit_first. What
-- was stored before is read again from the raw records; repeating it is harmless.
ALTER TABLE rating_state
    ADD COLUMN IF NOT EXISTS unit_first SimpleAggregateFunction(min, String) DEFAULT repeat('\xff', 7) AFTER unit;

ALTER TABLE rating_state_view MODIFY QUERY
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
    concat(at_bytes, records.unit) AS unit_first,
    small_register(bitTest(records.given, 16), at_ms, records.score) AS score,
    text_register(bitTest(records.given, 17), at_bytes, records.dossier) AS dossier,
    text_register(bitTest(records.given, 2), at_bytes, records.channel) AS channel
FROM records
WHERE records.type = 'rating';

INSERT INTO rating_state (source, id, unit_first)
SELECT
    records.source AS source,
    records.key AS id,
    concat(substring(reinterpretAsFixedString(byteSwap(toUInt64(toUnixTimestamp64Milli(records.at)))), 3, 6), records.unit)
        AS unit_first
FROM records
WHERE records.type = 'rating';

-- The newest report of an indicator by (code, unit, period) (R-2).
-- A decimal register (UInt128): at << 65 | given << 64 | millionths + 2^63. Never given is 0.
CREATE TABLE IF NOT EXISTS indicator_state
(
    code String,
    unit String,
    period String,
    numerator SimpleAggregateFunction(max, UInt128),
    denominator SimpleAggregateFunction(max, UInt128),
    value SimpleAggregateFunction(max, UInt128),
    declared SimpleAggregateFunction(max, UInt128),
    source SimpleAggregateFunction(max, String) COMMENT 'who reported last: text register'
)
ENGINE = AggregatingMergeTree
ORDER BY (code, unit, period)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS indicator_state_view TO indicator_state AS
WITH
    toUInt64(toUnixTimestamp64Milli(records.at)) AS at_ms,
    substring(reinterpretAsFixedString(byteSwap(at_ms)), 3, 6) AS at_bytes,
    (given_bit, at_48, given_value) -> if(given_bit,
        bitShiftLeft(toUInt128(at_48), 65) + bitShiftLeft(toUInt128(isNotNull(given_value)), 64)
            + toUInt128(toInt128(ifNull(reinterpretAsInt64(given_value), 0)) + 9223372036854775808), toUInt128(0))
        AS decimal_register
SELECT
    records.key AS code,
    records.unit AS unit,
    records.period AS period,
    decimal_register(bitTest(records.given, 18), at_ms, records.numerator) AS numerator,
    decimal_register(bitTest(records.given, 19), at_ms, records.denominator) AS denominator,
    decimal_register(bitTest(records.given, 20), at_ms, records.value) AS value,
    decimal_register(bitTest(records.given, 21), at_ms, records.declared) AS declared,
    concat(at_bytes, '\x01', records.source) AS source
FROM records
WHERE records.type = 'indicator';

-- The state of a dossier as a semilattice: each column is one register, joined by max, min or union, so that
-- duplicates, disorder and replays change nothing (I-3). One state row per record (the view does not group);
-- readers always fold with the same joins and never trust merges.
--
-- A last-writer register (R-3) is one comparable scalar: `at` in 48 bits, then 1 for a value or 0 for a null, then
-- the value. Never given is 0 or empty.
--   small (UInt64): at << 9 | given << 8 | value      instant (UInt128): at << 49 | given << 48 | value
--   text (String): at as 6 bytes, most significant first, then \0 or \1, then the text
-- *_first of a code (R-22): at as 6 bytes, then the code; never given is seven bytes FF.
-- Per status (R-4) the least and the greatest `at` in ms. `due` (R-5): every instant scalar ever given; which count is
-- decided by the reader. Pauses (R-5): one map per register, by pause id; `pause_from` has every id ever given.
CREATE TABLE IF NOT EXISTS dossier_state
(
    source LowCardinality(String),
    id String,
    unit SimpleAggregateFunction(max, String),
    unit_first SimpleAggregateFunction(min, String) DEFAULT repeat('\xff', 7),
    procedure SimpleAggregateFunction(max, String),
    field SimpleAggregateFunction(max, String),
    channel SimpleAggregateFunction(max, UInt64) COMMENT 'counter 0, online 1, post 2: the order of their bytes',
    received_by SimpleAggregateFunction(max, String),
    received_by_first SimpleAggregateFunction(min, String) DEFAULT repeat('\xff', 7),
    holder SimpleAggregateFunction(max, String),
    filed_at SimpleAggregateFunction(max, UInt128),
    received_at SimpleAggregateFunction(max, UInt128),
    finished_at SimpleAggregateFunction(max, UInt128),
    digitised SimpleAggregateFunction(max, UInt64),
    electronic_result SimpleAggregateFunction(max, UInt64),
    reused_data SimpleAggregateFunction(max, UInt64),
    payable SimpleAggregateFunction(max, UInt64),
    paid_online SimpleAggregateFunction(max, UInt64),
    late_cause SimpleAggregateFunction(max, String),
    void SimpleAggregateFunction(max, String),
    registered_first SimpleAggregateFunction(min, UInt64) DEFAULT 18446744073709551615,
    registered_last SimpleAggregateFunction(max, UInt64),
    accepted_first SimpleAggregateFunction(min, UInt64) DEFAULT 18446744073709551615,
    accepted_last SimpleAggregateFunction(max, UInt64),
    processing_first SimpleAggregateFunction(min, UInt64) DEFAULT 18446744073709551615,
    processing_last SimpleAggregateFunction(max, UInt64),
    supplement_requested_first SimpleAggregateFunction(min, UInt64) DEFAULT 18446744073709551615,
    supplement_requested_last SimpleAggregateFunction(max, UInt64),
    payment_requested_first SimpleAggregateFunction(min, UInt64) DEFAULT 18446744073709551615,
    payment_requested_last SimpleAggregateFunction(max, UInt64),
    refused_first SimpleAggregateFunction(min, UInt64) DEFAULT 18446744073709551615,
    refused_last SimpleAggregateFunction(max, UInt64),
    withdrawn_first SimpleAggregateFunction(min, UInt64) DEFAULT 18446744073709551615,
    withdrawn_last SimpleAggregateFunction(max, UInt64),
    stopped_first SimpleAggregateFunction(min, UInt64) DEFAULT 18446744073709551615,
    stopped_last SimpleAggregateFunction(max, UInt64),
    done_first SimpleAggregateFunction(min, UInt64) DEFAULT 18446744073709551615,
    done_last SimpleAggregateFunction(max, UInt64),
    delivered_first SimpleAggregateFunction(min, UInt64) DEFAULT 18446744073709551615,
    delivered_last SimpleAggregateFunction(max, UInt64),
    due SimpleAggregateFunction(groupUniqArrayArray, Array(UInt128)),
    pause_kind SimpleAggregateFunction(maxMap, Map(String, UInt64))
        COMMENT 'payment 0, supplement 1: the order of their bytes',
    pause_from SimpleAggregateFunction(maxMap, Map(String, UInt128)),
    pause_to SimpleAggregateFunction(maxMap, Map(String, UInt128))
)
ENGINE = AggregatingMergeTree
ORDER BY (source, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS dossier_state_view TO dossier_state AS
WITH
    toUInt64(toUnixTimestamp64Milli(records.at)) AS at_ms,
    substring(reinterpretAsFixedString(byteSwap(at_ms)), 3, 6) AS at_bytes,
    (given_bit, at_48, given_value) -> if(given_bit,
        concat(at_48, char(isNotNull(given_value)), ifNull(given_value, '')), '') AS text_register,
    (given_bit, at_48, given_value) -> if(given_bit,
        bitShiftLeft(at_48, 9) + 256 * isNotNull(given_value) + ifNull(given_value, 0), 0) AS small_register,
    (given_bit, at_48, given_value) -> if(given_bit,
        bitShiftLeft(toUInt128(at_48), 49) + bitShiftLeft(toUInt128(isNotNull(given_value)), 48)
            + toUInt128(ifNull(toUnixTimestamp64Milli(given_value), 0)), toUInt128(0)) AS instant_register
SELECT
    records.source AS source,
    records.key AS id,
    concat(at_bytes, '\x01', records.unit) AS unit,
    concat(at_bytes, records.unit) AS unit_first,
    text_register(bitTest(records.given, 0), at_bytes, records.procedure) AS procedure,
    text_register(bitTest(records.given, 1), at_bytes, records.field) AS field,
    small_register(bitTest(records.given, 2), at_ms, if(isNull(records.channel), NULL,
        toUInt8(indexOf(['counter', 'online', 'post'], assumeNotNull(records.channel)) - 1))) AS channel,
    text_register(bitTest(records.given, 3), at_bytes, records.received_by) AS received_by,
    if(isNull(records.received_by), repeat('\xff', 7),
        concat(at_bytes, assumeNotNull(records.received_by))) AS received_by_first,
    text_register(bitTest(records.given, 4), at_bytes, records.holder) AS holder,
    instant_register(bitTest(records.given, 5), at_ms, records.filed_at) AS filed_at,
    instant_register(bitTest(records.given, 6), at_ms, records.dossier_received_at) AS received_at,
    instant_register(bitTest(records.given, 8), at_ms, records.finished_at) AS finished_at,
    small_register(bitTest(records.given, 9), at_ms, toUInt8(records.digitised)) AS digitised,
    small_register(bitTest(records.given, 10), at_ms, toUInt8(records.electronic_result)) AS electronic_result,
    small_register(bitTest(records.given, 11), at_ms, toUInt8(records.reused_data)) AS reused_data,
    small_register(bitTest(records.given, 12), at_ms, toUInt8(records.payable)) AS payable,
    small_register(bitTest(records.given, 13), at_ms, toUInt8(records.paid_online)) AS paid_online,
    text_register(bitTest(records.given, 14), at_bytes, records.late_cause) AS late_cause,
    text_register(bitTest(records.given, 15), at_bytes, records.void) AS void,
    if(records.status = 'registered', at_ms, 18446744073709551615) AS registered_first,
    if(records.status = 'registered', at_ms, 0) AS registered_last,
    if(records.status = 'accepted', at_ms, 18446744073709551615) AS accepted_first,
    if(records.status = 'accepted', at_ms, 0) AS accepted_last,
    if(records.status = 'processing', at_ms, 18446744073709551615) AS processing_first,
    if(records.status = 'processing', at_ms, 0) AS processing_last,
    if(records.status = 'supplement_requested', at_ms, 18446744073709551615) AS supplement_requested_first,
    if(records.status = 'supplement_requested', at_ms, 0) AS supplement_requested_last,
    if(records.status = 'payment_requested', at_ms, 18446744073709551615) AS payment_requested_first,
    if(records.status = 'payment_requested', at_ms, 0) AS payment_requested_last,
    if(records.status = 'refused', at_ms, 18446744073709551615) AS refused_first,
    if(records.status = 'refused', at_ms, 0) AS refused_last,
    if(records.status = 'withdrawn', at_ms, 18446744073709551615) AS withdrawn_first,
    if(records.status = 'withdrawn', at_ms, 0) AS withdrawn_last,
    if(records.status = 'stopped', at_ms, 18446744073709551615) AS stopped_first,
    if(records.status = 'stopped', at_ms, 0) AS stopped_last,
    if(records.status = 'done', at_ms, 18446744073709551615) AS done_first,
    if(records.status = 'done', at_ms, 0) AS done_last,
    if(records.status = 'delivered', at_ms, 18446744073709551615) AS delivered_first,
    if(records.status = 'delivered', at_ms, 0) AS delivered_last,
    if(bitTest(records.given, 7), [instant_register(1, at_ms, records.due_at)], []) AS due,
    mapFromArrays(
        arrayFilter((id, given) -> bitTest(given, 0), records.pauses.id, records.pauses.given),
        arrayMap(kind -> small_register(1, at_ms, if(isNull(kind), NULL, toUInt8(kind = 'supplement'))),
            arrayFilter((kind, given) -> bitTest(given, 0), records.pauses.kind, records.pauses.given))) AS pause_kind,
    mapFromArrays(
        records.pauses.id,
        arrayMap((pause_begin, given) -> instant_register(bitTest(given, 1), at_ms, pause_begin),
            records.pauses.from, records.pauses.given)) AS pause_from,
    mapFromArrays(
        arrayFilter((id, given) -> bitTest(given, 2), records.pauses.id, records.pauses.given),
        arrayMap(pause_end -> instant_register(1, at_ms, pause_end),
            arrayFilter((pause_end, given) -> bitTest(given, 2), records.pauses.to, records.pauses.given))) AS pause_to
FROM records
WHERE records.type = 'dossier';

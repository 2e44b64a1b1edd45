-- Every indicator, unit and period of which an import brought reports, of whatever source the others are: the greatest
-- `at`, which of numerator, denominator, value and declared hold something now, and how many reports came in another way.
-- See import_dossiers.sql. Parameters: as there, without source.
WITH
    (seq, firsts, lasts) -> arrayExists((first, last) -> seq >= first AND seq <= last, firsts, lasts) AS within
SELECT
    code,
    unit,
    period,
    max(ms) AS last_at,
    [
        maxIf((ms, isNotNull(numerator)), bitTest(given, 18)).2 = 1,
        maxIf((ms, isNotNull(denominator)), bitTest(given, 19)).2 = 1,
        maxIf((ms, isNotNull(value)), bitTest(given, 20)).2 = 1,
        maxIf((ms, isNotNull(declared)), bitTest(given, 21)).2 = 1
    ] AS held,
    countIf(NOT mine AND NOT undone) AS others
FROM
(
    SELECT
        records.key AS code,
        records.unit AS unit,
        records.period AS period,
        toUnixTimestamp64Milli(records.at) AS ms,
        records.given AS given,
        records.numerator AS numerator,
        records.denominator AS denominator,
        records.value AS value,
        records.declared AS declared,
        records.node = {node:UInt64}
            AND within(records.seq, {firsts:Array(UInt64)}, {lasts:Array(UInt64)}) AS mine,
        records.node = {node:UInt64}
            AND within(records.seq, {undone_firsts:Array(UInt64)}, {undone_lasts:Array(UInt64)}) AS undone
    FROM records
    WHERE records.type = 'indicator'
)
GROUP BY code, unit, period
HAVING countIf(mine) > 0
ORDER BY code, unit, period

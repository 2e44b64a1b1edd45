-- Every rating of which an import brought records: its newest unit, the newest write of its score as (`at`, whether there
-- is one), at 0 without a write, and how many records of it came in another way. See import_dossiers.sql.
-- Parameters: as there.
WITH
    (seq, firsts, lasts) -> arrayExists((first, last) -> seq >= first AND seq <= last, firsts, lasts) AS within
SELECT
    id,
    argMax(code, (ms, code)) AS unit,
    maxIf((ms, isNotNull(mark)), has_score) AS score,
    countIf(NOT mine AND NOT undone) AS others
FROM
(
    SELECT
        records.key AS id,
        toUnixTimestamp64Milli(records.at) AS ms,
        records.unit AS code,
        records.score AS mark,
        bitTest(records.given, 16) AS has_score,
        records.node = {node:UInt64}
            AND within(records.seq, {firsts:Array(UInt64)}, {lasts:Array(UInt64)}) AS mine,
        records.node = {node:UInt64}
            AND within(records.seq, {undone_firsts:Array(UInt64)}, {undone_lasts:Array(UInt64)}) AS undone
    FROM records
    WHERE records.type = 'rating' AND records.source = {source:String}
)
GROUP BY id
HAVING countIf(mine) > 0
ORDER BY id

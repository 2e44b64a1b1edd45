-- Every dossier of which an import brought records, with what taking it back needs: of the import's records the first
-- (`at`, unit); the newest write of `void` as (`at`, whether it holds, reason, unit), at 0 without one; and how many
-- records of it came in another way, with the first of them. Records of imports that were taken back, and those by which
-- they were, came in no way. Must stream: one pass over the records of a source.
-- Parameters: source, node; firsts and lasts: sequences of the import; undone_firsts and undone_lasts: those of imports
-- that were taken back.
WITH
    (seq, firsts, lasts) -> arrayExists((first, last) -> seq >= first AND seq <= last, firsts, lasts) AS within
SELECT
    id,
    minIf((ms, code), mine) AS first,
    maxIf((ms, isNotNull(reason), ifNull(reason, ''), code), has_void) AS voided,
    countIf(NOT mine AND NOT undone) AS others,
    arraySort(groupUniqArrayIf(20)((from_node, number), NOT mine AND NOT undone)) AS other_records
FROM
(
    SELECT
        records.key AS id,
        toUnixTimestamp64Milli(records.at) AS ms,
        records.unit AS code,
        records.void AS reason,
        records.node AS from_node,
        records.seq AS number,
        bitTest(records.given, 15) AS has_void,
        records.node = {node:UInt64}
            AND within(records.seq, {firsts:Array(UInt64)}, {lasts:Array(UInt64)}) AS mine,
        (records.node = {node:UInt64}
            AND within(records.seq, {undone_firsts:Array(UInt64)}, {undone_lasts:Array(UInt64)}))
            OR (records.given = 32768 AND records.status = ''
                AND match(ifNull(records.void, ''), '^import [0-9]+ undone$')) AS undone
    FROM records
    WHERE records.type = 'dossier' AND records.source = {source:String}
)
GROUP BY id
HAVING countIf(mine) > 0
ORDER BY id

-- Up to where a node's sequence, which begins at 1, is stored without a gap, and the greatest sequence stored. In two
-- steps so that memory stays small: whole blocks of 65,536 numbers first, then the numbers of the first block with a gap.
-- Parameter: node.
WITH
blocks AS
(
    SELECT block, stored, toInt64(row_number() OVER (ORDER BY block)) - 1 AS position
    FROM
    (
        SELECT toInt64(intDiv(seq - 1, 65536)) AS block, groupBitmap(seq) AS stored
        FROM records
        WHERE node = {node:UInt64}
        GROUP BY block
    )
),

whole_blocks AS
(
    SELECT if(countIf(block != position OR stored < 65536) = 0, toInt64(count()),
        minIf(position, block != position OR stored < 65536)) AS whole
    FROM blocks
),

block_numbers AS
(
    SELECT seq, toInt64(row_number() OVER (ORDER BY seq)) AS position
    FROM
    (
        SELECT DISTINCT seq
        FROM records
        WHERE node = {node:UInt64} AND intDiv(seq - 1, 65536) = (SELECT whole FROM whole_blocks)
    )
)

-- A scalar subquery is nullable, its value here never null.
SELECT
    toUInt64(assumeNotNull((SELECT whole FROM whole_blocks)) * 65536
        + countIf(seq = assumeNotNull((SELECT whole FROM whole_blocks)) * 65536 + position)) AS dense,
    assumeNotNull((SELECT max(seq) FROM records WHERE node = {node:UInt64})) AS greatest
FROM block_numbers

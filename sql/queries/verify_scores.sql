-- Points of an index from its criteria: of each criterion (R: max x ratio / full_at, to six places, halves away from zero,
-- never more than max nor less than 0), of each group and of the whole.
-- Parameters, each with one element for a criterion of a subject: subjects, groups, parts, nums and dens (millionths, empty
-- without a source), maxima (millionths), full_ats (millionths of the ratio with full points, empty for one that only
-- informs), when_empty (full, zero, null: what a denominator of 0 gives), instead (full, null, or empty: it applies),
-- recoverable.
-- Rows: subject, group_id (empty for the whole), part (empty for sums), score (empty without one), measurable, lost,
-- recoverable; all in millionths.
WITH
    scored AS
    (
        SELECT
            criterion.1 AS subject,
            criterion.2 AS group_id,
            criterion.3 AS part,
            toInt256OrNull(criterion.4) AS num,
            toInt256OrNull(criterion.5) AS den,
            toInt256(criterion.6) AS most,
            toInt256OrNull(criterion.7) AS full_at,
            multiIf(
                criterion.9 = 'full', most,
                criterion.9 = 'null' OR full_at IS NULL OR num IS NULL OR den IS NULL, NULL,
                den <= 0, multiIf(criterion.8 = 'full', most, criterion.8 = 'zero', toInt256(0), NULL),
                num <= 0, toInt256(0),
                -- Half of the divisor more, so that a half goes up.
                least(most, intDiv(2 * most * num * 1000000 + den * full_at, 2 * den * full_at))) AS points,
            if(points IS NULL, toInt256(0), most) AS measurable_points,
            if(points IS NULL, toInt256(0), most - points) AS lost_points,
            if(criterion.10, lost_points, toInt256(0)) AS recoverable_points
        FROM
        (
            SELECT arrayJoin(arrayZip(
                {subjects:Array(UInt32)}, {groups:Array(String)}, {parts:Array(String)}, {nums:Array(String)},
                {dens:Array(String)}, {maxima:Array(String)}, {full_ats:Array(String)}, {when_empty:Array(String)},
                {instead:Array(String)}, {recoverable:Array(Bool)})) AS criterion
        )
    )
SELECT
    subject,
    group_id,
    part,
    ifNull(toString(sum(points)), '') AS score,
    toString(sum(assumeNotNull(measurable_points))) AS measurable,
    toString(sum(assumeNotNull(lost_points))) AS lost,
    toString(sum(assumeNotNull(recoverable_points))) AS recoverable
FROM scored
GROUP BY GROUPING SETS ((subject, group_id, part), (subject, group_id), (subject))

-- The last part after verify_hierarchy and verify_paths: every indicator of every unit, its own report and what is made of
-- the next reports below it, in both hierarchies (0 now, 1 was).
--
-- A report's unit code is read on the last day of its period, by the aliases of the source that reported it last; codes
-- that name the same unit then are one report, register by register; codes that nobody knows are a report each. A unit's report stands for everything below it.
-- Parameters: codes (of the catalogue), roll_ups (sum, latest, weighted, none; as many), periods and period_days (the last
-- days of all periods that were reported). Numbers are millionths; `given` tells null from 0.
,
    -- (given, at, millionths) of a decimal register
    register -> (
        bitAnd(bitShiftRight(register, 64), 1) = 1,
        toInt64(bitShiftRight(register, 65)),
        toInt128(bitAnd(register, 18446744073709551615)) - 9223372036854775808) AS decimal,
    (false, toInt64(0), toInt128(0)) AS no_number,
    -- several together: (numerators, denominators, how many), (values, the newest, how many, its instant)
    (rolled, counts, given) -> multiIf(
        rolled = 'weighted', ((counts.3 > 0, toInt64(0), counts.1), (counts.3 > 0, toInt64(0), counts.2), no_number),
        rolled = 'sum', (no_number, no_number, (given.3 > 0, given.4, given.1)),
        (no_number, no_number, (given.3 > 0, given.2.1, given.2.2))) AS together,

indicator_registers AS
(
    SELECT
        code,
        period,
        transform(period, {periods:Array(String)}, {period_days:Array(Int32)}, toInt32(0)) AS last_day,
        unit AS raw,
        max(numerator) AS num_register,
        max(denominator) AS den_register,
        max(value) AS value_register,
        max(declared) AS declared_register,
        max(source) AS source_register
    FROM indicator_state
    WHERE has({codes:Array(String)}, code)
    GROUP BY code, period, unit
),

indicators_read AS
(
    SELECT
        indicator_registers.code AS code,
        period,
        step_on(codes.steps, last_day).2 AS unit_was,
        step_on(codes.steps, last_day).3 AS unit_now,
        if(unit_was = 0, meant_code, '') AS unknown_code,
        max(num_register) AS num_joined,
        max(den_register) AS den_joined,
        max(value_register) AS value_joined,
        max(declared_register) AS declared_joined
    FROM
    (
        SELECT *, meant(substring(source_register, 8), raw) AS meant_code FROM indicator_registers
    ) AS indicator_registers
    LEFT JOIN territory_codes AS codes ON codes.code = indicator_registers.meant_code
    GROUP BY code, period, unit_was, unit_now, unknown_code
),

indicator_reports AS
(
    SELECT
        code,
        period,
        transform(code, {codes:Array(String)}, {roll_ups:Array(String)}, 'none') AS roll_up,
        arrayJoin([(0, unit_now), (1, unit_was)]) AS placed,
        placed.1 AS hierarchy,
        placed.2 AS unit,
        decimal(num_joined) AS num,
        decimal(den_joined) AS den,
        decimal(value_joined) AS val
    FROM indicators_read
    WHERE decimal(num_joined).1 OR decimal(den_joined).1 OR decimal(value_joined).1 OR decimal(declared_joined).1
),

-- The rows that stand for a unit in other trees have its reports too.
indicator_nodes AS
(
    SELECT
        reports.hierarchy AS hierarchy,
        reports.code AS code,
        reports.period AS period,
        reports.roll_up AS roll_up,
        arrayJoin(arrayPushFront(stand_ins.units, reports.unit)) AS node,
        reports.num AS num,
        reports.den AS den,
        reports.val AS val
    FROM indicator_reports AS reports
    LEFT JOIN (SELECT unit, groupArray(member) AS units FROM members GROUP BY unit) AS stand_ins
        ON stand_ins.unit = reports.unit
),

-- One report stays as it is, of several none is made without a roll-up.
indicator_own AS
(
    SELECT
        hierarchy, code, period, roll_up, node,
        count() AS reports,
        if(reports = 1, (any(num), any(den), any(val)), together(roll_up,
            (sumIf(num.3, num.1 AND den.1), sumIf(den.3, num.1 AND den.1), countIf(num.1 AND den.1)),
            (sumIf(val.3, val.1), maxIf((val.2, val.3), val.1), countIf(val.1), maxIf(val.2, val.1)))) AS figure
    FROM indicator_nodes
    GROUP BY hierarchy, code, period, roll_up, node
    HAVING reports = 1 OR roll_up != 'none'
),

-- Each with all that reported beside it: a table is read once for each time that it is named, so it is named once.
indicator_beside AS
(
    SELECT hierarchy, code, period, roll_up, one.1 AS node, one.2 AS figure, arrayMap(of -> of.1, together_all) AS reporting
    FROM
    (
        SELECT hierarchy, code, period, roll_up, groupArray((node, figure)) AS together_all
        FROM indicator_own
        GROUP BY hierarchy, code, period, roll_up
    )
    ARRAY JOIN together_all AS one
),

-- Each counts for itself, and above it up to the next unit with a report of its own, that one included.
indicator_spread AS
(
    SELECT
        beside.hierarchy AS hierarchy,
        beside.code AS code,
        beside.period AS period,
        beside.roll_up AS roll_up,
        beside.figure AS figure,
        arraySlice(ways.path, 2) AS upward,
        arrayFirstIndex(above -> has(beside.reporting, above), upward) AS stop,
        arrayJoin(arrayPushFront(
            arrayMap(above -> (above, toUInt8(1)), if(stop = 0, upward, arraySlice(upward, 1, stop))),
            (beside.node, toUInt8(0)))) AS target
    FROM indicator_beside AS beside
    INNER JOIN unit_paths AS ways ON ways.hierarchy = beside.hierarchy AND ways.unit = beside.node
),

indicator_figures AS
(
    SELECT
        hierarchy, code, period, target.1 AS counted_for, target.2 AS is_below,
        count() AS parts,
        if(parts = 1, any(figure), together(roll_up,
            (sumIf(figure.1.3, figure.1.1 AND figure.2.1), sumIf(figure.2.3, figure.1.1 AND figure.2.1),
                countIf(figure.1.1 AND figure.2.1)),
            (sumIf(figure.3.3, figure.3.1), maxIf((figure.3.2, figure.3.3), figure.3.1), countIf(figure.3.1),
                maxIf(figure.3.2, figure.3.1)))) AS joined
    FROM indicator_spread
    WHERE NOT (target.2 = 1 AND roll_up = 'none')
    GROUP BY hierarchy, code, period, roll_up, target
)

SELECT
    toUInt8(figures.hierarchy) AS hierarchy,
    unit_versions.tree AS unit_tree,
    unit_versions.code AS unit_key,
    if(figures.counted_for = 0, toInt32(0), unit_versions.valid_from) AS unit_from,
    figures.code AS code,
    figures.period AS period,
    toUInt64(if(figures.is_below = 1, figures.parts, 0)) AS parts,
    if(figures.joined.1.1, toString(figures.joined.1.3), '') AS num,
    if(figures.joined.2.1, toString(figures.joined.2.3), '') AS den,
    if(figures.joined.3.1, toString(figures.joined.3.3), '') AS value
FROM indicator_figures AS figures
LEFT JOIN unit_versions ON unit_versions.unit = figures.counted_for

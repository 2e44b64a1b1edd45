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
    SELECT hierarchy, code, period, roll_up, unit, num, den, val
    FROM indicator_reports
    UNION ALL
    SELECT reports.hierarchy, reports.code, reports.period, reports.roll_up, members.member, reports.num, reports.den,
        reports.val
    FROM indicator_reports AS reports
    INNER JOIN members ON members.unit = reports.unit
),

-- One report stays as it is, of several none is made without a roll-up.
indicator_own AS
(
    SELECT
        hierarchy, code, period, roll_up, unit,
        count() AS reports,
        if(reports = 1, (any(num), any(den), any(val)), together(roll_up,
            (sumIf(num.3, num.1 AND den.1), sumIf(den.3, num.1 AND den.1), countIf(num.1 AND den.1)),
            (sumIf(val.3, val.1), maxIf((val.2, val.3), val.1), countIf(val.1), maxIf(val.2, val.1)))) AS figure
    FROM indicator_nodes
    GROUP BY hierarchy, code, period, roll_up, unit
    HAVING reports = 1 OR roll_up != 'none'
),

indicator_reporting AS
(
    SELECT hierarchy, code, period, groupUniqArray(unit) AS units
    FROM indicator_own
    GROUP BY hierarchy, code, period
),

-- Each report counts above it up to the next unit with a report of its own, that one included.
indicator_parts AS
(
    SELECT
        own.hierarchy AS hierarchy,
        own.code AS code,
        own.period AS period,
        own.roll_up AS roll_up,
        own.figure AS figure,
        arraySlice(ways.path, 2) AS upward,
        arrayFirstIndex(above_it -> has(reporting.units, above_it), upward) AS stop,
        arrayJoin(if(stop = 0, upward, arraySlice(upward, 1, stop))) AS above
    FROM indicator_own AS own
    INNER JOIN indicator_reporting AS reporting
        ON reporting.hierarchy = own.hierarchy AND reporting.code = own.code AND reporting.period = own.period
    INNER JOIN unit_paths AS ways ON ways.hierarchy = own.hierarchy AND ways.unit = own.unit
),

indicator_below AS
(
    SELECT
        hierarchy, code, period, above AS unit,
        count() AS parts,
        together(roll_up,
            (sumIf(figure.1.3, figure.1.1 AND figure.2.1), sumIf(figure.2.3, figure.1.1 AND figure.2.1),
                countIf(figure.1.1 AND figure.2.1)),
            (sumIf(figure.3.3, figure.3.1), maxIf((figure.3.2, figure.3.3), figure.3.1), countIf(figure.3.1),
                maxIf(figure.3.2, figure.3.1))) AS figure
    FROM indicator_parts
    WHERE roll_up != 'none'
    GROUP BY hierarchy, code, period, roll_up, above
)

SELECT
    toUInt8(figures.hierarchy) AS hierarchy,
    unit_versions.tree AS unit_tree,
    unit_versions.code AS unit_key,
    if(figures.unit = 0, toInt32(0), unit_versions.valid_from) AS unit_from,
    figures.code AS code,
    figures.period AS period,
    toUInt64(figures.parts) AS parts,
    if(figures.figure.1.1, toString(figures.figure.1.3), '') AS num,
    if(figures.figure.2.1, toString(figures.figure.2.3), '') AS den,
    if(figures.figure.3.1, toString(figures.figure.3.3), '') AS value
FROM
(
    SELECT hierarchy, code, period, unit, 0 AS parts, figure FROM indicator_own
    UNION ALL
    SELECT hierarchy, code, period, unit, parts, figure FROM indicator_below
) AS figures
LEFT JOIN unit_versions ON unit_versions.unit = figures.unit

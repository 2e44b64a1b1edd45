-- What the rules R-22 and R-23 say of units: the first part of all that verify asks, which begins with this text. Written
-- from the rules alone; `units` is their other implementation.
--
-- Parameters: tz (IANA zone), now (ms). All instants are Int64 ms, all days Int32 days since 1970-01-01.
-- `never` stands below and `forever` above every instant; -1 is "no instant". A unit is a number: 0 is `unresolved`, the
-- others are the versions in order of (tree, code, first day).
WITH RECURSIVE
    toInt64(-1) AS none,
    toInt64(-1000000000000000) AS never,
    toInt64(1000000000000000) AS forever,
    toInt32(2147483647) AS no_end,
    -- the last instant whose local day is asked for: later ones only arise from an open pause
    toInt64(10000000000000) AS last_dated,
    ms -> toInt32(toDate32(fromUnixTimestamp64Milli(least(ms, last_dated), {tz:String}))) AS local_day,
    day -> toUnixTimestamp64Milli(toDateTime64(toDate32(toInt32(day)), 3, {tz:String})) AS day_start,
    register -> toInt64(reinterpretAsUInt64(reverse(substring(register, 1, 6)))) AS text_at,
    local_day({now:Int64}) AS today,
    -- R-23 over versions (first day, last day, unit): the one valid on the day that began last, else the one that ended
    -- last before it, else 0
    (versions, day) -> arrayConcat(
        arrayMap(version -> version.3, arraySlice(arrayReverseSort(
            arrayFilter(version -> version.1 <= day AND day <= version.2, versions)), 1, 1)),
        arrayMap(version -> version.3, arraySlice(arrayReverseSort(version -> (version.2, version.1),
            arrayFilter(version -> version.2 < day, versions)), 1, 1)),
        [toUInt32(0)])[1] AS unit_of,
    -- the last of steps (first day, ..) that began by a day; zeroes when there is none
    (steps, day) -> arrayLast(step -> step.1 <= day, steps) AS step_on,
    (source, raw) -> concat(toString(length(source)), ' ', source, raw) AS alias_key,
    (
        SELECT (groupArray(alias_key(source, raw)), groupArray(winner.unit))
        FROM (SELECT source, raw, max(content) AS winner FROM alias_state GROUP BY source, raw)
        WHERE winner.unit_given
    ) AS aliases,
    -- what a source means by a code: its alias, in one step, else the code itself
    (source, raw) -> transform(alias_key(source, raw), aliases.1, aliases.2, raw) AS meant,

unit_versions AS
(
    SELECT
        toUInt32(row_number() OVER (ORDER BY tree, code, valid_from)) AS unit,
        tree,
        tree = 'territory' AS is_territory,
        code,
        valid_from,
        if(winner.valid_to_given, winner.valid_to, no_end) AS valid_to,
        -- R-22: its last valid day, without an end today
        if(winner.valid_to_given, winner.valid_to, today) AS read_on,
        winner.parent_given AS parent_given,
        winner.parent AS parent_code
    FROM (SELECT tree, code, valid_from, max(content) AS winner FROM unit_state GROUP BY tree, code, valid_from)
),

-- R-23: from which day on a code names which unit within its tree.
codes_read AS
(
    SELECT
        tree,
        code,
        groupArray((valid_from, valid_to, unit)) AS versions,
        arraySort(arrayDistinct(arrayConcat(
            arrayMap(version -> version.1, versions),
            arrayMap(version -> toInt32(version.2 + 1), arrayFilter(version -> version.2 != no_end, versions)))))
            AS days,
        arrayMap(day -> (day, unit_of(versions, day)), days) AS steps
    FROM unit_versions
    GROUP BY tree, code
),

-- R-22: the successions that count today, between units; `old` is read on the day before, `new` on the day.
successions AS
(
    SELECT
        step_on(old_code.steps, effective - 1).2 AS old_unit,
        step_on(new_code.steps, effective).2 AS new_unit,
        effective,
        winner.share = 1 AS is_whole,
        winner.is_default AS takes_the_rest
    FROM
    (
        SELECT old, new, effective, max(content) AS winner
        FROM succession_state
        GROUP BY old, new, effective
    ) AS given
    INNER JOIN codes_read AS old_code ON old_code.code = given.old
    INNER JOIN codes_read AS new_code ON new_code.code = given.new
    WHERE old_code.tree = 'territory' AND new_code.tree = 'territory'
        AND winner.share > 0 AND effective <= today AND old_unit != 0 AND new_unit != 0
),

-- R-22: the whole one before the default one; of several the earliest, then the least new unit.
succession_steps AS
(
    SELECT old_unit, argMin(new_unit, (NOT is_whole, effective, new_unit)) AS next_unit
    FROM successions
    WHERE is_whole OR takes_the_rest
    GROUP BY old_unit
),

-- Repeatedly, until there is none or a unit comes again.
succession_ways AS
(
    SELECT old_unit AS unit, [old_unit] AS way
    FROM succession_steps
    UNION ALL
    SELECT ways.unit, arrayPushBack(ways.way, steps.next_unit)
    FROM succession_ways AS ways
    INNER JOIN succession_steps AS steps ON steps.old_unit = ways.way[-1]
    WHERE NOT has(arrayPopBack(ways.way), ways.way[-1])
),

-- A way into a circle ends at the circle's least unit.
successors AS
(
    SELECT
        unit AS old_unit,
        argMax(way, length(way)) AS longest,
        if(has(arrayPopBack(longest), longest[-1]),
            arrayMin(arraySlice(longest, indexOf(longest, longest[-1]))),
            longest[-1]) AS new_unit
    FROM succession_ways
    GROUP BY unit
),

-- From which day on a code of the territory names which unit, as it was and as it is now.
territory_codes AS
(
    SELECT
        code,
        arraySort(groupArray((step.1, step.2, if(successors.old_unit = 0, step.2, successors.new_unit)))) AS steps
    FROM (SELECT code, arrayJoin(steps) AS step FROM codes_read WHERE tree = 'territory') AS stepwise
    LEFT JOIN successors ON successors.old_unit = stepwise.step.2
    GROUP BY code
)

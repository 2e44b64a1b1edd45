-- The last part after verify_hierarchy and verify_rules: every measure of every unit version of the territory in every
-- perspective as day deltas, so that a window's flow is the sum of its days and a stock at a day is the sum up to that
-- day (R-16 to R-21).
-- A stock is its value at a day's J less its value at the day before's J. J of a day before today is the day's last
-- millisecond, of today and later days the instant `now` (R-16).
-- Rows: perspective (see verify_rules), unit_key and unit_from (an empty tree for `unresolved`), day, measure, delta
-- (never 0).
,
-- ((place, day, measure), by) for each place and delta
(places, deltas) -> arrayFlatten(arrayMap(
    place -> arrayMap(delta -> ((place, delta.1, delta.2), delta.3), deltas), places)) AS by_place,

r16_r19_days AS
(
    SELECT
        *,
        overdue_from != forever AS can_be_overdue,
        local_day(overdue_from) AS overdue_day,
        -- R-17
        day_start(nearly_late_day) AS nearly_late_from,
        first_seen[1] AS acceptance_from,
        -- R-19
        multiIf(
            accepted, taken_on,
            newest_status IN (6, 7), greatest(last_seen[6], last_seen[7]),
            forever) AS acceptance_to,
        if(last_seen[10] != never AND last_seen[10] >= reopened, local_day(last_seen[10]), toInt32(2147483647))
            AS delivered_day,
        -- every day on which a stock of this dossier can differ from the day before
        arraySort(arrayDistinct(arrayConcat(
            [today],
            if(accepted, [taken_on_day], []),
            if(accepted AND is_finished, [finish_day], []),
            if(accepted AND is_finished AND delivered_day != 2147483647, [delivered_day], []),
            if(accepted AND can_be_overdue, [overdue_day, overdue_day + 1, nearly_late_day], []),
            if(accepted, arrayMap(pause -> local_day(pause.1), merged_pauses), []),
            if(accepted, arrayMap(pause -> local_day(pause.2), merged_pauses), []),
            if(first_seen[1] != forever, [local_day(acceptance_from), local_day(acceptance_to)], [])))) AS days,
        arrayMap(day -> if(day < today, day_start(day + 1) - 1, {now:Int64}), days) AS instants
    FROM judged
),

r17_r19_stocks AS
(
    SELECT
        *,
        arrayMap((day, instant) -> multiIf(
            NOT accepted OR day < taken_on_day OR (is_finished AND finish_day <= day), '',
            instant > overdue_from, 'in_progress_overdue',
            arrayExists(pause -> pause.1 <= instant AND instant < pause.2, merged_pauses), 'in_progress_waiting',
            is_undated, 'in_progress_undated',
            'in_progress_within'), days, instants) AS in_progress,
        arrayMap((class, instant) -> if(class = 'in_progress_within' AND can_be_overdue AND instant >= nearly_late_from,
            'nearly_late', ''), in_progress, instants) AS nearly_late,
        arrayMap(day -> if(accepted AND is_finished AND NOT given_up AND finish_day <= day AND day < delivered_day,
            'uncollected', ''), days) AS uncollected,
        arrayMap(instant -> if(acceptance_from <= instant AND instant < acceptance_to,
            'waiting_acceptance', ''), instants) AS waiting_acceptance,
        multiIf(
            NOT accepted OR is_finished, '',
            {now:Int64} > overdue_from, 'in_progress_overdue',
            arrayExists(pause -> pause.1 <= {now:Int64} AND {now:Int64} < pause.2, merged_pauses), 'in_progress_waiting',
            is_undated, 'in_progress_undated',
            'in_progress_within') AS class_now
    FROM r16_r19_days
),

dossier_deltas AS
(
    WITH
        (names, sign) -> arrayMap((day, name) -> (day, name, toInt64(sign)), days, names) AS on_days,
        names -> arrayPushFront(arrayPopBack(names), '') AS day_before
    SELECT
        places,
        -- leaving yesterday's name and taking today's; what stays the same cancels out in the sum
        arrayConcat(
            on_days(in_progress, 1), on_days(day_before(in_progress), -1),
            on_days(nearly_late, 1), on_days(day_before(nearly_late), -1),
            on_days(uncollected, 1), on_days(day_before(uncollected), -1),
            on_days(waiting_acceptance, 1), on_days(day_before(waiting_acceptance), -1)) AS stocks,
        -- R-16, R-18: on the day of taking on, judged now
        arrayMap(name -> (taken_on_day, name, toInt64(1)), if(accepted, [
            concat('received_', channel_name),
            if(finish_class IN ('resolved_early', 'resolved_on_time'), 'received_on_time', ''),
            if(class_now IN ('in_progress_within', 'in_progress_waiting'), 'received_open_within', ''),
            if(given_up, 'received_withdrawn', ''),
            if(is_digitised, 'digitised', ''),
            if(is_reused_data, 'reused_data', ''),
            if(is_payable, 'payable', ''),
            if(is_paid_online, 'paid_online', '')], [])) AS received_flows,
        -- R-15, R-18, R-20: on the day of finish
        if(accepted AND is_finished, [
            (finish_day, finish_class, toInt64(1)),
            (finish_day, if(is_electronic_result, 'electronic_result', ''), toInt64(1)),
            (finish_day, hours_class, toInt64(1)),
            (finish_day, 'resolved_hours_sum', hours)], []) AS resolved_flows,
        -- R-19
        [
            (local_day(last_seen[6]), if(NOT accepted AND newest_status = 6, 'sent_back', ''), toInt64(1)),
            (local_day(rescheduled_at), if(accepted AND rescheduled_at != none, 'rescheduled', ''), toInt64(1))
        ] AS other_flows,
        arrayFilter(row -> row.2 != '', arrayConcat(stocks, received_flows, resolved_flows, other_flows)) AS deltas
    FROM r17_r19_stocks
),

-- R-21: on the local day of the score register's at.
rating_deltas AS
(
    SELECT
        places,
        [
            (score_day, 'ratings', toInt64(1)),
            (score_day, 'ratings_satisfied', toInt64(score >= 4)),
            (score_day, 'rating_score_sum', score)
        ] AS deltas
    FROM rated
),

-- What each place adds, keyed by (place, day, measure). One column for all of the key, here and below: the engine weighs
-- the whole query again for every column that is grouped by.
place_deltas AS
(
    SELECT delta.1 AS key, sum(delta.2) AS by
    FROM
    (
        SELECT arrayJoin(by_place(places, deltas)) AS delta FROM dossier_deltas
        UNION ALL
        SELECT arrayJoin(by_place(places, deltas)) AS delta FROM rating_deltas
    )
    GROUP BY key
    HAVING by != 0
)

SELECT
    figures.figure.1 AS perspective,
    unit_versions.tree AS unit_tree,
    unit_versions.code AS unit_key,
    unit_versions.valid_from AS unit_from,
    figures.figure.3 AS day,
    figures.figure.4 AS measure,
    figures.delta AS delta
FROM
(
    SELECT
        arrayJoin(arrayMap(
            perspective -> (toUInt8(perspective), key.1.1, toInt32(key.2), key.3),
            bitPositionsToArray(key.1.2))) AS figure,
        sum(by) AS delta
    FROM place_deltas
    GROUP BY figure
    HAVING delta != 0
) AS figures
LEFT JOIN unit_versions ON unit_versions.unit = figures.figure.2
ORDER BY figures.figure

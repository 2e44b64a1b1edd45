-- The last part after verify_rules and verify_paths: every measure of every unit with its descendants (R-24) over whole
-- windows, straight from R-16 to R-21 dossier by dossier and not from day deltas: the check of the summing itself.
-- Parameters besides those of verify_rules: first_days and last_days, the windows' first and last days.
-- Rows: window (from 0), is_resolved, unit_key, unit_from, measure, total (never 0).
,
windowed AS
(
    WITH
        arrayJoin(arrayZip(range(length({first_days:Array(Int32)})),
            {first_days:Array(Int32)}, {last_days:Array(Int32)})) AS bounds,
        at -> multiIf(
            at > overdue_from, 'overdue',
            arrayExists(pause -> pause.1 <= at AND at < pause.2, merged_pauses), 'waiting',
            is_undated, 'undated',
            'within') AS class_at
    SELECT
        *,
        bounds.1 AS window,
        bounds.2 AS first_day,
        bounds.3 AS last_day,
        -- R-16
        if(last_day < today, day_start(last_day + 1) - 1, {now:Int64}) AS window_end,
        accepted AND first_day <= taken_on_day AND taken_on_day <= last_day AS was_received,
        accepted AND taken_on_day < first_day AND NOT (is_finished AND finish_day < first_day) AS was_carried_over,
        accepted AND is_finished AND first_day <= finish_day AND finish_day <= last_day AS was_resolved,
        accepted AND taken_on_day <= last_day AND NOT (is_finished AND finish_day <= last_day) AS is_open,
        -- R-17
        class_at(window_end) AS class_then,
        class_at({now:Int64}) AS class_now,
        local_day(overdue_from) AS overdue_day,
        arrayFirst(day -> toDayOfWeek(toDate32(day)) <= 5, [overdue_day - 1, overdue_day - 2, overdue_day - 3])
            AS working_day_before,
        class_then = 'within' AND overdue_from != forever AND window_end >= day_start(working_day_before)
            AS is_nearly_late,
        -- R-19
        first_seen[1] <= window_end AND multiIf(
            accepted, window_end < taken_on,
            newest_status = 6 OR newest_status = 7, window_end < greatest(last_seen[6], last_seen[7]),
            true) AS is_waiting_acceptance,
        NOT accepted AND newest_status = 6 AND local_day(last_seen[6]) BETWEEN first_day AND last_day AS was_sent_back,
        accepted AND rescheduled_at != none AND local_day(rescheduled_at) BETWEEN first_day AND last_day
            AS was_rescheduled,
        accepted AND is_finished AND finish_day <= last_day AND NOT given_up
            AND NOT (last_seen[10] != never AND last_seen[10] >= reopened AND local_day(last_seen[10]) <= last_day)
            AS is_uncollected
    FROM judged
),

dossier_measures AS
(
    SELECT
        window, is_resolved, unit_key, unit_from,
        arrayJoin(arrayConcat(
            if(was_received, arrayConcat(
                ['received', 'taken_on', concat('received_', channel_name)],
                if(finish_class IN ('resolved_early', 'resolved_on_time'), ['received_on_time'], []),
                if(NOT is_finished AND class_now IN ('within', 'waiting'), ['received_open_within'], []),
                if(given_up, ['received_withdrawn'], []),
                if(is_digitised, ['digitised'], []),
                if(is_reused_data, ['reused_data'], []),
                if(is_payable, ['payable'], []),
                if(is_paid_online, ['paid_online'], [])), []),
            if(was_carried_over, ['carried_over', 'taken_on'], []),
            if(was_resolved, ['resolved', finish_class], []),
            if(was_resolved AND is_electronic_result, ['electronic_result'], []),
            if(is_open, ['in_progress', concat('in_progress_', class_then)], []),
            if(is_open AND is_nearly_late, ['nearly_late'], []),
            if(is_waiting_acceptance, ['waiting_acceptance'], []),
            if(was_sent_back, ['sent_back'], []),
            if(was_rescheduled, ['rescheduled'], []),
            if(is_uncollected, ['uncollected'], []))) AS measure,
        toInt64(1) AS amount
    FROM windowed
),

-- R-21
rating_measures AS
(
    WITH
        arrayJoin(arrayZip(range(length({first_days:Array(Int32)})),
            {first_days:Array(Int32)}, {last_days:Array(Int32)})) AS bounds,
        arrayJoin([
            ('ratings', toInt64(1)),
            ('ratings_satisfied', toInt64(bitAnd(score_register, 255) >= 4)),
            ('rating_score_sum', toInt64(bitAnd(score_register, 255)))]) AS measured
    SELECT
        bounds.1 AS window,
        is_resolved, unit_key, unit_from,
        measured.1 AS measure,
        measured.2 AS amount
    FROM rated
    WHERE local_day(toInt64(bitShiftRight(score_register, 9))) BETWEEN bounds.2 AND bounds.3
),

own_totals AS
(
    SELECT window, is_resolved, unit_key, unit_from, measure, sum(amount) AS total
    FROM
    (
        SELECT * FROM dossier_measures
        UNION ALL
        SELECT * FROM rating_measures
    )
    GROUP BY window, is_resolved, unit_key, unit_from, measure
)

SELECT
    window,
    toBool(above.1) AS is_resolved,
    above.2 AS unit_key,
    above.3 AS unit_from,
    measure,
    sum(total) AS total
FROM
(
    SELECT window, measure, total, arrayJoin(path) AS above
    FROM own_totals
    INNER JOIN unit_paths USING (is_resolved, unit_key, unit_from)
)
GROUP BY window, above, measure
HAVING total != 0
ORDER BY window, is_resolved, unit_key, unit_from, measure

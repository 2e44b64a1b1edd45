-- The last part after verify_hierarchy, verify_rules and verify_paths: every measure of every unit of every tree with its
-- descendants (R-24) in every perspective over whole windows, straight from R-16 to R-21 dossier by dossier and not from
-- day deltas: the check of the summing itself.
-- Parameters besides theirs: first_days and last_days, the windows' first and last days; without_same_day, to leave out
-- dossiers of procedures that are done on the same day, with their ratings.
-- Rows: window (from 0), perspective (see verify_rules), unit_tree, unit_key and unit_from (an empty tree for
-- `unresolved`), measure, total (never 0).
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
        class_then = 'within' AND overdue_from != forever AND window_end >= day_start(nearly_late_day)
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
    WHERE NOT ({without_same_day:Bool} AND is_same_day)
),

dossier_totals AS
(
    SELECT
        window,
        arrayJoin(places) AS place,
        [
            ('received', toInt64(countIf(was_received))),
            ('received_online', toInt64(countIf(was_received AND channel_name = 'online'))),
            ('received_counter', toInt64(countIf(was_received AND channel_name = 'counter'))),
            ('received_post', toInt64(countIf(was_received AND channel_name = 'post'))),
            ('received_on_time', toInt64(countIf(was_received AND finish_class IN ('resolved_early', 'resolved_on_time')))),
            ('received_open_within', toInt64(countIf(was_received AND NOT is_finished AND class_now IN ('within', 'waiting')))),
            ('received_withdrawn', toInt64(countIf(was_received AND given_up))),
            ('digitised', toInt64(countIf(was_received AND is_digitised))),
            ('reused_data', toInt64(countIf(was_received AND is_reused_data))),
            ('payable', toInt64(countIf(was_received AND is_payable))),
            ('paid_online', toInt64(countIf(was_received AND is_paid_online))),
            ('carried_over', toInt64(countIf(was_carried_over))),
            ('taken_on', toInt64(countIf(was_received OR was_carried_over))),
            ('resolved', toInt64(countIf(was_resolved))),
            ('resolved_early', toInt64(countIf(was_resolved AND finish_class = 'resolved_early'))),
            ('resolved_on_time', toInt64(countIf(was_resolved AND finish_class = 'resolved_on_time'))),
            ('resolved_late', toInt64(countIf(was_resolved AND finish_class = 'resolved_late'))),
            ('resolved_undated', toInt64(countIf(was_resolved AND finish_class = 'resolved_undated'))),
            ('resolved_withdrawn', toInt64(countIf(was_resolved AND finish_class = 'resolved_withdrawn'))),
            ('electronic_result', toInt64(countIf(was_resolved AND is_electronic_result))),
            ('resolved_hours_le_4', toInt64(countIf(was_resolved AND hours <= 4))),
            ('resolved_hours_le_8', toInt64(countIf(was_resolved AND 4 < hours AND hours <= 8))),
            ('resolved_hours_le_24', toInt64(countIf(was_resolved AND 8 < hours AND hours <= 24))),
            ('resolved_hours_le_48', toInt64(countIf(was_resolved AND 24 < hours AND hours <= 48))),
            ('resolved_hours_le_72', toInt64(countIf(was_resolved AND 48 < hours AND hours <= 72))),
            ('resolved_hours_le_120', toInt64(countIf(was_resolved AND 72 < hours AND hours <= 120))),
            ('resolved_hours_le_240', toInt64(countIf(was_resolved AND 120 < hours AND hours <= 240))),
            ('resolved_hours_le_480', toInt64(countIf(was_resolved AND 240 < hours AND hours <= 480))),
            ('resolved_hours_le_720', toInt64(countIf(was_resolved AND 480 < hours AND hours <= 720))),
            ('resolved_hours_gt_720', toInt64(countIf(was_resolved AND hours > 720))),
            ('resolved_hours_sum', sumIf(hours, was_resolved)),
            ('in_progress', toInt64(countIf(is_open))),
            ('in_progress_within', toInt64(countIf(is_open AND class_then = 'within'))),
            ('in_progress_overdue', toInt64(countIf(is_open AND class_then = 'overdue'))),
            ('in_progress_undated', toInt64(countIf(is_open AND class_then = 'undated'))),
            ('in_progress_waiting', toInt64(countIf(is_open AND class_then = 'waiting'))),
            ('nearly_late', toInt64(countIf(is_open AND is_nearly_late))),
            ('waiting_acceptance', toInt64(countIf(is_waiting_acceptance))),
            ('sent_back', toInt64(countIf(was_sent_back))),
            ('rescheduled', toInt64(countIf(was_rescheduled))),
            ('uncollected', toInt64(countIf(is_uncollected)))
        ] AS totals
    FROM windowed
    GROUP BY window, place
),

-- R-21
rating_totals AS
(
    SELECT
        arrayJoin(arrayZip(range(length({first_days:Array(Int32)})),
            {first_days:Array(Int32)}, {last_days:Array(Int32)})) AS bounds,
        bounds.1 AS window,
        arrayJoin(places) AS place,
        [
            ('ratings', toInt64(count())),
            ('ratings_satisfied', toInt64(countIf(score >= 4))),
            ('rating_score_sum', sum(score))
        ] AS totals
    FROM rated
    WHERE score_day BETWEEN bounds.2 AND bounds.3
        AND (source, dossier_id) NOT IN (SELECT source, id FROM judged WHERE {without_same_day:Bool} AND is_same_day)
    GROUP BY bounds, place
),

own_totals AS
(
    SELECT
        window,
        arrayJoin(bitPositionsToArray(place.2)) AS perspective,
        toUInt8(perspective >= 2) AS hierarchy,
        place.1 AS unit,
        arrayJoin(totals) AS measured
    FROM
    (
        SELECT window, place, totals FROM dossier_totals
        UNION ALL
        SELECT window, place, totals FROM rating_totals
    )
    WHERE measured.2 != 0
)

SELECT
    window,
    toUInt8(perspective) AS perspective,
    unit_versions.tree AS unit_tree,
    unit_versions.code AS unit_key,
    unit_versions.valid_from AS unit_from,
    measure,
    total
FROM
(
    SELECT
        window, perspective, arrayJoin(counted_under.path) AS above, measured.1 AS measure, sum(measured.2) AS total
    FROM own_totals
    INNER JOIN counted_under ON counted_under.hierarchy = own_totals.hierarchy AND counted_under.unit = own_totals.unit
    GROUP BY window, perspective, above, measure
    HAVING total != 0
) AS totals
LEFT JOIN unit_versions ON unit_versions.unit = totals.above
ORDER BY window, perspective, totals.above, measure
